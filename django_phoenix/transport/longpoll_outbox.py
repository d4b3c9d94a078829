"""The way out to a client that comes by and asks: frames wait until the next poll takes them, bounded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

from django_phoenix.conf import settings
from django_phoenix.transport.outbox import Owner
from django_phoenix.wire.message import Frame

logger = logging.getLogger(__name__)

# Characters that may wait before the client counts as slow: about what a server holds for a WebSocket.
BUSY_SIZE = 65_536
# Characters that one poll takes; the client asks for the rest at once.
BATCH_SIZE = 1_000_000


class PolledOutbox:
    """As ``outbox.Outbox``, only on the loop's thread too. The other side is ``take`` and ``wait``."""

    __slots__ = ("_closed", "_frames", "_loop", "_on_drained", "_size", "_waiter", "owner")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._frames: deque[str] | None = None
        self._size = 0
        self._closed = False
        self._waiter: asyncio.Future[None] | None = None
        self._on_drained: list[Callable[[], None]] | None = None
        self.owner: Owner | None = None

    @property
    def busy(self) -> bool:
        """Much waits: the client has not come by for what it was sent."""
        return self._size > BUSY_SIZE

    @property
    def empty(self) -> bool:
        """Nothing waits."""
        return not self._frames

    @property
    def closed(self) -> bool:
        """Nothing more will come."""
        return self._closed

    @property
    def awaited(self) -> bool:
        """A poll is being held."""
        return self._waiter is not None

    def put_soon(self, frame: Frame) -> None:
        """As ``put``: what one poll takes goes out together anyway."""
        self.put(frame)

    def put(self, frame: Frame) -> None:
        """For the poll that is held, or the next one. Nothing happens after the end."""
        if self._closed:
            return
        if not isinstance(frame, str):
            logger.error("A binary frame can't be sent by long-polling and is dropped.")
            return
        if self._frames is None:
            self._frames = deque()
        self._frames.append(frame)
        self._size += len(frame)
        if len(self._frames) > settings.OUTBOX_FRAMES or self._size > settings.OUTBOX_BYTES:
            self._overflow(len(self._frames), self._size)
        else:
            self._wake()

    def close(self, code: int, reason: str = "") -> None:
        """Take nothing more. What waits can still be fetched."""
        self._closed = True
        self._wake()

    def discard(self) -> None:
        """Forget what waits, and take nothing more."""
        self._closed = True
        self._forget()
        self._on_drained = None
        self._wake()

    def when_drained(self, callback: Callable[[], None]) -> None:
        """Call back once little waits: at once if that is so."""
        if not self.busy:
            callback()
        elif self._on_drained is None:
            self._on_drained = [callback]
        else:
            self._on_drained.append(callback)

    def take(self) -> list[str]:
        """What waits, or as much of it as goes into one answer."""
        taken: list[str] = []
        size = 0
        while self._frames and (not taken or size + len(self._frames[0]) <= BATCH_SIZE):
            frame = self._frames.popleft()
            size += len(frame)
            taken.append(frame)
        self._size -= size
        if not self._frames:
            self._frames = None
        if self._on_drained is not None and not self.busy:
            callbacks, self._on_drained = self._on_drained, None
            for callback in callbacks:
                callback()
        return taken

    async def wait(self, seconds: float) -> bool:
        """Until there is something to take, or to tell, at most so long; a later wait takes this one's
        place, which then only ends by its time. False: so it was, what there is belongs to others."""
        waiter = self._waiter = self._loop.create_future()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiter
            return self._waiter is waiter
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _overflow(self, frames: int, size: int) -> None:
        self._forget()
        if self.owner is not None:
            self.owner.overflow(frames, size)

    def _forget(self) -> None:
        self._frames = None
        self._size = 0
