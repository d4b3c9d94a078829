"""Widgets by the type that a template asks core.input for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from django import forms
from django.forms import Widget

InputType = Literal[
    "text", "email", "password", "number", "tel", "url", "search", "color", "date", "datetime-local", "month",
    "week", "time", "range", "file", "hidden", "textarea", "select", "radio", "checkbox", "checkboxes",
]  # fmt: skip

# A type without an entry is a text input of that type.
MAKERS: dict[str, Callable[[], Widget]] = {
    "password": lambda: forms.PasswordInput(render_value=True),
    "number": forms.NumberInput,
    "range": forms.NumberInput,
    "date": lambda: forms.DateInput(format="%Y-%m-%d"),
    "datetime-local": lambda: forms.DateTimeInput(format="%Y-%m-%dT%H:%M"),
    "time": lambda: forms.TimeInput(format="%H:%M"),
    "file": forms.FileInput,
    "hidden": forms.HiddenInput,
    "textarea": forms.Textarea,
    "checkbox": forms.CheckboxInput,
}
CHOICES: dict[str, Callable[[], Any]] = {
    "select": forms.Select,
    "select multiple": forms.SelectMultiple,
    "radio": forms.RadioSelect,
    "checkboxes": forms.CheckboxSelectMultiple,
}
OTHER_TYPE = {"range", "date", "datetime-local", "time"}


def widget_of(type: str, choices: Iterable[Any] = (), *, multiple: bool = False) -> Widget:
    """A widget for an input of this type; `choices` as Django's forms have them, or plain values."""
    chooses = CHOICES.get("select multiple" if type == "select" and multiple else type)
    if chooses is not None:
        widget: Any = chooses()
        widget.choices = choices_of(choices)
        return widget  # type: ignore[no-any-return]
    widget = MAKERS.get(type, forms.TextInput)()
    if type not in MAKERS or type in OTHER_TYPE:
        widget.input_type = type
    return widget  # type: ignore[no-any-return]


def choices_of(choices: Any) -> Any:
    """Pairs of value and label; a plain value is its own label."""
    if isinstance(choices, dict):
        return choices
    return [choice if isinstance(choice, list | tuple) else (choice, str(choice)) for choice in choices]
