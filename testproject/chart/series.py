"""Made-up measurements that wander between 4 and 96, and where they lie in the picture."""

from __future__ import annotations

import math
import random
from typing import NamedTuple

STEP = 12  # SVG units between two measurements
HEIGHT = 240


class Point(NamedTuple):
    """One measurement: the `id`-th, `value` of 100."""

    id: int
    value: float

    @property
    def x(self) -> int:
        return self.id * STEP

    @property
    def y(self) -> float:
        return round(HEIGHT - self.value / 100 * HEIGHT, 1)


def follow(point: Point) -> Point:
    """The measurement after `point`."""
    wave = 50 + 26 * math.sin(point.id / 9) + 10 * math.sin(point.id / 2.3)
    value = point.value + (wave - point.value) * 0.35 + random.gauss(0, 4)
    return Point(point.id + 1, round(min(96, max(4, value)), 1))


def start(number: int) -> list[Point]:
    """`number` measurements to begin with."""
    points = [Point(0, 50)]
    while len(points) < number:
        points.append(follow(points[-1]))
    return points
