"""Teach event parameters a type of your own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django_phoenix.payload.mismatch import Conversion, Mismatch
from django_phoenix.payload.scalars import SIMPLE


def register_conversion(annotation: Any, convert: Callable[[Any], Any], expected: str) -> None:
    """Teach event parameters a type: ``convert`` raises ValueError or TypeError for what it does not take.

    ``expected`` is how error messages name it, such as ``"a colour such as #aabbcc"``.
    """

    def checked(value: Any) -> Any:
        try:
            return convert(value)
        except (ValueError, TypeError):
            raise Mismatch from None

    SIMPLE[annotation] = Conversion(checked, expected)
