"""The way out to one client: frames in order, bounded, never waited for.

``send()`` is the server's code and nearly always done at once, so its coroutine is stepped by hand: no
task, no await. When it does wait (the client reads slowly), one task finishes it and then what has queued
up behind it; beyond a number of frames or bytes the client is given up.
"""

from __future__ import annotations

import asyncio
import logging
import types
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Protocol

from django_phoenix.conf import settings
from django_phoenix.transport.servers import Server, backlog_meter
from django_phoenix.transport.turn import Turn
from django_phoenix.wire.message import Frame

logger = logging.getLogger(__name__)

Event = dict[str, Any]
Send = Callable[[Event], Awaitable[None]]

# Daphne: how often the server's own backlog is looked at, and how large it may be before we hold back.
METER_EVERY = 65_536
METER_LIMIT = 262_144
METER_PAUSE = 0.05


class Owner(Protocol):
    """Whose outbox it is."""

    def overflow(self, frames: int, size: int) -> None:
        """So much was waiting and is dropped."""

    def stop_listening(self) -> None:
        """Our close needs it to get out; see ``close_is_out``."""


class Outbox:
    """One client's outgoing frames. Only on the loop's thread.

    ``owner.overflow(frames, bytes)`` is called once, when the client takes too little.
    """

    __slots__ = (
        "_backlog",
        "_busy",
        "_bytes",
        "_closed",
        "_loop",
        "_meter",
        "_on_drained",
        "_send",
        "_server",
        "_soon",
        "_turn",
        "owner",
    )

    def __init__(
        self,
        send: Send,
        server: Server,
        loop: asyncio.AbstractEventLoop,
        turn: Turn | None = None,
    ) -> None:
        self._send = send
        self._server = server
        self._loop = loop
        self._turn = turn
        # What goes out when the loop's turn ends.
        self._soon: list[Frame] | None = None
        self._busy = False
        self._closed = False
        self._backlog: deque[Event] | None = None
        self._bytes = 0
        self._on_drained: list[Callable[[], None]] | None = None
        self._meter = Meter(send) if server.measure_backlog else None
        self.owner: Owner | None = None

    @property
    def busy(self) -> bool:
        """Something waits: the client has not taken yet what it was sent."""
        return self._busy

    def put_soon(self, frame: Frame) -> None:
        """As ``put``, but at the end of the loop's turn; it still comes before what is ``put`` later."""
        if self._turn is None:
            self.put(frame)
        elif self._soon is None:
            self._soon = [frame]
            self._turn.join(self)
        else:
            self._soon.append(frame)

    def flush(self) -> None:
        """The turn ends."""
        frames, self._soon = self._soon, None
        for frame in frames or ():
            self.put(frame)

    def put(self, frame: Frame) -> None:
        """Send, now or when the client is ready for it. Nothing happens after the end."""
        if self._soon is not None:
            self.flush()
        if type(frame) is str:
            event: Event = {"type": "websocket.send", "text": frame}
        else:
            event = {"type": "websocket.send", "bytes": frame}
        if self._busy:
            self._hold(event, len(frame))
        elif not self._closed:
            if self._meter is not None and self._meter.is_full(len(frame)):
                self._pause(event, len(frame))
            else:
                self._step(event)

    def close(self, code: int, reason: str = "") -> None:
        """The last thing to be sent. What waits is sent first, if it can be."""
        if self._closed:
            return
        self.flush()
        self._closed = True
        event: Event = {"type": "websocket.close", "code": self._server.close_code(code), "reason": reason}
        if self._busy:
            self._queue().append(event)
        else:
            self._step(event)
        if self._server.close_waits and self.owner is not None:
            self.owner.stop_listening()

    async def close_is_out(self, seconds: float) -> None:
        """Wait for that, where it takes a while after ``stop_listening``."""
        if self._server.close_waits and self._closed and self._busy:
            out = self._loop.create_future()
            self.when_drained(lambda: None if out.done() else out.set_result(None))
            await asyncio.wait([out], timeout=seconds)

    def discard(self) -> None:
        """Forget what waits, and take nothing more: the client is gone."""
        self._closed = True
        self._soon = None
        self._backlog = None
        self._bytes = 0
        self._on_drained = None

    def when_drained(self, callback: Callable[[], None]) -> None:
        """Call back once nothing waits any more: at once if nothing does."""
        if not self._busy:
            callback()
        elif self._on_drained is None:
            self._on_drained = [callback]
        else:
            self._on_drained.append(callback)

    def _step(self, event: Event) -> None:
        try:
            sending = self._send(event)
            if type(sending) is types.CoroutineType:
                waits_for = sending.send(None)
            else:
                self._step_future(sending)
                return
        except StopIteration:
            return
        except Exception as error:
            self._gone(error)
            return
        self._busy = True
        self._loop.create_task(self._finish(_resumed(sending, waits_for)))

    def _step_future(self, sending: Any) -> None:
        """Granian's ``send`` returns a future-like object. More than one in flight would lose their order."""
        if not hasattr(sending, "add_done_callback"):
            # Granian's answer once the connection is gone; whatever else it is can be awaited.
            if not hasattr(sending, "__await__"):
                self._gone(None)
            elif type(sending).__name__ != "PyEmptyAwaitable":
                self._busy = True
                self._loop.create_task(self._finish(sending))
        elif not sending.done():
            self._busy = True
            sending.add_done_callback(self._flush)

    def _flush(self, _: Any) -> None:
        self._busy = False
        while self._backlog and not self._busy:
            self._step(self._next())
        if not self._busy:
            self._tell_drained()

    async def _finish(self, sending: Awaitable[None]) -> None:
        """Wait until one send is through, then send what has queued up behind it."""
        try:
            await sending
            while self._backlog:
                await self._send(self._next())
        except Exception as error:
            self._gone(error)
        finally:
            self._busy = False
        self._tell_drained()

    def _hold(self, event: Event, size: int) -> None:
        if self._closed:
            return
        queue = self._queue()
        queue.append(event)
        self._bytes += size
        if len(queue) > settings.OUTBOX_FRAMES or self._bytes > settings.OUTBOX_BYTES:
            frames, waiting = len(queue), self._bytes
            self.discard()
            self._closed = False  # the close frame is still to come
            if self.owner is not None:
                self.owner.overflow(frames, waiting)

    def _queue(self) -> deque[Event]:
        if self._backlog is None:
            self._backlog = deque()
        return self._backlog

    def _next(self) -> Event:
        assert self._backlog is not None
        event = self._backlog.popleft()
        if self._backlog:
            self._bytes -= len(event.get("text") or event.get("bytes") or "")
        else:
            self._backlog = None
            self._bytes = 0
        return event

    def _pause(self, event: Event, size: int) -> None:
        self._busy = True
        self._hold(event, size)
        self._loop.call_later(METER_PAUSE, self._look_again)

    def _look_again(self) -> None:
        assert self._meter is not None
        while self._backlog:
            if self._meter.is_full():
                self._loop.call_later(METER_PAUSE, self._look_again)
                return
            self._busy = False
            self._step(self._next())
            self._busy = True
        self._busy = False
        self._tell_drained()

    def _gone(self, error: Exception | None) -> None:
        logger.debug("A client is gone: %r", error)
        self.discard()

    def _tell_drained(self) -> None:
        callbacks, self._on_drained = self._on_drained, None
        for callback in callbacks or ():
            callback()


class Meter:
    """Watches the server's own backlog, where ``send`` never waits for a slow client."""

    __slots__ = ("_sent", "_waiting")

    def __init__(self, send: Send) -> None:
        self._waiting = backlog_meter(send)
        self._sent = 0

    def is_full(self, size: int = METER_EVERY) -> bool:
        """Whether to hold back. Asks the server only once per so many bytes."""
        self._sent += size
        if self._waiting is None or self._sent < METER_EVERY:
            return False
        if self._waiting() > METER_LIMIT:
            return True
        self._sent = 0
        return False


@types.coroutine
def _resumed(coroutine: Coroutine[Any, Any, Any], waits_for: Any) -> Generator[Any, Any, Any]:
    """Go on with a coroutine that was stepped by hand and yielded ``waits_for``."""
    if waits_for is not None:
        # A task insists on it, as a sign that the future was awaited.
        waits_for._asyncio_future_blocking = True
    try:
        yield waits_for
    except BaseException:
        coroutine.close()
        raise
    return (yield from coroutine)
