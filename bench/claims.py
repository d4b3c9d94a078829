"""Statements about the whole server that a run confirms or not: one row each in the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Claim(NamedTuple):
    """One figure: what it is, the most that it may be, what it was, and what it was held against."""

    what: str
    limit: float
    measured: float
    unit: str
    beside: str = ""

    @property
    def holds(self) -> bool:
        return self.measured <= self.limit


def table(claims: Iterable[Claim]) -> Iterator[str]:
    """The report's lines."""
    yield "| what | at most | django_phoenix | beside |"
    yield "|---|---|---|---|"
    for claim in claims:
        verdict = "✓" if claim.holds else "✗"
        unit = f" {claim.unit}".rstrip()
        yield (
            f"| {claim.what} | {short(claim.limit)}{unit} | **{short(claim.measured)}{unit}** {verdict} "
            f"| {claim.beside} |"
        )


def short(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
