"""Hearing early that the server is about to stop, so that there is time to drain.

Most servers close all sockets at once at SIGTERM, before they tell the application. So what they do at that
signal is put off: first we drain, then the server goes on. A second SIGTERM goes straight through. Where
there is nothing to put off, ``lifespan.shutdown`` drains.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django_phoenix.conf import settings
from django_phoenix.transport.drain import drain
from django_phoenix.transport.loop_state import LoopState
from django_phoenix.transport.servers import Termination, termination_of

Handler = Callable[[int, FrameType | None], Any]

# Of the time that a server gives its clients, what we use.
SHARE = 0.8


def heed_shutdown(state: LoopState, send: Any) -> None:
    """Drain this loop when its server, whose ``send`` it is, begins to stop. Once per loop."""
    if state.heeds_shutdown:
        return
    state.heeds_shutdown = True
    termination = termination_of(send)
    if termination is not None:
        state.listener = state.loop.create_task(_drain_when(state, termination))
    elif threading.current_thread() is threading.main_thread():
        _heed_sigterm(state)


async def _drain_when(state: LoopState, termination: Termination) -> None:
    await termination.begun()
    await drain(state, min(settings.DRAIN_SECONDS, termination.seconds * SHARE))


def _heed_sigterm(state: LoopState) -> None:
    former: object = signal.getsignal(signal.SIGTERM)
    if isinstance(former, TermHandler) or not callable(former):
        return
    if not _belongs_to_loop(former, state.loop):
        signal.signal(signal.SIGTERM, TermHandler(state, former))
    elif signal.getsignal(signal.SIGINT) == former:
        # The loop hides what it calls at SIGTERM, but at SIGINT it calls the same.
        state.loop.add_signal_handler(signal.SIGTERM, LoopTermHandler(state))


def _belongs_to_loop(handler: Any, loop: asyncio.AbstractEventLoop) -> bool:
    """Whether it stands for ``loop.add_signal_handler`` (asyncio's, uvloop's)."""
    return getattr(handler, "__self__", None) is loop or handler.__module__ == "asyncio.unix_events"


class TermHandler:
    """In the place of the server's SIGTERM handler."""

    def __init__(self, state: LoopState, former: Handler) -> None:
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


class LoopTermHandler:
    """In the place of what a server has its loop call at SIGTERM, where it has the same called at SIGINT."""

    def __init__(self, state: LoopState) -> None:
        self._state = state
        self._task: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        """The signal has come: on the loop."""
        if self._task is not None:
            signal.raise_signal(signal.SIGINT)
        else:
            self._task = self._state.loop.create_task(self._drain())

    async def _drain(self) -> None:
        try:
            await drain(self._state)
        finally:
            signal.raise_signal(signal.SIGINT)
