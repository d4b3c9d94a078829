"""Going down in order: no new connections, the open ones closed at a pace, so that they come back elsewhere.

Most servers close all sockets at once at SIGTERM, before they tell the application. So the server's own
signal handler is wrapped: first we drain, then the server goes on. A second SIGTERM goes straight through.
Where there is no handler to wrap, ``lifespan.shutdown`` drains.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django_phoenix.conf import settings
from django_phoenix.transport.connection import RESTARTING
from django_phoenix.transport.loop_state import LoopState

logger = logging.getLogger("django_phoenix.socket")

# One slice of connections is closed each so many seconds, and at least so many at a time.
PAUSE = 0.1
SMALLEST_SLICE = 50


async def drain(state: LoopState) -> None:
    """Close all connections of a loop with 1012, within the setting ``DRAIN_SECONDS``."""
    state.draining = True
    connections = tuple(state.connections)
    if not connections:
        return
    logger.info("Closing %s connections.", len(connections))
    slices = max(1, int(settings.DRAIN_SECONDS / PAUSE))
    size = max(SMALLEST_SLICE, -(-len(connections) // slices))
    for start in range(0, len(connections), size):
        if start:
            await asyncio.sleep(PAUSE)
        for connection in connections[start : start + size]:
            connection.close(RESTARTING)
    # The frames are to leave before the server goes on.
    await asyncio.sleep(0)


class TermHandler:
    """In the place of the server's SIGTERM handler."""

    def __init__(self, state: LoopState, former: Callable[[int, FrameType | None], Any]) -> None:
        self._state = state
        self._former = former
        self._task: asyncio.Task[None] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """The signal has come: on the main thread, which is the loop's."""
        loop = self._state.loop
        if self._state.draining or not loop.is_running():
            self._hand_on(number, frame)
        else:
            self._state.draining = True
            loop.call_soon_threadsafe(self._begin, number)

    def _begin(self, number: int) -> None:
        self._task = self._state.loop.create_task(self._drain(number))

    async def _drain(self, number: int) -> None:
        try:
            await drain(self._state)
        finally:
            self._hand_on(number, None)

    def _hand_on(self, number: int, frame: FrameType | None) -> None:
        current: object = signal.getsignal(signal.SIGTERM)
        if current is self:
            signal.signal(signal.SIGTERM, self._former)
        self._former(number, frame)


def heed_sigterm(state: LoopState) -> None:
    """Drain this loop at SIGTERM, if its thread may say so and if the server handles the signal. Once."""
    if state.heeds_sigterm:
        return
    state.heeds_sigterm = True
    former = signal.getsignal(signal.SIGTERM)
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and callable(former) and not isinstance(former, TermHandler):
        signal.signal(signal.SIGTERM, TermHandler(state, former))
