"""Knobs for a component's attributes, drawn from its declaration, and the tag that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.safestring import SafeString
from django_components import registry

from testproject.pages import highlight

LONGEST = 60


class Knob(NamedTuple):
    """One attribute to try; `allowed` holds the values to choose from, as texts."""

    name: str
    type: str
    value: Any
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Playground:
    """What may be changed, from which values on; what the body says; what goes with it unchanged.

    ``implied`` are values that the component takes by itself where its declaration says None.
    """

    component: str
    start: Mapping[str, Any]
    body: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    implied: Mapping[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"gallery/{self.component}/playground.html"

    def knobs(self, values: Mapping[str, Any]) -> tuple[Knob, ...]:
        return tuple(self._knobs(values))

    def read(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The values that a form says; what does not fit stays as it was at first."""
        values = dict(self.start)
        for knob in self.knobs(self.start):
            given = params.get(knob.name)
            if not isinstance(given, str):
                continue
            if knob.type == "checkbox":
                values[knob.name] = given == "true"
            elif knob.type == "text":
                values[knob.name] = given[:LONGEST]
            elif given in knob.allowed:
                values[knob.name] = self._allowed(knob.name)[knob.allowed.index(given)]
        return values

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the component is given: no more than differs from what it does by itself."""
        attributes = registry.get(f"core.{self.component}").declaration.attributes  # type: ignore[attr-defined]
        defaults = {name: attribute.default for name, attribute in attributes.items()} | self.implied
        chosen = {
            name: value
            for name, value in values.items()
            if value not in ("", False) and value != defaults.get(name, "")
        }
        return {**self.fixed, **chosen}

    def code(self, values: Mapping[str, Any]) -> SafeString:
        words = "".join(f" {_written(*item)}" for item in self.arguments(values).items())
        tag = f'{{% component "core.{self.component}"{words}'
        source = f"{tag} %}}{self.body}{{% endcomponent %}}" if self.body else f"{tag} / %}}"
        return highlight.template(source)

    def _knobs(self, values: Mapping[str, Any]) -> Iterator[Knob]:
        for name, first in self.start.items():
            allowed = tuple(map(str, self._allowed(name)))
            if isinstance(first, bool):
                yield Knob(name, "checkbox", values[name])
            else:
                yield Knob(name, "select" if allowed else "text", values[name], allowed)

    def _allowed(self, name: str) -> tuple[Any, ...]:
        attribute = registry.get(f"core.{self.component}").declaration.attributes.get(name)  # type: ignore[attr-defined]
        allowed = () if attribute is None else attribute.allowed or ()
        return tuple(value for value in allowed if value is not None)


def _written(name: str, value: Any) -> str:
    return f"{name}={value}" if isinstance(value, bool | int) else f'{name}="{value}"'
