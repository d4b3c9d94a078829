"""core.input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from django.forms import BoundField, CheckboxInput, Widget

from django_phoenix.component import Rest, component
from django_phoenix.exceptions import ComponentInputError

from .controls import MARKUP, shape_of
from .described import FieldInput, NamedInput
from .widgets import InputType

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
    asked: FieldInput | NamedInput
    if field is not None:
        asked = FieldInput(field, type, options, multiple)
    elif name:
        asked = NamedInput(name, type, options, multiple, value, checked, required="required" in rest)
    else:
        raise ComponentInputError(
            "core.input", "needs a field of a form (field=form.email) or a name (name='email'), got neither."
        )
    texts = {
        "label": asked.label if label is None else label,
        "help": asked.help if help is None else help,
        "errors": asked.errors if errors is None else list(errors),
    }
    shape = shape_of(asked.widget)
    layout = layout_of(asked.widget, shape)
    id = str(rest.get("id") or asked.id)
    described = _described(id, str(rest.get("aria-describedby", "")), texts)
    attrs: dict[str, Any] = {**rest.without("aria-describedby", *asked.not_taken), "id": id}
    if layout == "group" or shape == MARKUP:
        attrs |= _state(texts, "" if layout == "group" else described)
    return {
        **texts,
        "control": asked.control(shape, attrs),
        "layout": layout,
        "id": id,
        "label_for": "" if layout == "group" else asked.widget.id_for_label(id),
        "described": described,
        "required": asked.required,
    }


def layout_of(widget: Widget, shape: str) -> str:
    """Where the label stands: above a control or a group of them, beside a box, nowhere."""
    if widget.is_hidden:
        return "hidden"
    if shape in ("options", "parts"):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "plain"


def _described(id: str, given: str, texts: dict[str, Any]) -> str:
    """The ids of all that describes the control."""
    notes = [f"{id}_helptext"] * bool(texts["help"]) + [f"{id}_error"] * bool(texts["errors"])
    return " ".join(filter(None, [given, *notes]))


def _state(texts: dict[str, Any], described: str) -> dict[str, str]:
    """What our templates write by themselves, for controls that have no place for it there."""
    state = {"aria-invalid": "true"} if texts["errors"] else {}
    return {**state, "aria-describedby": described} if described else state
