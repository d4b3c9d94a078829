"""What a user puts into a form's fields; and why that can't be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live.controls import BUTTONS, Control
from django_phoenix.testing.live.query import outline


def flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """``{"user": {"name": "Ada"}}`` as ``{"user[name]": "Ada"}``."""
    pairs: dict[str, Any] = {}
    for key, value in data.items():
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, Mapping):
            pairs.update(flat(value, name))
        else:
            pairs[name] = value
    return pairs


def fill(where: str, controls: list[Control], name: str, value: Any) -> list[Control]:
    """Put ``value`` into the fields of that name; those meant. AssertionError if a user could not."""
    named = [each for each in controls if each.name in (name, f"{name}[]") and each.kind not in BUTTONS]
    if not named:
        known = ", ".join(dict.fromkeys(each.name for each in controls if each.name)) or "none"
        raise Failure(f"{where} has no field {name!r}. Its fields: {known}.")
    _check(where, name, named)
    kind = named[0].kind
    if kind == "radio":
        _choose_radio(where, name, named, value)
    elif kind == "checkbox":
        _tick(where, name, named, value)
    elif kind in ("select", "select-many"):
        _select(where, name, named[0], value)
    else:
        _type(where, name, named, value)
    return named


def _check(where: str, name: str, named: list[Control]) -> None:
    if all(each.disabled for each in named):
        raise Failure(f"{where}: {name!r} is disabled: {outline(named[0].element)}")
    first = named[0]
    if first.kind == "hidden" and all(each.kind == "hidden" for each in named):
        raise Failure(
            f"{where}: {name!r} is a hidden field, into which no user types. What a script would put there, "
            f"give to submit() or change(): submit({{{name!r}: …}})."
        )
    if first.kind == "file":
        raise Failure(f"{where}: {name!r} takes files: choose them by file_input().")
    if "readonly" in first.element.attributes:
        raise Failure(f"{where}: {name!r} is read-only: {outline(first.element)}")


def _choose_radio(where: str, name: str, named: list[Control], value: Any) -> None:
    wanted = str(value)
    _check_choice(where, name, wanted, [each.own_value for each in named if not each.disabled])
    for each in named:
        each.typed = each.own_value == wanted


def _tick(where: str, name: str, named: list[Control], value: Any) -> None:
    """True and False tick a single box; a value or a list of values, those boxes and no others."""
    boxes = [each for each in named if each.kind == "checkbox"]
    if isinstance(value, bool):
        if len(boxes) != 1:
            values = ", ".join(repr(each.own_value) for each in boxes)
            raise Failure(f"{where}: {name!r} are {len(boxes)} boxes: give a list of values of {values}.")
        boxes[0].typed = value
        return
    wanted = _texts(value)
    for each in wanted:
        _check_choice(where, name, each, [box.own_value for box in boxes if not box.disabled])
    for box in boxes:
        box.typed = box.own_value in wanted


def _select(where: str, name: str, control: Control, value: Any) -> None:
    wanted = _texts(value)
    for each in wanted:
        _check_choice(where, name, each, [option for option, _ in control.options])
    if control.kind == "select-many":
        control.typed = wanted
    elif len(wanted) != 1:
        raise Failure(f"{where}: of {name!r} one option is chosen, got {value!r}.")
    else:
        control.typed = wanted[0]


def _type(where: str, name: str, named: list[Control], value: Any) -> None:
    fields = [each for each in named if each.kind != "hidden"]
    if not isinstance(value, list | tuple):
        if len(fields) > 1 and fields[0].name == fields[1].name:
            raise Failure(f"{where}: there are {len(fields)} fields {name!r}: give a list of values.")
        fields[0].typed = _text(value)
        return
    if len(value) != len(fields):
        raise Failure(f"{where}: there are {len(fields)} fields {name!r}, got {len(value)} values.")
    for control, each in zip(fields, value, strict=True):
        control.typed = _text(each)


def _check_choice(where: str, name: str, wanted: str, known: list[str]) -> None:
    if wanted not in known:
        raise Failure(f"{where}: {name!r} offers {', '.join(map(repr, known)) or 'nothing'}, not {wanted!r}.")


def _texts(value: Any) -> list[str]:
    many = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return [_text(each) for each in value] if many else [_text(value)]


def _text(value: Any) -> str:
    """As it is typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text
    return str(getattr(value, "pk", value))
