"""What a function component takes: attributes, slots, the rest. Binding, gallery and checks read it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .annotations import Check
from .global_attributes import is_global

# The slot that takes what stands between a component's tags.
BODY = "body"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. ``name`` is as templates write it, ``parameter`` as the function does (``class_``)."""

    name: str
    parameter: str
    annotation: Any
    expected: str
    required: bool
    default: Any
    allowed: tuple[Any, ...] | None
    doc: str
    check: Check | None = None
    enum: type[enum.Enum] | None = None

    def fits(self, value: Any) -> bool:
        """Whether the value is of the declared type, or one of the declared values."""
        return self.check is None or self.check(value)


@dataclass(frozen=True, slots=True)
class SlotDeclaration:
    """One slot; or, if ``is_group``, all slots named ``<name>.<key>``."""

    name: str
    required: bool
    is_group: bool
    doc: str

    @property
    def is_body(self) -> bool:
        """Whether it takes what stands between the component's tags."""
        return self.name == BODY

    def takes(self, fill: str) -> bool:
        """Whether ``{% fill "…" %}`` of this name is meant for it."""
        if self.is_group:
            return fill.startswith(f"{self.name}.") and len(fill) > len(self.name) + 1
        return fill == self.name or (fill == "default" and self.is_body)


@dataclass(frozen=True, slots=True)
class RestDeclaration:
    """The parameter that takes global attributes, and what it takes besides."""

    parameter: str
    included: tuple[str, ...]
    doc: str

    def takes(self, name: str) -> bool:
        return name in self.included or is_global(name)


@dataclass(frozen=True, slots=True)
class Declaration:
    """All that a function component declares of itself.

    ``doc`` is the docstring without the lines about parameters. ``positional`` are the names of those
    attributes that may be given without a name, in their order.
    """

    name: str
    function: Callable[..., Any]
    doc: str
    attributes: dict[str, Attribute]
    slots: dict[str, SlotDeclaration]
    rest: RestDeclaration | None
    positional: tuple[str, ...]

    def takes_attribute(self, name: str) -> bool:
        """Whether a template may give it, declared or global."""
        return name in self.attributes or (self.rest is not None and self.rest.takes(name))

    def takes_fill(self, name: str) -> bool:
        """Whether a template may fill a slot of this name ("default" is the body)."""
        return any(slot.takes(name) for slot in self.slots.values())

    def required_slots(self) -> Iterator[SlotDeclaration]:
        return (slot for slot in self.slots.values() if slot.required)

    def example(self, names: Iterable[str] = ()) -> str:
        """A tag to copy, with these attributes: ``{% component "core.button" href=… %}``."""
        words = "".join(f" {name}=…" for name in names)
        return f'{{% component "{self.name}"{words} %}}'
