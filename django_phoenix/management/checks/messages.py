"""The messages of our system checks, with their ids."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, Warning

PREFIX = "django_phoenix"


def error(number: int, message: str, hint: str, obj: Any = None) -> Error:
    return Error(message, hint=hint, obj=obj, id=f"{PREFIX}.E{number:03}")


def warning(number: int, message: str, hint: str, obj: Any = None) -> Warning:
    return Warning(message, hint=hint, obj=obj, id=f"{PREFIX}.W{number:03}")
