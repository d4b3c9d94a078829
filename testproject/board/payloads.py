"""What the whiteboard's pages send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)

LONGEST = 4000
FARTHEST = 16_000


@dataclass
class Hand:
    """Who joins: `hand` is a number that the page has drawn for itself."""

    hand: Annotated[int, MinValueValidator(0), MaxValueValidator(2**32 - 1)]
    name: str = ""


@dataclass
class Line:
    """A stroke. `points`: x, y, then the steps dx, dy, dx, dy, …, in the board's own units."""

    uid: Annotated[str, MinLengthValidator(1), MaxLengthValidator(40)]
    tool: Literal["pen", "marker", "eraser"]
    ink: Annotated[int, MinValueValidator(0), MaxValueValidator(7)]
    size: Annotated[int, MinValueValidator(0), MaxValueValidator(2)]
    points: list[int]

    def __post_init__(self) -> None:
        pairs, rest = divmod(len(self.points), 2)
        if rest or not 0 < pairs <= LONGEST:
            raise ValidationError(f"A line has 1 to {LONGEST} points.")
        if not all(-FARTHEST <= number <= FARTHEST for number in self.points):
            raise ValidationError("A line stays on the board.")
