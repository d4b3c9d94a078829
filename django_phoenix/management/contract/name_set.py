"""Names read from source, which may leave open whether there are others."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field


@dataclass
class NameSet:
    """Names. ``open``: there may be others."""

    names: set[str] = field(default_factory=set)
    open: bool = False

    def has(self, name: str) -> bool:
        return self.open or name in self.names

    def add(self, names: Set[str] | None) -> None:
        """Names besides; None for those that the source does not show."""
        if names is None:
            self.open = True
        else:
            self.names |= names

    def include(self, other: NameSet) -> None:
        """All that is in the other one."""
        self.names |= other.names
        self.open |= other.open
