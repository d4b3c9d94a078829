"""What a test expects of a payload: as much of it as matters, as in ``assert_push "said", %{body: "hi"}``.

* a dict: these keys, with values that match; others may be there
* a list or tuple: as many items, each of which matches
* ``...``: anything
* a type: an instance of it
* a compiled regular expression: a string in which it is found
* a function: it is asked
* anything else: an equal value, or one that is written alike in JSON (a date, a Decimal, a UUID)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import EllipsisType, FunctionType, MethodType, UnionType
from typing import Any

import orjson

from django_phoenix.wire.encoding import dumps

ANYTHING = ...
SHOWN = 300


def mismatch(pattern: Any, value: Any, where: str = "") -> str | None:
    """In which way ``value`` does not match; None if it does."""
    if isinstance(pattern, EllipsisType):
        return None
    if isinstance(pattern, Mapping):
        return _mapping(pattern, value, where)
    if isinstance(pattern, list | tuple):
        return _sequence(pattern, value, where)
    if _fits(pattern, value):
        return None
    return f"{_at(where)}expected {_name_of(pattern)}, got {shown(value)}"


def shown(value: Any) -> str:
    """For messages."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"


def _mapping(pattern: Mapping[Any, Any], value: Any, where: str) -> str | None:
    if not isinstance(value, Mapping):
        return f"{_at(where)}expected an object with {', '.join(map(repr, pattern))}, got {shown(value)}"
    for key, expected in pattern.items():
        inner = f"{where}.{key}" if where else str(key)
        if str(key) not in value:
            return f"{_at(inner)}is missing"
        found = mismatch(expected, value[str(key)], inner)
        if found is not None:
            return found
    return None


def _sequence(pattern: list[Any] | tuple[Any, ...], value: Any, where: str) -> str | None:
    if not isinstance(value, list):
        return f"{_at(where)}expected a list, got {shown(value)}"
    for number, (expected, each) in enumerate(zip(pattern, value, strict=False)):
        found = mismatch(expected, each, f"{where}[{number}]")
        if found is not None:
            return found
    if len(pattern) != len(value):
        return f"{_at(where)}expected {len(pattern)} items, got {len(value)}: {shown(value)}"
    return None


def _fits(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, type | UnionType):
        return isinstance(value, pattern) and (pattern is not int or not isinstance(value, bool))
    if isinstance(pattern, re.Pattern):
        return isinstance(value, str) and pattern.search(value) is not None
    if isinstance(pattern, FunctionType | MethodType):
        return bool(pattern(value))
    return bool(pattern == value) or _as_json(pattern) == value


def _as_json(pattern: Any) -> Any:
    """How it comes out at the other end of the wire."""
    if pattern is None or isinstance(pattern, str | int | float | bytes):
        return pattern
    try:
        return orjson.loads(dumps(pattern))
    except TypeError:
        return pattern


def _name_of(pattern: Any) -> str:
    if isinstance(pattern, type):
        return f"a value of type {pattern.__name__}"
    if isinstance(pattern, re.Pattern):
        return f"a string that matches {pattern.pattern!r}"
    if isinstance(pattern, FunctionType):
        return f"a value that {pattern.__qualname__} takes"
    return repr(pattern)


def _at(where: str) -> str:
    return f"{where}: " if where else ""
