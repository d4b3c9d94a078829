"""What a template becomes: blocks at compile time, a tree of nodes at render time.

A *block* is a piece of template: n + 1 static strings around n dynamic parts. Its identity is its
fingerprint. Rendering it gives a *node*, already in the shape of the wire:

    Node   {"0": Value, …, "s": Block, "r": 1?}              a diff leaves out what the client knows
    Comp   {"s": Block, "k": {"0": Entry, …, "kc": n, "km": True?}, "stream": […]?}
    Entry  {"0": Value, …} | old position | [old position, {…}]
    Value  str (HTML text, "" for nothing) | Node | Comp | ComponentRef (a cid)

While rendering, "s" holds the `Block` itself; `diff.share_statics` turns it into what the client wants.
Texts are strings and cids are integers: never the other way round (LV-36).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = dict[str, Any]
Value = str | int | Node


class Block:
    """The statics of one place in a template; compared by identity, which is its fingerprint."""

    __slots__ = ("_size", "name", "root", "statics")

    def __init__(self, statics: tuple[str, ...], *, root: bool, name: str) -> None:
        self.statics = statics
        self.root = root  # exactly one element at its root is certain: the client may skip it (LV-40)
        self.name = name  # "template:line", for people who debug
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of the statics as JSON."""
        if not self._size:
            self._size = len(json.dumps(self.statics, ensure_ascii=False, separators=(",", ":")).encode())
        return self._size

    def __repr__(self) -> str:
        return f"<Block {self.name} with {len(self.statics) - 1} dynamics>"


class ComponentRef(int):
    """A cid at the place of a dynamic: the component's own tree travels in the diff's `c`."""

    __slots__ = ()


def refs_in(memory: Any) -> Iterator[ComponentRef]:
    """The cids that stand in what is remembered of a rendering."""
    for cell in memory:
        if type(cell) is ComponentRef:
            yield cell
        elif type(cell) is Keyed:
            yield from refs_in(cell.cells)
        elif type(cell) in (list, tuple):
            yield from refs_in(cell)


class Keyed:
    """What is remembered of one comprehension: `width` cells per entry, in one flat list.

    `keys` is None where entries are known by their position alone.
    """

    __slots__ = ("block", "cells", "count", "keys")

    def __init__(self, block: Block, count: int, keys: list[Any] | None, cells: list[Any]) -> None:
        self.block = block
        self.count = count
        self.keys = keys
        self.cells = cells


class Unchanged:
    """The type of `UNCHANGED`: a part has nothing new for the client."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED: Final = Unchanged()
