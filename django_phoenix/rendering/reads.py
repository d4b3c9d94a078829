"""What a piece of generated code reads, and whether its text depends on that alone.

Gathered while code is written, variable by variable; `dirty` and `variants` use it to leave out what nothing
has happened to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

Path = tuple[str, ...]
ANYWHERE: Path = ("*",)  # as a path: looked into, nobody knows how
NO_PATHS: dict[str, set[Path]] = {}

Pool = dict[frozenset[str], frozenset[str]]


@dataclass(slots=True)
class Reads:
    """Variables of generated code that a part reads, and the paths on which it looks into them."""

    names: set[str] = field(default_factory=set)
    paths: dict[str, set[Path]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)  # of them those that are shown or tested themselves
    local: set[str] = field(default_factory=set)  # variables of the very function, such as a loop's
    impure: bool = False  # the same values may show something else: evaluate always

    def look(self, variable: str, bits: Iterable[str]) -> None:
        """Note that a path is followed from the variable's value."""
        self.paths.setdefault(variable, set()).add(tuple(bits))

    def look_anywhere(self) -> None:
        """Whatever was read here is looked into later, under another name."""
        for name in self.names:
            self.look(name, ANYWHERE)

    def looks_into(self, variables: Iterable[str]) -> bool:
        return any(variable in self.paths for variable in variables)

    def absorb(self, other: Reads) -> None:
        self.names |= other.names
        self.whole |= other.whole
        for variable, paths in other.paths.items():
            self.paths.setdefault(variable, set()).update(paths)
        self.impure = self.impure or other.impure

    def touches(self, variables: set[str]) -> bool:
        """Whether it has to be evaluated when these have new values."""
        return self.impure or not self.names.isdisjoint(variables)

    def settle(self, pool: Pool) -> None:
        """There will be no more: take little memory. Equal sets are kept once, in the pool, and frozen."""
        self.names = kept(self.names, pool)
        self.whole = kept(self.whole, pool)
        self.local = kept(self.local, pool)
        self.paths = self.paths or NO_PATHS


def kept(names: set[str], pool: Pool) -> set[str]:
    frozen = frozenset(names)
    return cast("set[str]", pool.setdefault(frozen, frozen))
