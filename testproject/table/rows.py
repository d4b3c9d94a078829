"""A thousand made-up orders, the same every time."""

from __future__ import annotations

import random
from dataclasses import dataclass

GOODS = ("Lamp", "Kettle", "Chair", "Teapot", "Blanket", "Clock", "Vase", "Basket", "Mirror", "Candle")
COLOURS = ("amber", "ash", "clay", "coral", "ember", "fern", "indigo", "ivory", "moss", "slate")
CITIES = ("Bergen", "Gdańsk", "Ghent", "Kyoto", "Lagos", "Lima", "Oslo", "Porto", "Pune", "Turin")


@dataclass
class Row:
    """One order. Rows are told apart by `id` when they move."""

    id: int
    name: str
    city: str
    units: int
    price: int


def made_up(number: int) -> list[Row]:
    """`number` rows, seeded: no two visitors see different ones."""
    chance = random.Random(7)
    return [
        Row(
            id=index,
            name=f"{chance.choice(GOODS)}, {chance.choice(COLOURS)}",
            city=chance.choice(CITIES),
            units=chance.randint(1, 99),
            price=chance.randint(5, 240),
        )
        for index in range(1, number + 1)
    ]
