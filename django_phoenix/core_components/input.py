"""core.input."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from django.forms import BoundField, CheckboxInput, PasswordInput, Widget
from django.http import QueryDict
from django.utils.safestring import mark_safe
from django.utils.timezone import is_aware, localtime

from django_phoenix.component import Rest, component
from django_phoenix.exceptions import ComponentInputError
from django_phoenix.forms import errors_to_show

from .controls import MARKUP, Control, control_of, shape_of
from .widgets import InputType, widget_of

InputRest = Annotated[
    Rest,
    *("accept", "autocomplete", "autocorrect", "capture", "cols", "dirname", "disabled", "form", "list"),
    *("max", "maxlength", "min", "minlength", "pattern", "placeholder", "readonly", "required", "rows"),
    *("size", "step", "wrap"),
]


@component("core.input", template_file="django_phoenix/core/input.html")
def input(
    field: BoundField | None = None,
    *,
    type: InputType | None = None,
    name: str = "",
    value: Any = None,
    label: Any = None,
    label_hidden: bool = False,
    help: Any = None,
    errors: Sequence[Any] | None = None,
    options: Iterable[Any] | None = None,
    multiple: bool = False,
    checked: bool | None = None,
    rest: InputRest,
) -> dict[str, Any]:
    """A labelled input of a form, with its help and its errors, which show once the input has been used.

    field: a field of a Django form, such as `form.email`; without it, the input is what the attributes say
    type: the kind of input; by itself what the field's widget is, or "text"
    name: of an input without field
    value: of an input without field; of "checkboxes" and a multiple select, a list
    label: instead of the field's; "" for none
    label_hidden: whether only screen readers get the label
    help: instead of the field's help text
    errors: instead of the field's errors
    options: for "select", "radio" and "checkboxes": values, or pairs of value and label; groups nest
    multiple: whether a select takes several
    checked: of a checkbox without field
    rest: the control's other attributes
    """
    if field is None and not name:
        raise ComponentInputError(
            "core.input", "needs a field of a form (field=form.email) or a name (name='email'), got neither."
        )
    shown = list(errors) if errors is not None else errors_to_show(field) if field is not None else []
    if field is not None:
        widget = _widget_of(field, type, options, multiple)
    else:
        widget = widget_of(type or "text", options or (), multiple=multiple)
        if type == "checkboxes":
            rest = rest.without("required")
    id = str(rest.get("id") or _id_of(field, widget, name))
    label = label if label is not None else field.label if field is not None else ""
    help = help if help is not None else mark_safe(field.help_text) if field is not None else ""
    notes = [f"{id}_helptext"] * bool(help) + [f"{id}_error"] * bool(shown)
    described = " ".join(filter(None, [str(rest.get("aria-describedby", "")), *notes]))
    shape = shape_of(widget)
    is_group = shape in ("options", "parts") and not widget.is_hidden
    given = {**rest.without("aria-describedby"), "id": id}
    if not is_group and shape != MARKUP:
        state = {}
    else:
        state = {"aria-invalid": "true"} if shown else {}
        if shape == MARKUP and described:
            state["aria-describedby"] = described
    if field is not None:
        control = _of_field(field, widget, shape, {**given, **state})
    else:
        control = _of_name(widget, shape, name, value, checked, {**given, **state})
    return {
        "control": control,
        "layout": _layout(widget, is_group),
        "id": id,
        "label_for": "" if is_group else widget.id_for_label(id),
        "label": label,
        "help": help,
        "errors": shown,
        "described": described,
        "required": field.field.required if field is not None else bool(rest.get("required")),
    }


def _layout(widget: Widget, is_group: bool) -> str:
    if widget.is_hidden:
        return "hidden"
    if is_group:
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "plain"


def _widget_of(field: BoundField, type: str | None, options: Any, multiple: bool) -> Any:
    """The field's own widget, or one of the type asked for, set up as the field would."""
    own: Any = field.field.widget
    if type is None and options is None:
        widget = own
    else:
        choices = options if options is not None else getattr(field.field, "choices", ())
        widget = widget_of(type or "select", choices, multiple=multiple)
        widget.attrs = {**field.field.widget_attrs(widget), **own.attrs}
        widget.is_required = field.field.required
    if field.field.localize:
        widget.is_localized = True
    if (
        isinstance(widget, PasswordInput)
        and not widget.render_value
        and not isinstance(field.form.data, QueryDict)
    ):
        # A live page is drawn again while somebody types: without its value the input would be emptied.
        widget = copy.copy(widget)
        widget.render_value = True
    return widget


def _id_of(field: BoundField | None, widget: Widget, name: str) -> str:
    if field is None:
        return "id_" + name.replace("[", "_").replace("]", "")
    return str(widget.attrs.get("id") or field.auto_id or f"id_{field.html_name}")


def _of_field(field: BoundField, widget: Widget, shape: str, given: Mapping[str, Any]) -> Control:
    attrs = field.build_widget_attrs({"aria-describedby": " "}, widget)
    for ours in ("aria-describedby", "aria-invalid"):
        attrs.pop(ours, None)
    attrs |= given
    if "class" in given and "class" in widget.attrs:
        attrs["class"] = f"{widget.attrs['class']} {given['class']}"
    if shape == MARKUP:
        markup = widget.render(field.html_name, field.value(), attrs, field.form.renderer)
        return Control(MARKUP, field.html_name, "", None, markup=markup)
    return control_of(widget, shape, field.html_name, field.value(), attrs)


def _of_name(
    widget: Any, shape: str, name: str, value: Any, checked: bool | None, given: Mapping[str, Any]
) -> Control:
    if isinstance(value, datetime) and is_aware(value):
        value = localtime(value)
    if not isinstance(widget, CheckboxInput):
        return control_of(widget, shape, name, value, given)
    is_checked = checked if checked is not None else value is True
    text = "true" if value is None or isinstance(value, bool) else str(value)
    control = control_of(widget, shape, name, None, given)
    return control._replace(value=text, checked=is_checked, says_false=control.says_false and text == "true")
