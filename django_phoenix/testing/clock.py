"""The time of a test's event loop, which a test may put forward."""

from __future__ import annotations

import asyncio
from typing import Any


class Clock:
    """Stands in for ``loop.time`` from its first jump on. Callbacks see no other clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Any = loop
        self._ahead = 0.0
        self._own_time = loop.time

    def next_timer(self) -> float | None:
        """When the next timer of the loop is due; None if there is none."""
        due = [handle.when() for handle in self._timers() if not handle.cancelled()]
        return min(due, default=None)

    def jump_to(self, when: float) -> None:
        """Let it be then. Nothing happens if that is past."""
        late = when - self._loop.time()
        if late > 0:
            self._ahead += late
            self._loop.time = self._time

    def restore(self) -> None:
        """Let it be what others take it for."""
        if self._ahead:
            self._loop.time = self._own_time

    def _time(self) -> float:
        return self._own_time() + self._ahead

    def _timers(self) -> list[asyncio.TimerHandle]:
        timers: list[asyncio.TimerHandle] | None = getattr(self._loop, "_scheduled", None)
        if timers is None:
            raise RuntimeError(f"advance() needs an event loop of asyncio's own, not {self._loop!r}.")
        return timers
