"""From a JSON value to an annotated Python type: one small converter per type, composed once per parameter.

The values come from JSON, or from HTML attributes and forms, where all is text: so ``"2"`` is an int, and
``""`` is None for an optional parameter that is no text. ``Annotated[str, MaxLengthValidator(200)]`` is a str
that Django's validator has let pass.
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
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from itertools import count, repeat
from typing import Any, Literal, NamedTuple, Union

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime, parse_time

Converter = Callable[[Any], Any]

INTEGER = re.compile(r"\s*[+-]?[0-9]{1,4000}\s*", re.ASCII)
TRUE = frozenset({"true", "1", "on", "yes"})
FALSE = frozenset({"false", "0", "off", "no", ""})


# How many things are told to be wrong with one value.
MOST_FLAWS = 20

# Stands for a value that did not come.
MISSING: Any = object()


class Flaw(NamedTuple):
    """One thing that is wrong: where in the value, what, and what came instead."""

    path: tuple[str | int, ...]
    text: str
    got: Any


class Mismatch(Exception):
    """The value is not what the annotation asks for: the parts in ``flaws``, or all of it."""

    def __init__(self, flaws: list[Flaw] | None = None) -> None:
        super().__init__()
        self.flaws = flaws

    def at(self, step: str | int, expected: str, got: Any) -> list[Flaw]:
        """The flaws as the whole sees them whose part at ``step`` this value is."""
        if self.flaws is None:
            return [Flaw((step,), f"should be {expected}", got)]
        return [flaw._replace(path=(step, *flaw.path)) for flaw in self.flaws]


class Conversion(NamedTuple):
    """A converter, and how an error message names what it takes."""

    convert: Converter
    expected: str


# Asked in turn for a conversion to a type that nothing here knows: see ``register_family``.
Family = Callable[[Any], Conversion | None]
_families: list[Family] = []


def converter_for(annotation: Any) -> Conversion:
    """How values become ``annotation``. Raises TypeError for a type that no converter knows."""
    simple = _simple(annotation)
    if simple is not None:
        return simple
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return _validated(converter_for(arguments[0]), arguments[1:])
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
    for family in _families:
        conversion = family(annotation)
        if conversion is not None:
            return conversion
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


def register_family(family: Family) -> None:
    """Teach many types at once: ``family`` gives the conversion to a type, None if it knows no such type."""
    _families.append(family)


def flaws_of(error: ValueError | ValidationError, got: Any) -> list[Flaw]:
    """What user code that looks at a value has said of it, in ValidationErrors. Others' texts stay here."""
    if not isinstance(error, ValidationError):
        return [Flaw((), "is not valid", got)]
    if hasattr(error, "error_dict"):
        return [Flaw((name,), " ".join(texts), got) for name, texts in error.message_dict.items()]
    return [Flaw((), " ".join(error.messages), got)]


def _simple(annotation: Any) -> Conversion | None:
    try:
        return _SIMPLE.get(annotation)
    except TypeError:  # Django's validators have no hash, nor has what holds one
        return None


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


def _binary(value: Any) -> bytes:
    if type(value) is not bytes:
        raise Mismatch
    return value


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
            except Mismatch as mismatch:
                flaws = mismatch.flaws
        raise Mismatch(flaws if len(choices) == 1 else None)

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


def _validated(inner: Conversion, metadata: tuple[Any, ...]) -> Conversion:
    """Django's validators, and functions like them, for all but None; other metadata is not ours."""
    validators = [entry for entry in metadata if callable(entry) and not isinstance(entry, type)]
    if not validators:
        return inner

    def convert(value: Any) -> Any:
        converted = inner.convert(value)
        if converted is None:
            return None
        flaws: list[Flaw] = []
        for validate in validators:
            try:
                validate(converted)
            except (ValidationError, ValueError) as error:
                flaws += flaws_of(error, value)
        if flaws:
            raise Mismatch(flaws)
        return converted

    return Conversion(convert, inner.expected)


def _sequence(make: Callable[[Any], Any], arguments: tuple[Any, ...]) -> Conversion:
    if make is tuple and arguments[1:] != (Ellipsis,):
        return _fixed_tuple(arguments)
    item = converter_for(arguments[0])

    def convert(value: Any) -> Any:
        if type(value) is not list:
            raise Mismatch
        entries = _each(count(), repeat(item), value)
        try:
            return make(entries)
        except TypeError:  # a set of what can't be hashed
            raise Mismatch from None

    return Conversion(convert, f"a list, each of it {item.expected}")


def _fixed_tuple(arguments: tuple[Any, ...]) -> Conversion:
    items = [converter_for(argument) for argument in arguments]

    def convert(value: Any) -> Any:
        if type(value) is not list or len(value) != len(items):
            raise Mismatch
        return tuple(_each(count(), items, value))

    return Conversion(convert, f"a list of {len(items)}: {', '.join(item.expected for item in items)}")


def _mapping(value_type: Any) -> Conversion:
    if value_type in (Any, object):
        # As it came, not a copy.
        return _SIMPLE[dict]
    item = converter_for(value_type)

    def convert(value: Any) -> Any:
        if type(value) is not dict:
            raise Mismatch
        return dict(zip(value, _each(value, repeat(item), value.values()), strict=True))

    return Conversion(convert, f"an object, each value of it {item.expected}")


def _each(steps: Iterable[str | int], items: Iterable[Conversion], values: Iterable[Any]) -> list[Any]:
    """Convert the parts of a value. Raises Mismatch that tells of all that are wrong, up to a number."""
    converted: list[Any] = []
    flaws: list[Flaw] = []
    for step, item, value in zip(steps, items, values, strict=False):
        try:
            converted.append(item.convert(value))
        except Mismatch as mismatch:
            flaws += mismatch.at(step, item.expected, value)
            if len(flaws) >= MOST_FLAWS:
                break
    if flaws:
        raise Mismatch(flaws)
    return converted


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
    bytes: Conversion(_binary, "binary"),
    type(None): Conversion(_nothing, "null"),
    None: Conversion(_nothing, "null"),
    dict: Conversion(_object, "an object"),
    list: Conversion(_list, "a list"),
}
