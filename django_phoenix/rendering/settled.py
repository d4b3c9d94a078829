"""Whether what a template looks up in an immutable value is always the same.

An immutable date has a method `today`, an Enum may have any property: a path is settled only if it leads
through fields.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Choices
from django.utils.safestring import SafeString

from .lookup import Missing
from .reads import ANYWHERE, Path
from .tracking import is_immutable

# Whatever a template looks up in values of these types depends on nothing else.
CLOSED: set[type] = {str, SafeString, int, bool, type(None), float, bytes, UUID, Missing}


class Slots:
    __slots__ = ("x",)


class Pair(NamedTuple):
    x: int


FIELDS: set[type] = {
    type(date.__dict__["year"]),
    type(Slots.__dict__["x"]),
    type(Pair.__dict__["x"]),
}
WRITTEN_IN_C: type = type(object.__getattribute__)
GETITEMS = (None, tuple.__getitem__, str.__getitem__)
MEMBERS: set[tuple[type, str]] = {(Enum, "value"), (Enum, "name"), (Choices, "label")}


def is_settled(value: Any, path: Path) -> bool:
    """Whether what the path finds, looked up in an immutable value, is always the same."""
    if path is ANYWHERE or path == ANYWHERE:
        return is_closed(value)
    try:
        for bit in path:
            if type(value) in CLOSED:
                return True
            value = field_of(value, bit)
    except (AttributeError, LookupError, ValueError):
        return False
    return is_immutable(value)


def is_closed(value: Any) -> bool:
    cls = type(value)
    return cls in CLOSED or (cls in (tuple, frozenset) and all(map(is_closed, value)))


def field_of(value: Any, bit: str) -> Any:
    """A field of an immutable value that is itself only data. Raises LookupError for all else."""
    cls = type(value)
    if cls is tuple:
        return value[int(bit)]
    if getattr(cls, "__getitem__", None) not in GETITEMS or type(cls.__getattribute__) is not WRITTEN_IN_C:
        raise LookupError(bit)
    for base in cls.__mro__:
        if bit in base.__dict__:
            descriptor = base.__dict__[bit]
            if type(descriptor) in FIELDS or (base, bit) in MEMBERS:
                return getattr(value, bit)
            if hasattr(descriptor, "__get__"):
                raise LookupError(bit)
    return value.__dict__[bit]
