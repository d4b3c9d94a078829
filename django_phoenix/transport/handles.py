"""What a channel keeps in its hand: a timer that can be called off, a push that is answered later."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from django_phoenix.wire.message import Message, Reply

if TYPE_CHECKING:
    from django_phoenix.transport.channel_process import ChannelProcess


class Timer:
    """What ``send_after`` returns."""

    __slots__ = ("cancelled", "handle", "message", "process", "seconds")

    def __init__(self, process: ChannelProcess, seconds: float, message: Any) -> None:
        self.process = process
        self.seconds = seconds
        self.message = message
        self.handle: asyncio.TimerHandle | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """Call it off, from any thread. Nothing happens if it has fired."""
        self.cancelled = True
        self.process.on_loop(self._cancel)

    def start(self) -> None:
        """Begin to wait. On the loop, once."""
        self.handle = self.process.loop.call_later(self.seconds, self.fire)

    def fire(self) -> None:
        """It is time."""
        self.process.forget_timer(self)
        self.process.inform(self.message)

    def _cancel(self) -> None:
        if self.handle is not None:
            self.handle.cancel()
        self.process.forget_timer(self)


class Interval(Timer):
    """What ``send_every`` returns. It keeps its beat, and leaves a beat out while the last one waits."""

    __slots__ = ("due", "waits")

    def start(self) -> None:
        # Whether a message of it is in the mailbox.
        self.waits = False
        self.due = self.process.loop.time() + self.seconds
        self.handle = self.process.loop.call_at(self.due, self.fire)

    def fire(self) -> None:
        loop = self.process.loop
        missed = (loop.time() - self.due) // self.seconds
        self.due += self.seconds * (max(missed, 0) + 1)
        self.handle = loop.call_at(self.due, self.fire)
        if not self.waits:
            self.waits = self.process.post(Beat(self))


class Beat(NamedTuple):
    """In the mailbox: for handle_info, unless the interval has been called off since."""

    interval: Interval


class Pending:
    """A push that is answered later. Works from any thread; only the first answer is sent."""

    __slots__ = ("_message", "_process")

    def __init__(self, process: ChannelProcess, message: Message) -> None:
        self._process = process
        self._message: Message | None = message

    def ok(self, response: dict[str, Any] | bytes | None = None) -> None:
        """The client's ``receive("ok")``."""
        self.reply(Reply.ok(response))

    def error(self, response: dict[str, Any] | bytes | None = None) -> None:
        """The client's ``receive("error")``."""
        self.reply(Reply.error(response))

    def reply(self, reply: Reply) -> None:
        """Any status. TypeError if the response is no JSON: it is not answered then."""
        message = self._message
        if message is None or message.ref is None:
            return
        process = self._process
        encode = process.connection.serializer.encode_reply
        frame = encode(process.join_ref, message.ref, process.topic, reply.status, reply.response)
        if self._message is not None:
            self._message = None
            process.on_loop(process.emit, frame)
