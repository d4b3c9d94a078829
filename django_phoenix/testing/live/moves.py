"""Changes of one tab's URL, and where its back button leads."""

from __future__ import annotations

from dataclasses import dataclass

PATCH, NAVIGATE, LOAD = "patch", "navigate", "load"


@dataclass(frozen=True, slots=True)
class Move:
    """A change of the URL: by a ``patch``, a live ``navigate``, or the ``load`` of a page."""

    kind: str
    to: str
    replace: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.to}"


class Moves:
    """Those of one tab."""

    def __init__(self) -> None:
        # All since it was opened, oldest first.
        self.done: list[Move] = []
        self._history: list[Move] = []

    def begin(self, url: str) -> None:
        """The tab's first page: no move, but to be returned to."""
        self._history.append(Move(LOAD, url))

    def add(self, kind: str, to: str, *, replace: bool = False) -> None:
        """The URL is another one."""
        move = Move(kind, to, replace)
        self.done.append(move)
        if replace and self._history:
            self._history.pop()
        self._history.append(move)

    def step_back(self) -> tuple[Move, Move] | None:
        """How this page was come to, and the page before it; None if there is none."""
        if len(self._history) < 2:
            return None
        return self._history.pop(), self._history.pop()

    def came_back(self, to: Move) -> None:
        """It is shown again: what leads on from it is how it was come to first."""
        self._history[-1] = Move(to.kind, to.to)
