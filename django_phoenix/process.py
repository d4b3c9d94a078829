"""A process: a mailbox, and the task that empties it. One message at a time, in order.

An idle process has no task. The first message starts one and is handed to it as its argument; a queue is made
only when a second message comes while the first is being handled.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextvars import Context
from time import monotonic
from typing import Any

# After so many messages in a row, or seconds, a busy process lets the rest of the loop have a turn.
SLICE = 32
SLICE_SECONDS = 0.02

# How a task is told to run up to its first wait at once: Python 3.12 can.
NO_OPTIONS: dict[str, Any] = {}
EAGER = {"eager_start": True} if sys.version_info >= (3, 12) else NO_OPTIONS


def is_being_cancelled() -> bool:
    """Whether somebody has asked the running task to end, as opposed to code in it that has let a
    CancelledError out."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Process:
    """A mailbox. What a message means is the subclass's business: ``handle``, ``idle`` and ``end``.

    All methods are for the thread of ``loop``; others go through ``loop.call_soon_threadsafe``.
    """

    __slots__ = ("_busy", "_ended", "_killed", "_more", "_stop_reason", "_task", "context", "limit", "loop")

    # Subclasses that want to know when the mailbox has run empty set it to True.
    wants_idle = False

    def __init__(self, *, loop: asyncio.AbstractEventLoop, context: Context, limit: int) -> None:
        self.loop = loop
        self.context = context
        self.limit = limit
        self._busy = False
        self._ended = False
        self._killed = False
        self._stop_reason: Any = None
        self._more: deque[Any] | None = None
        self._task: asyncio.Task[None] | None = None

    # What subclasses say.

    async def handle(self, message: Any) -> None:
        """One message. Exceptions are the subclass's to catch."""
        raise NotImplementedError

    async def idle(self) -> None:
        """The mailbox has run empty (called only if ``wants_idle``)."""

    async def end(self, reason: Any) -> None:
        """The last thing that runs, after ``stop``; the mailbox is closed."""

    # What others do.

    @property
    def pending(self) -> int:
        """How many messages wait, without the one in hand."""
        return len(self._more) if self._more is not None else 0

    @property
    def busy(self) -> bool:
        """Whether a message is in hand."""
        return self._busy

    @property
    def ended(self) -> bool:
        """True once the process takes no more messages."""
        return self._ended

    def post(self, message: Any, *, eager: bool = False) -> bool:
        """Put a message into the mailbox; False if the mailbox is full or the process has ended.

        ``eager`` lets handling begin inside this call, on Pythons that can: only for a caller without
        anything on its stack that a handler could come back to, which is the receive loop.
        """
        if self._busy:
            return self._enqueue(message)
        if self._ended:
            return False
        self._busy = True
        self._start(message, eager)
        return True

    def stop(self, reason: Any) -> None:
        """End after the message in hand; what waits is not handled. Only the first reason counts."""
        if self._ended or self._stop_reason is not None:
            return
        self._stop_reason = reason
        if not self._busy:
            self._busy = True
            self._start(None, eager=False)

    def kill(self) -> None:
        """Cancel the message in hand, and end without ``end``. A pool thread that runs for it goes on."""
        self._killed = True
        self._ended = True
        if self._task is not None:
            self._task.cancel()

    def drain_mailbox(self) -> list[Any]:
        """Take what still waits: for the subclass's ``end`` to answer."""
        waiting = list(self._more or ())
        self._more = None
        return waiting

    def _enqueue(self, message: Any) -> bool:
        if self._ended:
            return False
        if self._more is None:
            self._more = deque()
        elif len(self._more) >= self.limit:
            return False
        self._more.append(message)
        return True

    def _start(self, message: Any, eager: bool) -> None:
        options = EAGER if eager else NO_OPTIONS
        task = asyncio.Task(self._run(message), loop=self.loop, context=self.context, **options)
        # An eager task may be done, and another one begun by it.
        if not task.done():
            self._task = task

    async def _run(self, message: Any) -> None:
        handled, turn_ends = 0, 0.0
        try:
            while True:
                if message is not None:
                    await self.handle(message)
                if self._stop_reason is not None or self._ended:
                    break
                if not self._more:
                    if self.wants_idle:
                        await self.idle()
                        if self._stop_reason is not None or self._ended:
                            break
                    if not self._more:
                        return
                message = self._more.popleft()
                handled += 1
                if handled == 1:
                    turn_ends = monotonic() + SLICE_SECONDS
                elif handled % SLICE == 0 or monotonic() > turn_ends:
                    await asyncio.sleep(0)
                    turn_ends = monotonic() + SLICE_SECONDS
            if not self._ended:
                self._ended = True
                await self.end(self._stop_reason)
        except BaseException:
            self._ended = True
            raise
        finally:
            self._busy = False
            self._task = None
            if not self._more:
                self._more = None
