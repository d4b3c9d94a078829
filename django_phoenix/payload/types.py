"""From a JSON value to an annotated type, composed once per parameter.

The values come from JSON, or from HTML attributes and forms, where all is text: so ``"2"`` is an int, and
``""`` is None for an optional parameter that is no text. ``Annotated[str, MaxLengthValidator(200)]`` is a str
that Django's validator has let pass.
"""

from __future__ import annotations

import collections.abc
import enum
import types
import typing
from collections.abc import Callable, Iterable
from itertools import count, repeat
from typing import Any, Literal, Union

from django.core.exceptions import ValidationError

from django_phoenix.payload.mismatch import MOST_FLAWS, Conversion, Flaw, Mismatch, flaws_of
from django_phoenix.payload.scalars import SIMPLE

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


def register_family(family: Family) -> None:
    """Teach many types at once: ``family`` gives the conversion to a type, None if it knows no such type."""
    _families.append(family)


def _simple(annotation: Any) -> Conversion | None:
    try:
        return SIMPLE.get(annotation)
    except TypeError:  # Django's validators have no hash, nor has what holds one
        return None


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
        return SIMPLE[dict]
    item = converter_for(value_type)

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
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
