"""How much there is in a template that need not be evaluated at every render, roughly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .choice import Choice
from .parts import Hosted, Nested, Part, Repeated, Shown

if TYPE_CHECKING:
    from .parts import BlockCode

LOOP = 12  # parts that a loop is like


def sizes_of(code: BlockCode) -> dict[str, int]:
    """How many parts read each variable, by themselves or by what they hold."""
    sizes: dict[str, int] = {}

    def count(code: BlockCode) -> None:
        for item in code.content.items:
            if isinstance(item, str):
                continue
            for variable in item.reads_of.names:
                sizes[variable] = sizes.get(variable, 0) + 1
            if isinstance(item, Nested):
                count(item.code)
            elif isinstance(item, Choice):
                for branch in item.live():
                    count(branch)

    count(code)
    return sizes


def weight(code: BlockCode) -> int:
    """How many plain parts a block is like; of those that have to be evaluated always, none."""
    return sum(weight_of(item) for item in code.content.items if isinstance(item, Part))


def weight_of(part: Part) -> int:
    if isinstance(part, Choice):
        return 3 + max((weight(code) for code in part.live()), default=0)
    if isinstance(part, Nested):
        return 1 + weight(part.code)
    if part.reads_of.impure:
        return 0
    if isinstance(part, Repeated | Hosted):
        return LOOP
    return len(part.paths or ()) if isinstance(part, Shown) else 1
