"""Values that hold no others: one small converter per type."""

from __future__ import annotations

import datetime
import math
import re
import typing
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime, parse_time

from django_phoenix.payload.mismatch import Conversion, Converter, Mismatch

INTEGER = re.compile(r"\s*[+-]?[0-9]{1,4000}\s*", re.ASCII)
TRUE = frozenset({"true", "1", "on", "yes"})
FALSE = frozenset({"false", "0", "off", "no", ""})


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
    if not isinstance(value, dict):
        raise Mismatch
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Mismatch
    return value


SIMPLE: dict[Any, Conversion] = {
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
