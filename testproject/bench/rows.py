"""Rows for the table pages, the same for both, and a way to weigh them alone."""

from __future__ import annotations

from dataclasses import dataclass

ROWS = 1000


@dataclass(slots=True)
class Row:
    """Five cells."""

    number: int
    name: str
    city: str
    units: int
    state: str


@dataclass(slots=True)
class KeyedRow:
    """Five cells, one of them the key."""

    id: int
    name: str
    city: str
    units: int
    state: str


def rows(kind: type[Row] | type[KeyedRow]) -> list[Row] | list[KeyedRow]:
    """A thousand rows, each cell an object of its own."""
    return [kind(i, f"Name {i}", f"City {i % 50}", i * 7 % 1000, f"state {i % 3}") for i in range(ROWS)]
