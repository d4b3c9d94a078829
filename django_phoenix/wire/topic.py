"""Topic patterns: ``"lobby"``, ``"room:*"``, ``"room:<int:room>"``, ``"game:<name>:*"``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

T = TypeVar("T")

PARAMETER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]*)>")
# A name without converter takes one segment.
SEGMENT = "[^:]+"

# Our own topics begin with it; no client can join them.
INTERNAL = "\x1f"


class Converter(Protocol):
    """What Django registers with ``register_converter``."""

    regex: str

    def to_python(self, value: str) -> Any: ...


class TopicPattern:
    """One pattern. ``match`` gives the captured parameters, or None when the topic is another one.

    Raises ValueError for a pattern that can't be: a ``*`` that is not at the end, an unknown converter,
    a name that is no identifier or is used twice.
    """

    __slots__ = ("_capturers", "_literal", "_prefix", "_regex", "text")

    def __init__(self, text: str, converters: Mapping[str, Converter]) -> None:
        self.text = text
        body, wildcard = (text[:-1], True) if text.endswith("*") else (text, False)
        if "*" in body:
            raise ValueError(f"topic pattern {text!r}: '*' is allowed at the end only")
        self._literal = self._prefix = self._regex = None
        self._capturers: dict[str, Callable[[str], Any]] = {}
        if "<" in body or ">" in body:
            self._regex = re.compile(
                self._expression(body, converters) + (".*" if wildcard else ""), re.DOTALL
            )
        elif wildcard:
            self._prefix = body
        else:
            self._literal = body

    @property
    def names(self) -> list[str]:
        """What it captures."""
        return list(self._capturers)

    def match(self, topic: str) -> dict[str, Any] | None:
        """The parameters captured from ``topic``, or None."""
        if self._literal is not None:
            return {} if topic == self._literal else None
        if self._prefix is not None:
            return {} if topic.startswith(self._prefix) else None
        assert self._regex is not None
        found = self._regex.fullmatch(topic)
        return None if found is None else self._converted(found.groupdict())

    def _converted(self, captured: dict[str, str]) -> dict[str, Any] | None:
        try:
            return {name: self._capturers[name](value) for name, value in captured.items()}
        except ValueError:
            return None

    def _expression(self, body: str, converters: Mapping[str, Converter]) -> str:
        parts, end = [], 0
        for found in PARAMETER.finditer(body):
            parts += [self._quoted(body[end : found.start()]), self._capture(found, converters)]
            end = found.end()
        return "".join([*parts, self._quoted(body[end:])])

    def _quoted(self, literal: str) -> str:
        if "<" in literal or ">" in literal:
            raise ValueError(f"topic pattern {self.text!r}: {literal!r} has an unpaired '<' or '>'")
        return re.escape(literal)

    def _capture(self, found: re.Match[str], converters: Mapping[str, Converter]) -> str:
        kind, name = found["converter"], found["name"]
        if not name.isidentifier():
            raise ValueError(f"topic pattern {self.text!r}: {name!r} is not a Python identifier")
        if name in self._capturers:
            raise ValueError(f"topic pattern {self.text!r}: the name {name!r} is used twice")
        if kind is None:
            self._capturers[name] = str
            return f"(?P<{name}>{SEGMENT})"
        if kind not in converters:
            raise ValueError(
                f"topic pattern {self.text!r}: no converter {kind!r}; known: {', '.join(converters)}"
            )
        self._capturers[name] = converters[kind].to_python
        return f"(?P<{name}>{converters[kind].regex})"


class Route(NamedTuple, Generic[T]):
    """Where a topic leads: the target that stands behind the pattern, and what the pattern captured."""

    target: T
    captures: dict[str, Any]


class TopicTable(Generic[T]):
    """Patterns in order of declaration; the first that matches wins."""

    __slots__ = ("entries",)

    def __init__(self, entries: Iterable[tuple[str, T]], converters: Mapping[str, Converter]) -> None:
        self.entries = [(TopicPattern(text, converters), target) for text, target in entries]

    def resolve(self, topic: str) -> Route[T] | None:
        """The first match, or None."""
        for pattern, target in self.entries:
            captures = pattern.match(topic)
            if captures is not None:
                return Route(target, captures)
        return None
