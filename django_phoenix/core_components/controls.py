"""A Django widget as what core.input draws: its own markup for Django's widgets, their own for all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.forms import CheckboxInput, MultiWidget, SplitDateTimeWidget, Widget
from django.forms.widgets import ChoiceWidget
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from django_phoenix.component import Rest
from django_phoenix.rendering.stock_widgets import FOLDER, OPTIONS, TEXT_INPUTS, is_drawn_by_django

# By the template that Django would take, the shape that we draw.
SHAPES = {
    **dict.fromkeys((*TEXT_INPUTS, "file", "checkbox"), "input"),
    "textarea": "textarea",
    "select": "select",
    "radio": "options",
    "checkbox_select": "options",
    "clearable_file_input": "file",
    "multiple_hidden": "parts",
    "multiwidget": "parts",
    "splitdatetime": "parts",
    "splithiddendatetime": "parts",
    "select_date": "parts",
}
SINGLE = ("input", "textarea", "select")
MARKUP = "markup"

# What each box of SelectDateWidget is called, by the end of its name.
DATE_PARTS = {"_year": "Year", "_month": "Month", "_day": "Day"}


class Option(NamedTuple):
    """One option of a select, or one radio button or checkbox of several."""

    value: str
    label: Any
    chosen: bool
    id: str
    attrs: str


class Group(NamedTuple):
    """Options under one name; the name is "" for those that stand alone."""

    name: Any
    options: tuple[Option, ...]


class CurrentFile(NamedTuple):
    """The file that there is already, and the box that removes it."""

    heading: Any
    url: str
    text: str
    box_name: str
    box_id: str
    box_label: Any
    may_go: bool
    goes: bool


class Control(NamedTuple):
    """One control. ``attrs`` are those that seldom change; the others stand, and so travel, alone."""

    shape: str
    name: str
    type: str
    value: Any
    id: str = ""
    attrs: str = ""
    is_disabled: bool = False
    checked: bool = False
    says_false: bool = False
    groups: tuple[Group, ...] = ()
    parts: tuple[Control, ...] = ()
    file: CurrentFile | None = None
    markup: Any = ""


def shape_of(widget: Widget) -> str:
    """How a widget is drawn: "markup" if only it knows."""
    if not is_drawn_by_django(type(widget)):
        return MARKUP
    template = str(getattr(widget, "template_name", ""))
    if not template.startswith(FOLDER):
        return MARKUP
    shape = SHAPES.get(template.removeprefix(FOLDER).removesuffix(".html"), MARKUP)
    if isinstance(widget, ChoiceWidget) and widget.option_template_name not in OPTIONS:
        return MARKUP
    if isinstance(widget, MultiWidget) and any(shape_of(inner) not in SINGLE for inner in widget.widgets):
        return MARKUP
    return shape


def control_of(widget: Widget, shape: str, name: str, value: Any, attrs: Mapping[str, Any]) -> Control:
    """The control of a widget whose shape we draw."""
    context = widget.get_context(name, value, dict(attrs))["widget"]
    control = _control(context, shape)
    if shape == "parts":
        return control._replace(parts=tuple(_parts(widget, context["subwidgets"])))
    if shape == "options":
        return control._replace(type=str(getattr(widget, "input_type", "")))
    if isinstance(widget, CheckboxInput):
        return control._replace(says_false=_says_false(widget, name))
    return control


def written(attrs: Mapping[str, Any], *, classes: str = "phx-input") -> str:
    """Attributes as they stand in a tag, with our class before others. Most are those of the last render."""
    items = tuple((name, _plain(value), isinstance(value, SafeString)) for name, value in attrs.items())
    return _written(items, classes)


def _plain(value: Any) -> str | bool | None:
    """Texts, for 1 equals True, and what is lazy is to be read now."""
    return value if value is None or isinstance(value, bool) else str(value)


@lru_cache(maxsize=2000)
def _written(items: tuple[tuple[str, Any, bool], ...], classes: str) -> str:
    rest = Rest({name: mark_safe(value) if is_safe else value for name, value, is_safe in items})
    return str(rest.with_class(classes) if classes else rest)


def _control(context: Mapping[str, Any], shape: str, label: str = "") -> Control:
    attrs = dict(context["attrs"])
    checked = bool(attrs.pop("checked", False))
    if label:
        attrs.setdefault("aria-label", label)
    return Control(
        shape=shape,
        name=context["name"],
        type=str(context.get("type") or ""),
        value=_value(shape, context["value"]),
        id=str(attrs.get("id", "")),
        attrs=written(attrs),
        is_disabled=bool(attrs.get("disabled")),
        checked=checked,
        groups=tuple(_groups(context.get("optgroups", ()))),
        file=_current_file(context, checked) if shape == "file" and context["is_initial"] else None,
    )


def _value(shape: str, value: Any) -> str | None:
    if shape not in ("input", "textarea"):
        return None
    return None if value is None else str(value)


def _groups(groups: Any) -> Iterator[Group]:
    for name, options, _ in groups:
        yield Group(name or "", tuple(map(_option, options)))


def _option(context: Mapping[str, Any]) -> Option:
    attrs = dict(context["attrs"])
    for mark in ("checked", "selected"):
        attrs.pop(mark, None)
    return Option(
        value=str(context["value"]),
        label=context["label"],
        chosen=bool(context["selected"]),
        id=str(attrs.get("id", "")),
        # A select's options have a class only if they were given one.
        attrs=written(attrs, classes="phx-input" if context["type"] in ("radio", "checkbox") else ""),
    )


def _parts(widget: Widget, contexts: Any) -> Iterator[Control]:
    """Each box of several has a name of its own, for those who do not see the others."""
    for number, context in enumerate(contexts):
        template = context["template_name"].removeprefix(FOLDER).removesuffix(".html")
        label = "" if context["is_hidden"] else _part_name(widget, number, context)
        yield _control(context, SHAPES.get(template, MARKUP), label)


def _part_name(widget: Widget, number: int, part: Mapping[str, Any]) -> str:
    if isinstance(widget, SplitDateTimeWidget):
        return gettext("Date") if number == 0 else gettext("Time")
    for ending, name in DATE_PARTS.items():
        if part["name"].endswith(ending):
            return gettext(name)
    return str(part["attrs"].get("placeholder") or number + 1)


def _current_file(context: Mapping[str, Any], goes: bool) -> CurrentFile:
    return CurrentFile(
        heading=context["initial_text"],
        url=context["value"].url,
        text=str(context["value"]),
        box_name=context["checkbox_name"],
        box_id=context["checkbox_id"],
        box_label=context["clear_checkbox_label"],
        may_go=not context["required"],
        goes=goes,
    )


def _says_false(widget: CheckboxInput, name: str) -> bool:
    """Whether a hidden "false" may go ahead of the box, so that an empty one is heard of too."""
    reads: Any = type(widget).value_from_datadict
    return reads is CheckboxInput.value_from_datadict and not name.endswith("[]")
