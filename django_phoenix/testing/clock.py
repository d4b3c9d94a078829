"""The time of a test's event loop, which a test may put forward."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Clock:
    """Stands in for ``loop.time`` from its first jump on. The loop's timers see no other clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Any = loop
        self._own_time = loop.time
        self._ahead = 0.0
        self._frozen_at: float | None = None

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """For a block in which it is moved by hand: what the block takes itself does not count."""
        self._loop.time = self._time
        self._frozen_at = self._own_time() + self._ahead
        try:
            yield
        finally:
            self._ahead = self._frozen_at - self._own_time()
            self._frozen_at = None

    def next_timer(self) -> float | None:
        """When the next timer of the loop is due; None if there is none."""
        timers: list[asyncio.TimerHandle] | None = getattr(self._loop, "_scheduled", None)
        if timers is None:
            raise RuntimeError(f"advance() needs an event loop of asyncio's own, not {self._loop!r}.")
        return min((timer.when() for timer in timers if not timer.cancelled()), default=None)

    def nothing_is_due(self) -> bool:
        """Whether the loop would sleep now, were it not for who asks. False also if it can't be known."""
        if getattr(self._loop, "_ready", True):
            return False
        timers: list[asyncio.TimerHandle] = self._loop._scheduled
        # A heap: the first is the next, if it was not cancelled.
        return not timers or bool(timers[0].when() > self._loop.time())

    def jump_to(self, when: float) -> None:
        """Let it be then. Nothing happens if that is past."""
        assert self._frozen_at is not None
        self._frozen_at = max(self._frozen_at, when)

    def restore(self) -> None:
        """Let it be what others take it for."""
        if self._loop.time == self._time:
            self._loop.time = self._own_time

    def _time(self) -> float:
        return self._own_time() + self._ahead if self._frozen_at is None else self._frozen_at
