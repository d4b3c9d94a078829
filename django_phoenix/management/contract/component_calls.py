"""What a template gives a component: read from the tag of django-components and from what stands in it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .literals import DYNAMIC
from .source import Body, Place, Step, Text, Use

CONSTANTS = {"True": True, "False": False, "None": None}
DEFAULT = "default"


@dataclass
class Call:
    """The arguments of one tag; a value that only rendering gives is DYNAMIC."""

    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    # Something is spread (`...values`): there may be any further argument.
    spread: bool = False


@dataclass
class Fills:
    """The slots that are filled, by name, with the place of each."""

    named: list[tuple[str, Place]] = field(default_factory=list)
    # A fill whose name only rendering gives, or a part of the body that can't be read.
    open: bool = False
    content: bool = False


def call_of(params: Iterable[Any]) -> Call:
    """The arguments of a tag, from django-components' own parameters."""
    call = Call()
    for param in params:
        if param.value.spread:
            call.spread = True
            continue
        value = literal_of(param.value)
        if param.key is None:
            call.args.append(value)
            continue
        key = param.key.content
        name, colon, _ = key.partition(":")
        if colon and name:  # `attrs:class="x"` is a part of a dict
            call.kwargs[name] = DYNAMIC
        else:
            call.kwargs[key] = value
    return call


def literal_of(value: Any) -> Any:
    """The value of a literal, else DYNAMIC."""
    text = value.token.content
    kind = str(value.kind)
    if value.filters:
        return DYNAMIC
    if kind in ("string", "int", "float"):
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return DYNAMIC
    return CONSTANTS.get(text, DYNAMIC) if kind == "variable" else DYNAMIC


def fills_of(use: Use) -> Fills:
    """What stands between the tags of a component."""
    found = Fills()
    _collect(use.bodies, found)
    if not found.named and not found.open and found.content:
        found.named.append((DEFAULT, use.place))
    return found


def _collect(bodies: Iterable[Body], found: Fills) -> None:
    for step in _steps(bodies):
        if isinstance(step, Text):
            found.content |= bool(step.source.text[step.start : step.end].strip())
            continue
        kind = part_of(step.node)
        if kind == "fill":
            name = call_of(step.node.params)  # type: ignore[attr-defined]
            given = name.args[0] if name.args else name.kwargs.get("name", DYNAMIC)
            if isinstance(given, str):
                found.named.append((given, step.place))
            else:
                found.open = True
        elif kind is None and step.bodies:
            _collect(step.bodies, found)
        elif kind is None and step.opaque:
            found.open = True
        else:
            found.content = True


def _steps(bodies: Iterable[Body]) -> Iterator[Step]:
    for body in bodies:
        yield from body.steps


def part_of(node: Any) -> str | None:
    """Which tag of django-components a node is: "component", "fill", "slot"; None: another."""
    node_class: Any = type(node)
    return _part_of_class(node_class)


@cache
def _part_of_class(node_class: type) -> str | None:
    for base in node_class.__mro__:
        if base.__module__.startswith("django_components."):
            name = {"ComponentNode": "component", "FillNode": "fill", "SlotNode": "slot"}.get(base.__name__)
            if name:
                return name
    return None
