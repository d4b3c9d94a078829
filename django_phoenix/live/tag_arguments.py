"""How tags of ours say what they show and with what: a thing first, then attributes, or arguments by name."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

from django.template import TemplateSyntaxError
from django.template.base import FilterExpression, Parser, kwarg_re

ATTRIBUTE = re.compile(r"([\w:@.-]+)(?:=(.+))?", re.DOTALL)

Attributes = dict[str, FilterExpression | None]


def parse_thing(parser: Parser, tag: str, bits: list[str], wanted: str) -> FilterExpression:
    """What stands right behind the tag's name. ``wanted``: a thing first. Raises TemplateSyntaxError."""
    found = ATTRIBUTE.fullmatch(bits[0]) if bits else None
    if not bits or (found is not None and found[2] is not None):
        raise TemplateSyntaxError(f"{{% {tag} %}} needs {wanted}.")
    return parser.compile_filter(bits[0])


def parse_attributes(
    parser: Parser, tag: str, bits: list[str], *, refused: Container[str] = (), example: str = ""
) -> Attributes:
    """``name=value``, or ``name`` alone (None), each once. Raises TemplateSyntaxError."""
    attributes: Attributes = {}
    for bit in bits:
        found = ATTRIBUTE.fullmatch(bit)
        if found is None or found[1] in attributes or found[1] in refused:
            like = f", as in {example}" if example else ""
            raise TemplateSyntaxError(f"{{% {tag} %}} takes attributes, each once{like}; got {bit!r}.")
        attributes[found[1]] = None if found[2] is None else parser.compile_filter(found[2])
    return attributes


def parse_named(
    parser: Parser, tag: str, bits: list[str], *, refused: str | None = None
) -> dict[str, FilterExpression]:
    """``name=value``, each once, behind the first of the bits. Raises TemplateSyntaxError."""
    arguments: dict[str, FilterExpression] = {}
    for bit in bits[1:]:
        name, text = kwarg_re.match(bit).groups()  # type: ignore[union-attr]
        if not name or name in arguments or name == refused:
            but = "" if refused is None else f", and none called {refused}"
            raise TemplateSyntaxError(
                f"{{% {tag} {bits[0]} … %}} takes arguments by name, each once{but}; got {bit!r}."
            )
        arguments[name] = parser.compile_filter(text)
    return arguments


class Given:
    """The attributes in one tag: their expressions in order, and from the values of these a mapping again."""

    def __init__(self, attributes: Attributes) -> None:
        self.expressions = [value for value in attributes.values() if value is not None]
        self._has_value = {name: value is not None for name, value in attributes.items()}

    def names(self) -> set[str]:
        """What is given, with a value or without."""
        return set(self._has_value)

    def mapping(self, values: tuple[Any, ...]) -> dict[str, Any]:
        """True for those without a value; what turns out to be None is left out."""
        rest = iter(values)
        given = {name: next(rest) if has_value else True for name, has_value in self._has_value.items()}
        return {name: value for name, value in given.items() if value is not None}
