"""Ids of components in texts: they stay the same as long as the text has the same components.

A component in a tree has a memory, which holds its id. One whose output is handled as a text has none. So who
makes texts, a component's Python code or a tag that Django renders, remembers of all components in its texts
class and id, in order: of each class the first gets the id that the first had in the render before.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .assets import Assets
    from .runtime import Runtime

Known = tuple[tuple[str, str], ...]
"""Class and id of each component in a text, in order."""


class Lasting:
    """The ids in all texts of one maker during one render."""

    __slots__ = ("free", "known", "texts", "used")

    def __init__(self, known: Known) -> None:
        self.known = known
        self.texts = 0  # that are being made, one in the other
        self.used: list[tuple[str, str]] = []
        self.free: dict[str, deque[str]] | None = None

    def take(self, assets: Assets, class_id: str) -> tuple[str, bool]:
        """The id of the next component of this class, and whether it is a new one."""
        if self.free is None:
            self.free = defaultdict(deque)
            for known_class, known_id in self.known:
                self.free[known_class].append(known_id)
        free = self.free[class_id]
        is_new = not free
        found = assets.new_id() if is_new else free.popleft()
        self.used.append((class_id, found))
        return found, is_new

    @property
    def given(self) -> Known:
        return tuple(self.used)


def begin(rt: Runtime, known: Known) -> Lasting:
    """Somebody begins who may make texts; `known` is what was `given` last time.

    In a text in the making the maker of that one remembers it all. The caller puts back `rt.lasting`.
    """
    mine = Lasting(known)
    if rt.lasting is None or not rt.lasting.texts:
        rt.lasting = mine
    return mine


class TextInTheMaking:
    """Components written meanwhile have no memory."""

    __slots__ = ("lasting",)

    def __init__(self, rt: Runtime) -> None:
        if rt.lasting is None:
            rt.lasting = Lasting(())
        self.lasting = rt.lasting

    def __enter__(self) -> None:
        self.lasting.texts += 1

    def __exit__(self, *error: Any) -> None:
        self.lasting.texts -= 1
