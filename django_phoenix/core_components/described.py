"""The two ways to say what core.input should be: a field of a form, or a name and attributes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.forms import BoundField, CheckboxInput, PasswordInput
from django.http import QueryDict
from django.utils.safestring import mark_safe
from django.utils.timezone import is_aware, localtime

from django_phoenix.forms import errors_to_show

from .controls import MARKUP, Control, control_of
from .widgets import InputType, widget_of

# What core.input writes itself, for not every error is shown.
OURS = ("aria-describedby", "aria-invalid")


class FieldInput:
    """A field of a Django form, perhaps by another control than its own."""

    not_taken: tuple[str, ...] = ()

    def __init__(
        self, field: BoundField, type: InputType | None, options: Iterable[Any] | None, multiple: bool
    ) -> None:
        self.field = field
        self.widget = self._widget(type, options, multiple)
        self.id = str(self.widget.attrs.get("id") or field.auto_id or f"id_{field.html_name}")
        self.label = field.label
        self.required = field.field.required

    @property
    def help(self) -> str:
        return mark_safe(self.field.help_text)

    @property
    def errors(self) -> list[str]:
        return errors_to_show(self.field)

    def control(self, shape: str, given: Mapping[str, Any]) -> Control:
        """The control with the field's attributes and value, and those that were given."""
        field, widget = self.field, self.widget
        own = field.build_widget_attrs({"aria-describedby": " "}, widget)
        attrs = {**{name: value for name, value in own.items() if name not in OURS}, **given}
        if "class" in given and "class" in widget.attrs:
            attrs["class"] = f"{widget.attrs['class']} {given['class']}"
        if shape == MARKUP:
            markup = widget.render(field.html_name, field.value(), attrs, field.form.renderer)
            return Control(MARKUP, field.html_name, "", None, markup=markup)
        return control_of(widget, shape, field.html_name, field.value(), attrs)

    def _widget(self, type: InputType | None, options: Iterable[Any] | None, multiple: bool) -> Any:
        """The field's own widget, or one of the type asked for, set up as the field would."""
        field: Any = self.field.field
        widget = field.widget
        if type is not None or options is not None:
            choices = getattr(field, "choices", ()) if options is None else options
            widget = widget_of(type or "select", choices, multiple=multiple)
            widget.attrs = {**field.widget_attrs(widget), **field.widget.attrs}
            widget.is_required = field.required
        if field.localize:
            widget.is_localized = True
        return self._keeping_password(widget)

    def _keeping_password(self, widget: Any) -> Any:
        """A live page is drawn again while somebody types: without its value the input would be emptied."""
        if not isinstance(widget, PasswordInput) or isinstance(self.field.form.data, QueryDict):
            return widget
        widget = copy.copy(widget)
        widget.render_value = True
        return widget


class NamedInput:
    """An input that is what its attributes say."""

    label = ""
    help = ""

    def __init__(
        self,
        name: str,
        type: InputType | None,
        options: Iterable[Any] | None,
        multiple: bool,
        value: Any,
        checked: bool | None,
        *,
        required: bool,
    ) -> None:
        self.name = name
        self.value = localtime(value) if isinstance(value, datetime) and is_aware(value) else value
        self.checked = value is True if checked is None else checked
        self.widget: Any = widget_of(type or "text", options or (), multiple=multiple)
        self.id = "id_" + name.replace("[", "_").replace("]", "")
        self.errors: list[str] = []
        self.required = required
        # HTML knows no group of which some box has to be ticked.
        self.not_taken = ("required",) if type == "checkboxes" else ()

    def control(self, shape: str, given: Mapping[str, Any]) -> Control:
        """The control with the attributes that were given."""
        if not isinstance(self.widget, CheckboxInput):
            return control_of(self.widget, shape, self.name, self.value, given)
        plain = self.value is None or isinstance(self.value, bool)
        control = control_of(self.widget, shape, self.name, None, given)
        return control._replace(
            value="true" if plain else str(self.value),
            checked=self.checked,
            says_false=control.says_false and plain,
        )
