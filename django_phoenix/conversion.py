"""From a JSON value to an annotated Python type: one small converter per type, composed once per parameter.

The values come from JSON, or from HTML attributes and forms, where all is text: so ``"2"`` is an int, and
``""`` is None for an optional parameter that is no text.
"""

from __future__ import annotations

import collections.abc
import datetime
import enum
import math
import re
import types
import typing
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple, Union

from django.utils.dateparse import parse_date, parse_datetime, parse_time

Converter = Callable[[Any], Any]

INTEGER = re.compile(r"\s*[+-]?[0-9]{1,4000}\s*", re.ASCII)
TRUE = frozenset({"true", "1", "on", "yes"})
FALSE = frozenset({"false", "0", "off", "no", ""})


class Mismatch(Exception):
    """The value is not what the annotation asks for."""


class Conversion(NamedTuple):
    """A converter, and how an error message names what it takes."""

    convert: Converter
    expected: str


def converter_for(annotation: Any) -> Conversion:
    """How values become ``annotation``. Raises TypeError for a type that no converter knows."""
    simple = _SIMPLE.get(annotation) if _hashable(annotation) else None
    if simple is not None:
        return simple
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return converter_for(arguments[0])
    if origin is Union or origin is types.UnionType:
        return _union(arguments)
    if origin is Literal:
        return _literal(arguments)
    if origin in _SEQUENCES:
        return _sequence(_SEQUENCES[origin], arguments)
    if origin in (dict, collections.abc.Mapping):
        return _mapping(arguments[1])
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _enum(annotation)
    raise TypeError(f"no conversion to {annotation!r}; register one with register_conversion, or use Any.")


def register_conversion(annotation: Any, convert: Callable[[Any], Any], expected: str) -> None:
    """Teach event parameters a type: ``convert`` raises ValueError or TypeError for what it does not take.

    ``expected`` is how error messages name it, such as ``"a colour such as #aabbcc"``.
    """

    def checked(value: Any) -> Any:
        try:
            return convert(value)
        except (ValueError, TypeError):
            raise Mismatch from None

    _SIMPLE[annotation] = Conversion(checked, expected)


def _hashable(annotation: Any) -> bool:
    return getattr(type(annotation), "__hash__", None) is not None


def _anything(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return typing.cast(str, value)
    if kind is int or kind is float:
        return str(value)
    raise Mismatch


def _integer(value: Any) -> int:
    kind = type(value)
    if kind is int:
        return typing.cast(int, value)
    if kind is str and INTEGER.fullmatch(value):
        return int(value)
    if kind is float and value.is_integer():
        return int(value)
    raise Mismatch


def _number(value: Any) -> float:
    if type(value) not in (float, int, str):
        raise Mismatch
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Mismatch from None
    if not math.isfinite(number):
        raise Mismatch
    return number


def _truth(value: Any) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str:
        word = value.lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
    elif value == 0 or value == 1:
        return bool(value)
    raise Mismatch


def _decimal(value: Any) -> Decimal:
    if type(value) not in (str, int, float):
        raise Mismatch
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise Mismatch from None
    if not number.is_finite():
        raise Mismatch
    return number


def _uuid(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise Mismatch from None


def _parsed(parse: Callable[[str], Any]) -> Converter:
    def convert(value: Any) -> Any:
        if type(value) is not str:
            raise Mismatch
        try:
            parsed = parse(value)
        except ValueError:
            raise Mismatch from None
        if parsed is None:
            raise Mismatch
        return parsed

    return convert


def _nothing(value: Any) -> None:
    if value is not None:
        raise Mismatch


def _object(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise Mismatch
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Mismatch
    return value


def _union(arguments: tuple[Any, ...]) -> Conversion:
    optional = type(None) in arguments
    choices = [converter_for(argument) for argument in arguments if argument is not type(None)]
    blank_is_none = optional and str not in arguments and Any not in arguments

    def convert(value: Any) -> Any:
        if optional and (value is None or (blank_is_none and value == "")):
            return None
        for choice in choices:
            try:
                return choice.convert(value)
            except Mismatch:
                continue
        raise Mismatch

    names = [choice.expected for choice in choices] + (["null"] if optional else [])
    return Conversion(convert, " or ".join(names))


def _literal(arguments: tuple[Any, ...]) -> Conversion:
    exact = {(type(choice), choice): choice for choice in arguments}
    by_text = {str(choice): choice for choice in reversed(arguments)}

    def convert(value: Any) -> Any:
        try:
            return exact[type(value), value]
        except (KeyError, TypeError):
            pass
        if type(value) is str and value in by_text:
            return by_text[value]
        raise Mismatch

    return Conversion(convert, "one of " + ", ".join(map(repr, arguments)))


def _enum(kind: type[enum.Enum]) -> Conversion:
    """An enum by its value; Django's ``TextChoices`` and ``IntegerChoices`` among them."""
    by_value = _literal(tuple(member.value for member in kind))
    return Conversion(lambda value: kind(by_value.convert(value)), by_value.expected)


def _sequence(make: Callable[[Any], Any], arguments: tuple[Any, ...]) -> Conversion:
    if make is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
        raise TypeError("a tuple parameter is written tuple[T, ...]")
    item = converter_for(arguments[0])

    def convert(value: Any) -> Any:
        if type(value) is not list:
            raise Mismatch
        try:
            return make([item.convert(entry) for entry in value])
        except TypeError:  # a set of what can't be hashed
            raise Mismatch from None

    return Conversion(convert, f"a list, each of it {item.expected}")


def _mapping(value_type: Any) -> Conversion:
    item = converter_for(value_type)

    def convert(value: Any) -> Any:
        if type(value) is not dict:
            raise Mismatch
        return {key: item.convert(entry) for key, entry in value.items()}

    return Conversion(convert, f"an object, each value of it {item.expected}")


_SEQUENCES: dict[Any, Callable[[Any], Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.Iterable: list,
}

_SIMPLE: dict[Any, Conversion] = {
    Any: Conversion(_anything, "anything"),
    object: Conversion(_anything, "anything"),
    str: Conversion(_text, "a text"),
    int: Conversion(_integer, "a whole number"),
    float: Conversion(_number, "a number"),
    bool: Conversion(_truth, "true or false"),
    Decimal: Conversion(_decimal, "a decimal number"),
    uuid.UUID: Conversion(_uuid, "a UUID"),
    datetime.date: Conversion(_parsed(parse_date), "a date such as 2030-01-31"),
    datetime.datetime: Conversion(_parsed(parse_datetime), "a date and time such as 2030-01-31T12:00"),
    datetime.time: Conversion(_parsed(parse_time), "a time such as 12:00"),
    type(None): Conversion(_nothing, "null"),
    None: Conversion(_nothing, "null"),
    dict: Conversion(_object, "an object"),
    list: Conversion(_list, "a list"),
}
