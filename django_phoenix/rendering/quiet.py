"""Look at what a template may show without running anybody's code.

So it goes unnoticed that something is looked at once more than the template does, or where it does not look.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import SimpleLazyObject, empty

from .lookup import ATTRIBUTES, KINDS, MISSING, is_quiet
from .settled import field_of
from .tracking import has_call

Getter = Callable[[Any], Any]


class Quietly(dict[tuple[type, str], Getter]):
    """(type, name) -> what reads this name of such a value: `QUIETLY[type(value), name](value)`.

    What is found is not called. Raises LookupError where reading may run code, as that of a property.
    """

    def __missing__(self, key: tuple[type, str]) -> Getter:
        self[key] = getter = getter_of(*key)
        return getter


QUIETLY = Quietly()


def getter_of(cls: type, name: str) -> Getter:
    if cls is dict:
        return itemgetter(name)
    if cls is SimpleLazyObject:
        return lambda lazy: unwrapped(lazy, name)
    if has_call(cls):
        return unknown
    if KINDS[cls] == ATTRIBUTES and is_quiet(cls, name):
        if isinstance(getattr(cls, name, None), DeferredAttribute):
            return lambda item: item.__dict__[name]
        return lambda item: getattr(item, name, MISSING)
    return lambda value: field(value, name)


def unknown(value: Any) -> Any:
    raise LookupError(value)


def unwrapped(lazy: Any, name: str) -> Any:
    if lazy._wrapped is empty:
        raise LookupError(name)
    return QUIETLY[type(lazy._wrapped), name](lazy._wrapped)


def field(value: Any, name: str) -> Any:
    try:
        return field_of(value, name)
    except (AttributeError, ValueError) as error:
        raise LookupError(name) from error
