"""From a JSON object to a record: a dataclass, a TypedDict, a NamedTuple, a pydantic model if that is there.

Keys that the record does not name are dropped. A NamedTuple may be a JSON list, too, its fields in order.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from django_phoenix.payload.mismatch import MISSING, Conversion, Converter, Flaw, Mismatch, flaws_of
from django_phoenix.payload.types import converter_for, register_family

# More errors of one value are counted only: a client may cause a million with one frame, and reading them
# takes many times as long as finding them.
MOST_READ = 1000


class Field(NamedTuple):
    """One named value: how it is converted, and whether it may be missing."""

    name: str
    convert: Converter
    expected: str
    required: bool


def fill(fields: Iterable[Field], payload: dict[str, Any]) -> dict[str, Any]:
    """The fields that ``payload`` has, converted. Raises Mismatch that tells of all that are wrong."""
    values: dict[str, Any] = {}
    flaws: list[Flaw] | None = None
    for name, convert, expected, required in fields:
        if name in payload:
            try:
                values[name] = convert(payload[name])
            except Mismatch as mismatch:
                flaws = [*(flaws or ()), *mismatch.at(name, expected, payload[name])]
        elif required:
            flaws = [*(flaws or ()), Flaw((name,), f"should be {expected}", MISSING)]
    if flaws is not None:
        raise Mismatch(flaws)
    return values


def is_record(annotation: Any) -> bool:
    """Whether ``annotation``, perhaps with validators, is one of the four kinds."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return _reader_of(annotation) is not None


def record(annotation: Any) -> Conversion | None:
    """The conversion to a record type. Raises TypeError for fields that can't be converted."""
    reader = _reader_of(annotation)
    if reader is None:
        return None
    outer = _being_read.get()
    if annotation in outer:
        raise TypeError(
            f"{annotation.__name__} holds itself, so nothing would bound what a client sends; annotate that "
            "part as dict or list and convert it where you use it."
        )
    token = _being_read.set((*outer, annotation))
    try:
        return reader(annotation)
    finally:
        _being_read.reset(token)


register_family(record)

# Outermost first.
_being_read: ContextVar[tuple[Any, ...]] = ContextVar("_being_read", default=())


def _reader_of(annotation: Any) -> Callable[[Any], Conversion] | None:
    if not isinstance(annotation, type):
        return None
    if "pydantic" in sys.modules and hasattr(annotation, "__pydantic_validator__"):
        return _pydantic
    if dataclasses.is_dataclass(annotation):
        return _dataclass
    if hasattr(annotation, "__required_keys__"):
        return _typed_dict
    if issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
        return _named_tuple
    return None


def _dataclass(annotation: Any) -> Conversion:
    return _made(annotation, _parameters(annotation))


def _named_tuple(annotation: Any) -> Conversion:
    fields = _parameters(annotation)
    by_name = _made(annotation, fields)

    def convert(value: Any) -> Any:
        if type(value) is list and len(value) <= len(fields):
            value = {field.name: entry for field, entry in zip(fields, value, strict=False)}
        return by_name.convert(value)

    return Conversion(convert, by_name.expected)


def _typed_dict(annotation: Any) -> Conversion:
    hints = typing.get_type_hints(annotation, include_extras=True)
    fields = []
    for name, hint in hints.items():
        required, hint = _requiredness(hint, name in annotation.__required_keys__)
        fields.append(_field(annotation, name, hint, required))
    return Conversion(_from_object(dict, fields), _described(fields))


def _requiredness(hint: Any, required: bool) -> tuple[bool, Any]:
    """Of ``NotRequired[int]`` and such. Where annotations are strings the type itself has not seen them."""
    while (origin := typing.get_origin(hint)) in (typing.Required, typing.NotRequired):
        required = origin is typing.Required
        hint = typing.get_args(hint)[0]
    return required, hint


def _pydantic(annotation: Any) -> Conversion:
    pydantic = sys.modules["pydantic"]
    validate = pydantic.TypeAdapter(annotation).validate_python

    def convert(value: Any) -> Any:
        try:
            return validate(value)
        except pydantic.ValidationError as error:
            raise Mismatch(_pydantic_flaws(error, value)) from None

    return Conversion(convert, f"an object, {annotation.__name__}")


def _pydantic_flaws(error: Any, value: Any) -> list[Flaw]:
    if error.error_count() > MOST_READ:
        return [Flaw((), f"has {error.error_count()} flaws", value)]
    details = error.errors(include_url=False, include_context=False)
    return [
        Flaw(
            tuple(detail["loc"]),
            detail["msg"].removeprefix("Input "),
            MISSING if missing else detail["input"],
        )
        for detail in details
        for missing in [detail["type"] == "missing"]
    ]


def _parameters(annotation: Any) -> list[Field]:
    """Of the class's own constructor: with its defaults, and without fields that it does not take."""
    hints = typing.get_type_hints(annotation, include_extras=True)
    return [
        _field(annotation, name, _plain(hints.get(name, Any)), parameter.default is inspect.Parameter.empty)
        for name, parameter in inspect.signature(annotation).parameters.items()
    ]


def _plain(hint: Any) -> Any:
    return hint.type if isinstance(hint, dataclasses.InitVar) else hint


def _field(owner: Any, name: str, hint: Any, required: bool) -> Field:
    try:
        convert, expected = converter_for(hint)
    except TypeError as error:
        raise TypeError(f"{owner.__name__}.{name}: {error}") from None
    return Field(name, convert, expected, required)


def _made(annotation: Any, fields: Sequence[Field]) -> Conversion:
    def make(values: dict[str, Any]) -> Any:
        try:
            return annotation(**values)
        except (ValidationError, ValueError) as error:  # of its __post_init__
            raise Mismatch(flaws_of(error, values)) from None

    return Conversion(_from_object(make, fields), _described(fields))


def _from_object(make: Callable[[dict[str, Any]], Any], fields: Sequence[Field]) -> Converter:
    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Mismatch
        return make(fill(fields, value))

    return convert


def _described(fields: Sequence[Field]) -> str:
    return f"an object with {', '.join(field.name for field in fields)}" if fields else "an object"
