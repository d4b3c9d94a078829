"""How often something may happen: a Rate says it, a Meter keeps count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
WRITTEN = re.compile(r"\s*(\d+)\s*/\s*(\d+(?:\.\d+)?)?\s*([smhd])[a-z]*\s*")

# Seconds that sums of floats may be wrong by.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` in ``seconds``: so many at once, and after that one every ``seconds / count``."""

    count: int
    seconds: float

    @classmethod
    def read(cls, rate: Any) -> Rate | None:
        """From ``"5/s"``, ``"20/10s"``, ``"100/minute"`` or ``(20, 10)``; None is None. Raises ValueError."""
        if rate is None or isinstance(rate, Rate):
            return rate
        count, seconds = _parts(rate)
        if count < 1 or seconds <= 0:
            raise ValueError(f"A rate should allow something in some time, got {rate!r}.")
        return cls(count, seconds)


RateLike = Rate | str | tuple[int, float]


class Meter:
    """Counts against one Rate, in one float: when, at this rate, all that was counted will have been due."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due = 0.0

    def wait(self, rate: Rate, now: float) -> float:
        """Seconds until the next one may happen; 0.0: now. ``now`` is any clock's, in seconds."""
        wait = self._due - now - rate.seconds * (1 - 1 / rate.count)
        return wait if wait > ROUNDING else 0.0

    def count(self, rate: Rate, now: float) -> None:
        """It happens."""
        self._due = max(self._due, now) + rate.seconds / rate.count


def _parts(rate: Any) -> tuple[int, float]:
    written = WRITTEN.fullmatch(rate) if isinstance(rate, str) else None
    if written is not None:
        count, number, unit = written.groups()
        return int(count), float(number or 1) * UNITS[unit]
    if isinstance(rate, tuple | list) and len(rate) == 2:
        count, seconds = rate
        if isinstance(count, int) and isinstance(seconds, int | float):
            return count, seconds
    raise ValueError(f"A rate should be such as '5/s', '20/10s', '100/m' or (20, 10), got {rate!r}.")
