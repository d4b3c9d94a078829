"""Annotations of a component's attributes: what they are called in an error, and which values fit them.

A value is checked as far as a look at it tells: `list[int]` wants a list, whatever stands in it. Annotations
that say nothing of a value at run time (`Any`, type variables, protocols) take everything.
"""

from __future__ import annotations

import enum
import types
import typing
from collections import abc
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.utils.functional import Promise

Check = Callable[[Any], bool]


def check_of(annotation: Any) -> Check | None:
    """A function that tells whether a value fits; None where every value does."""
    annotation = bare(annotation)
    origin = get_origin(annotation)
    if origin is Literal:
        return _one_of(get_args(annotation))
    if origin in (Union, types.UnionType):
        return _any_of([check_of(member) for member in get_args(annotation)])
    if annotation is None:
        return _is_none
    return _instance_of(origin or annotation)


def allowed_of(annotation: Any) -> tuple[Any, ...] | None:
    """The values that an annotation names, in their order: a Literal's, an enum's; None if any will do."""
    annotation = bare(annotation)
    origin = get_origin(annotation)
    if origin is Literal:
        return get_args(annotation)
    if origin in (Union, types.UnionType):
        named = [
            (None,) if member is types.NoneType else allowed_of(member) for member in get_args(annotation)
        ]
        return None if None in named else tuple(value for values in named for value in values or ())
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return tuple(member.value for member in annotation)
    return None


def enum_of(annotation: Any) -> type[enum.Enum] | None:
    """The enum among the annotation's types: templates write its values, functions get its members."""
    for member in (bare(annotation), *get_args(bare(annotation))):
        if isinstance(member, type) and issubclass(member, enum.Enum):
            return member
    return None


def name_of(annotation: Any) -> str:
    """As a reader would say it: "str or None", "one of 'plain', 'primary'", "list[int]"."""
    annotation = bare(annotation)
    allowed = allowed_of(annotation)
    if allowed is not None:
        return f"one of {', '.join(map(repr, allowed))}" if len(allowed) > 1 else repr(allowed[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(map(name_of, get_args(annotation)))
    if annotation in (None, types.NoneType):
        return "None"
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation.__qualname__
    return str(annotation).replace("typing.", "").replace("collections.abc.", "")


def bare(annotation: Any) -> Any:
    """The type in `Annotated[type, …]`."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _is_none(value: Any) -> bool:
    return value is None


def _one_of(values: tuple[Any, ...]) -> Check:
    known = {(type(value), value) for value in values}

    def check(value: Any) -> bool:
        cls = type(value)
        if cls is not str and isinstance(value, str):  # SafeString, a member of TextChoices
            cls = str
        try:
            return (cls, value) in known
        except TypeError:
            return False

    return check


def _any_of(checks: list[Check | None]) -> Check | None:
    some = [check for check in checks if check is not None]
    if len(some) < len(checks):
        return None
    return lambda value: any(check(value) for check in some)


def _instance_of(cls: Any) -> Check | None:
    if not isinstance(cls, type) or cls in (object, Any) or getattr(cls, "_is_protocol", False):
        return None
    if typing.is_typeddict(cls):
        cls = dict
    if cls in _COLLECTIONS:
        return lambda value: isinstance(value, cls) and not isinstance(value, (str, bytes))
    accepted = _ACCEPTED.get(cls, (cls,))
    if cls in (int, float):  # a bool is no number here, though Python has it as one
        return lambda value: isinstance(value, accepted) and type(value) is not bool
    if issubclass(cls, enum.Enum):
        values = frozenset(member.value for member in cls)
        return lambda value: isinstance(value, cls) or _is_in(value, values)
    return lambda value: isinstance(value, accepted)


def _is_in(value: Any, values: frozenset[Any]) -> bool:
    try:
        return value in values
    except TypeError:
        return False


# A text is a sequence of texts to Python, and hardly ever to who asks for a sequence.
_COLLECTIONS = (abc.Iterable, abc.Collection, abc.Container, abc.Reversible, abc.Sequence)

# Lazy translations are texts; a whole number is a number.
_ACCEPTED: dict[type, tuple[type, ...]] = {
    str: (str, Promise),
    float: (float, int),
    complex: (complex, float, int),
}
