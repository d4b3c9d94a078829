"""The words of conversion: what converts, what does not fit, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

Converter = Callable[[Any], Any]

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

    def of(self, expected: str, got: Any) -> list[Flaw]:
        """The flaws of this value by itself."""
        return [Flaw((), f"should be {expected}", got)] if self.flaws is None else self.flaws

    def at(self, step: str | int, expected: str, got: Any) -> list[Flaw]:
        """The flaws as the whole sees them whose part at ``step`` this value is."""
        return [flaw._replace(path=(step, *flaw.path)) for flaw in self.of(expected, got)]


class Conversion(NamedTuple):
    """A converter, and how an error message names what it takes."""

    convert: Converter
    expected: str


def flaws_of(error: ValueError | ValidationError, got: Any) -> list[Flaw]:
    """What user code that looks at a value has said of it, in ValidationErrors. Others' texts stay here."""
    if not isinstance(error, ValidationError):
        return [Flaw((), "is not valid", got)]
    if hasattr(error, "error_dict"):
        return [Flaw((name,), " ".join(texts), got) for name, texts in error.message_dict.items()]
    return [Flaw((), " ".join(error.messages), got)]
