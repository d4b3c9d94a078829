"""Look values up as Django's `Variable` does: item, attribute, index; call what is callable.

How a *type* answers is worked out once and kept in `KINDS`, so the common cases (a plain dict, an object
without `__getitem__`) cost one table look-up. A failed lookup is the value `MISSING`, not an exception.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from inspect import signature
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

from django.db.models.query_utils import DeferredAttribute
from django.template.base import VariableDoesNotExist
from django.utils.functional import SimpleLazyObject, empty

from .tracking import PLAIN, has_call

if TYPE_CHECKING:
    from .runtime import Runtime

logger = logging.getLogger("django.template")


class Missing:
    """The type of `MISSING`: no such variable. Falsy, as `{% if %}` sees a missing variable."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
PLAIN.add(Missing)
TRANSPARENT: set[type] = {*PLAIN, dict, list, tuple}  # if getattr fails on these, there is no such attribute

ITEMS, ATTRIBUTES, ANYTHING, LAZY = 0, 1, 2, 3


class Kinds(dict[type, int]):
    """type -> how its instances are looked into; filled as types are met."""

    def __missing__(self, cls: type) -> int:
        if cls is dict:
            kind = ITEMS
        elif cls is SimpleLazyObject:
            kind = LAZY
        elif has_call(cls) or hasattr(cls, "__getitem__"):
            kind = ANYTHING
        else:
            kind = ATTRIBUTES
        self[cls] = kind
        return kind


KINDS = Kinds()


def get(rt: Runtime, obj: Any, bit: str) -> Any:
    """`obj.bit` as a template means it; MISSING if there is none."""
    kind = KINDS[type(obj)]
    if kind >= ANYTHING:
        return follow(rt, obj, (bit,))
    try:
        if kind == ITEMS:
            try:
                value = obj[bit]
            except KeyError:
                value = _attribute(obj, bit)
        else:
            try:
                value = getattr(obj, bit)
            except (TypeError, AttributeError):
                value = _index(obj, bit)
    except Exception as error:
        return _silenced(rt, error, bit)
    if type(value) in PLAIN:
        return value if value is not MISSING else _missed(rt, bit)
    return called(rt, value)


def follow(rt: Runtime, obj: Any, bits: tuple[str, ...]) -> Any:
    """A path of lookups, beginning with the value of a context variable (which is called if it can be)."""
    bit: str | None = None
    try:
        current = call(rt, obj)
        for bit in bits:
            kind = KINDS[type(current)]
            if kind == LAZY:
                current = unwrapped(current)
                kind = KINDS[type(current)]
            current = _attribute(current, bit) if kind == ATTRIBUTES else _step(current, bit)
            if current is MISSING:
                return _missed(rt, bit)
            if type(current) not in PLAIN:
                current = call(rt, current)
    except Exception as error:
        return _silenced(rt, error, bit)
    return current


def unwrapped(lazy: Any) -> Any:
    """What a lazy object stands for: to look into that is the same, but without detours."""
    if lazy._wrapped is empty:
        lazy._setup()
    return lazy._wrapped


def called(rt: Runtime, value: Any) -> Any:
    """A value that was looked up, called if it is callable; silent failures become `string_if_invalid`."""
    if not callable(value):
        return value
    try:
        return call(rt, value)
    except Exception as error:
        return _silenced(rt, error, None)


def call(rt: Runtime, value: Any) -> Any:
    """Apply Django's rules for callables: do_not_call_in_templates, alters_data, no arguments to be had."""
    if not callable(value) or getattr(value, "do_not_call_in_templates", False):
        return value
    if getattr(value, "alters_data", False):
        return rt.invalid
    try:
        return value()
    except TypeError:
        try:
            expected = signature(value)
        except ValueError:
            return rt.invalid
        try:
            expected.bind()
        except TypeError:
            return rt.invalid
        raise


def needed(value: Any, name: str) -> Any:
    """A filter's argument: Django raises where that variable does not exist."""
    if value is MISSING:
        raise VariableDoesNotExist("Failed lookup for key [%s]", (name,))
    return value


def _step(current: Any, bit: str) -> Any:
    try:
        if not hasattr(type(current), "__getitem__"):
            raise TypeError
        return current[bit]
    except (TypeError, AttributeError, KeyError, ValueError, IndexError):
        return _attribute(current, bit)


def _attribute(current: Any, bit: str) -> Any:
    try:
        return getattr(current, bit)
    except (TypeError, AttributeError):
        return _index(current, bit)


def _index(current: Any, bit: str) -> Any:
    """The last way: only to be called while the attribute's exception is being handled."""
    if type(current) not in TRANSPARENT and bit in dir(current):  # a property raised it
        raise
    try:
        return current[int(bit)]
    except (IndexError, ValueError, KeyError, TypeError):
        return MISSING


def _missed(rt: Runtime, bit: str) -> Any:
    logger.debug("Failed lookup for key [%s] in template '%s'.", bit, rt.template_name)
    return MISSING


def _silenced(rt: Runtime, error: Exception, bit: str | None) -> Any:
    logger.debug(
        "Exception while resolving variable '%s' in template '%s'.", bit, rt.template_name, exc_info=True
    )
    if getattr(error, "silent_variable_failure", False):
        return rt.invalid
    raise error


class Fetch(dict[type, Callable[[Any], Any]]):
    """For one loop: type of the item -> C function that reads all the named bits at once.

    Only for types whose reads run no code of the user (plain dicts, instance attributes, slots, model
    fields): that something is read twice, or too early, must not be noticeable. For other types the
    function raises LookupError.
    """

    def __init__(
        self,
        bits: tuple[str, ...],
        conditional: frozenset[str] = frozenset(),
        beside: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self.bits = bits
        self.conditional = (
            conditional  # of the bits: not always read, so a deferred field would be loaded for it
        )
        self.beside = beside  # what may be read meanwhile, one by one

    def __missing__(self, cls: type) -> Callable[[Any], Any]:
        getter: Callable[[Any], Any] = _cannot_fetch
        if cls is dict:
            if not any(hasattr(dict, bit) for bit in self.beside):
                getter = itemgetter(*self.bits)
        elif KINDS[cls] == ATTRIBUTES and all(
            self.is_harmless(cls, bit) for bit in (*self.bits, *self.beside)
        ):
            getter = attrgetter(*self.bits)
        self[cls] = getter
        return getter

    def is_harmless(self, cls: type, bit: str) -> bool:
        deferrable = bit in self.conditional and isinstance(getattr(cls, bit, None), DeferredAttribute)
        return is_quiet(cls, bit) and not deferrable


def _cannot_fetch(item: Any) -> Any:
    raise LookupError


def is_quiet(cls: type, name: str) -> bool:
    """Whether reading this attribute of an instance runs no Python code that a user wrote."""
    if any("__getattribute__" in base.__dict__ for base in cls.__mro__[:-1]) or hasattr(cls, "__getattr__"):
        return False
    for base in cls.__mro__:
        if name in base.__dict__:
            found = type(base.__dict__[name])
            return found in QUIET_DESCRIPTORS or not hasattr(found, "__get__")
    return True


class _Slots:
    __slots__ = ("x",)


QUIET_DESCRIPTORS: set[type] = {DeferredAttribute, type(_Slots.__dict__["x"])}
