"""The branches of one `{% if %}`, shown for the first time outside loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .runtime import node, refill

if TYPE_CHECKING:
    from .rendered import Block, Node
    from .runtime import Runtime


class Branch:
    """One branch."""

    full: Callable[..., Any]  # (rt, out, *what it reads of `free`)
    diff: Callable[..., Any] | None  # (rt, mem, at, *the same), if it has parts

    __slots__ = ("block", "diff", "full", "padding", "picks")

    def __init__(self, block: Block, picks: tuple[int, ...], padding: tuple[None, ...]) -> None:
        self.block = block
        self.picks = picks
        self.padding = padding  # cells that only other branches need
        self.diff = None


class Branches:
    """All of them. Which one is chosen comes first in the memory; -1 is none."""

    __slots__ = ("none", "shown", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self.none = (-1, *[None] * (width - 1))
        self.shown: dict[int, Branch] = {}

    def fill(self, rt: Runtime, out: list[Any], chosen: int, *free: Any) -> Any:
        """Show a branch, and remember it. `free` is what any of them reads."""
        if chosen < 0:
            out += self.none
            return ""
        branch = self.shown[chosen]
        out.append(chosen)
        tree = branch.full(rt, out, *[free[pick] for pick in branch.picks])
        out += branch.padding
        return node(rt, tree, branch.block)

    def renew(
        self, rt: Runtime, d: Node, slot: str, memory: list[Any], at: int, chosen: int, *free: Any
    ) -> None:
        """Put into a diff what is new of the branch, or another branch."""
        if chosen != memory[at]:
            d[slot] = refill(rt, memory, at, self.width, self.fill, chosen, *free)
            return
        branch = self.shown.get(chosen)
        if branch is not None and branch.diff is not None:
            new = branch.diff(rt, memory, at + 1, *[free[pick] for pick in branch.picks])
            if new:
                d[slot] = new
