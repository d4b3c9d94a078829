"""What goes out at the end of a turn of the loop, all at once.

A hundred views that show one message render one after the other. A send between two of them wakes who
listens and empties the processor's caches; a hundred sends in a row cost half.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_phoenix.transport.outbox import Outbox

# So many wait for each other at most: a few milliseconds.
LONGEST = 256


class Turn:
    """The outboxes of one loop that have something to send when its turn ends. Only on its thread."""

    __slots__ = ("_loop", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[Outbox] = []

    def join(self, outbox: Outbox) -> None:
        """``flush`` it soon."""
        waiting = self._waiting
        if not waiting:
            self._loop.call_soon(self._end)
        waiting.append(outbox)
        if len(waiting) >= LONGEST:
            self._end()

    def _end(self) -> None:
        waiting, self._waiting = self._waiting, []
        for outbox in waiting:
            outbox.flush()
