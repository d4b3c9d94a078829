"""The widget of a form's file field in a live view: its file is uploaded live (``allow_upload``)."""

from __future__ import annotations

from typing import Any

from django.core.validators import FileExtensionValidator
from django.forms import ClearableFileInput, FileField, ImageField, Widget
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from django_phoenix.live.upload_tags import file_input
from django_phoenix.uploads import UploadConfig


class UploadInput(ClearableFileInput):
    """Shows the upload's input, and the file that there is already as Django's widget does."""

    def __init__(self, config: UploadConfig, former: Widget) -> None:
        super().__init__(former.attrs)
        self.config = config
        self.former = former
        self.is_required = former.is_required

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The input, whose id is the upload's."""
        own = {key: each for key, each in self.build_attrs(self.attrs, attrs).items() if key != "id"}
        control = file_input(self.config, own)
        if not isinstance(self.former, ClearableFileInput) or not self.is_initial(value):
            return control
        context = self.get_context(name, value, {})["widget"]
        current = format_html('{}: <a href="{}">{}</a>', self.initial_text, value.url, value)
        return format_html("{}{}<br>\n{}: {}", current, _clearing(context), self.input_text, control)

    def id_for_label(self, id_: str, index: str = "") -> str:
        """A label belongs to the input of the upload."""
        return self.config.ref

    def __deepcopy__(self, memo: Any) -> UploadInput:
        return UploadInput(self.config, self.former)


def _clearing(context: dict[str, Any]) -> SafeString | str:
    if context["required"]:
        return ""
    return format_html(
        '\n<input type="checkbox" name="{}" id="{}"{}>\n<label for="{}">{}</label>',
        context["checkbox_name"],
        context["checkbox_id"],
        " disabled" if context["attrs"].get("disabled") else "",
        context["checkbox_id"],
        conditional_escape(context["clear_checkbox_label"]),
    )


def upload_options(field: FileField, model_field: Any = None) -> dict[str, Any]:
    """What ``allow_upload`` is to be told of a form's field: which files it takes, and how many.

    ``model_field``: the one that it was made for, whose validators Django leaves there.
    """
    options: dict[str, Any] = {}
    accept = field.widget.attrs.get("accept")
    extensions = [
        extension
        for validator in (*field.validators, *getattr(model_field, "validators", ()))
        if isinstance(validator, FileExtensionValidator)
        for extension in validator.allowed_extensions or ()
    ]
    if accept:
        options["accept"] = accept
    elif isinstance(field, ImageField):
        options["accept"] = "image/*"
    elif extensions:
        options["accept"] = [f".{extension}" for extension in extensions]
    if getattr(field.widget, "allow_multiple_selected", False):
        options["max_entries"] = 10
    return options
