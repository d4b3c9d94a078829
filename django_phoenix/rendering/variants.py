"""Comparisons written for the case that only some names have new values: what reads no other is left out.

Where tags may write names of the context, what follows such a tag is left out only as long as the tag has
written the same as last time; if it has not, the *rest* of the block is compared as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .choice import Choice
from .parts import Effect, Nested, Part
from .source import Function

if TYPE_CHECKING:
    from .parts import BlockCode
    from .program import Compiler, Program
    from .reads import Reads

FIRST = ("rt", "mem", "at")


@dataclass
class Place:
    """An item of a block, and where its memory and its value are."""

    item: Part | Effect
    at: int
    slot: int

    def compare(self, c: Compiler, fn: Function) -> None:
        """Emit the comparison of the whole item."""
        fn.culprit = self.item.culprit
        if isinstance(self.item, Effect):
            self.item.perform(fn)
        else:
            self.item.diff(c, fn, self.at, str(self.slot))


class VariantWriter:
    """Writes the variants of one program."""

    def __init__(self, program: Program, kept: frozenset[str] = frozenset()) -> None:
        self.c = program.compiler
        self.root = program.code
        self.rests: dict[tuple[int, int], Function] = {}
        # Variables whose values are gone: what shows them is left out even if it is to be evaluated always.
        self.kept = kept

    def write(self, touched: set[str], numbers: dict[str, int]) -> str | None:
        """Add the variant for new values of these variables; its name, or None if nothing is to be done.

        `numbers` are the places of all variables among the tracked values.
        """
        fn = self.block(self.root, touched)
        if fn is None:
            return None
        name = self.c.module.fresh("variant")
        self.c.entrance(name, FIRST, fn.name, fn.free, numbers)
        return name

    def block(self, code: BlockCode, touched: set[str]) -> Function | None:
        """The function that compares what these variables touch in a block; None if they touch nothing."""
        fn = Function(self.c.module.fresh("some"), FIRST, dynamic=code.dynamic)
        fn.emit("d = {}")
        places = placed(code)
        for number, place in enumerate(places):
            item = place.item
            if not item.reads_of.touches(touched):
                continue
            if self.kept and not isinstance(item, Nested | Choice) and self.keeps(item.reads_of, touched):
                continue
            fn.culprit = item.culprit
            before = len(fn.lines)
            if isinstance(item, Effect):
                item.perform(fn)
            else:
                self.some(item, fn, place, touched)
            if code.dynamic and item.writes and len(fn.lines) > before and number + 1 < len(places):
                self.guard(fn, code, places, number)
        if len(fn.lines) == 1:
            return None
        fn.emit("return d")
        self.c.module.add(fn)
        return fn

    def some(self, part: Part, fn: Function, place: Place, touched: set[str]) -> None:
        kept = self.kept
        if kept and isinstance(part, Nested) and self.keeps(part.entering, touched):
            self.kept = kept.union(part.binds)
        part.some(self, fn, place.at, str(place.slot), touched)
        self.kept = kept

    def keeps(self, reads: Reads, touched: set[str]) -> bool:
        """Whether it shows what is gone, and nothing new."""
        return not reads.names.isdisjoint(self.kept) and reads.names.isdisjoint(touched)

    def guard(self, fn: Function, code: BlockCode, places: list[Place], number: int) -> None:
        rest = self.rest(code, places, number + 1)
        call = self.c.arguments(fn, *FIRST, "d", free=rest.free)
        fn.emit(f"if has_written(rt, {rest.name!r}): return {rest.name}({call})")

    def rest(self, code: BlockCode, places: list[Place], start: int) -> Function:
        """The function that compares everything from one item of a block on."""
        found = self.rests.get((id(code), start))
        if found is not None:
            return found
        fn = Function(self.c.module.fresh("rest"), (*FIRST, "d"), dynamic=code.dynamic)
        for number in range(start, len(places)):
            places[number].compare(self.c, fn)
            if places[number].item.writes and number + 1 < len(places):
                more = self.rest(code, places, number + 1)
                fn.emit(f"return {more.name}({self.c.arguments(fn, *FIRST, 'd', free=more.free)})")
                break
        else:
            fn.emit("return d")
        self.c.module.add(fn)
        self.rests[id(code), start] = fn
        return fn


def placed(code: BlockCode) -> list[Place]:
    places = []
    at = slot = 0
    for item in code.content.items:
        if isinstance(item, str):
            continue
        places.append(Place(item, at, slot))
        at += item.width
        slot += isinstance(item, Part)
    return places
