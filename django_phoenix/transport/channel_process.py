"""One joined topic of one client, as a process: its address, its way out, and what its channel may ask for.

What gets to it stands in ``channel_inbox``, what it does with messages in ``channel_server``.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import sys
from asyncio import _get_running_loop as running_loop
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from django_phoenix import executor, pubsub
from django_phoenix.conf import settings
from django_phoenix.exceptions import NoBinary
from django_phoenix.process import Process
from django_phoenix.signals import channel_ended
from django_phoenix.transport import post
from django_phoenix.transport.blueprint import Blueprint
from django_phoenix.transport.handles import Interval, Pending, Timer
from django_phoenix.wire.message import Frame, Message, Ref
from django_phoenix.wire.topic import INTERNAL

if TYPE_CHECKING:
    from django_phoenix.transport.connection import Connection

logger = logging.getLogger("django_phoenix.channel")

UNMATCHED = {"reason": "unmatched topic"}

# One string for all who have joined a topic. What Python 3.12 interns it keeps for ever, and clients choose.
shared = str if sys.version_info[:2] == (3, 12) else sys.intern


class ChannelProcess(Process):
    """``owner`` is the Connection, ``context`` the contextvars in which all callbacks run."""

    __slots__ = (
        "_at_finish",
        "_captures",
        "_held",
        "_in_hand",
        "_ref",
        "_subscriptions",
        "_timers",
        "_when_over",
        "blueprint",
        "channel",
        "connection",
        "join_ref",
        "joined",
        "over",
        "topic",
    )

    def __init__(
        self, connection: Connection, blueprint: Blueprint, message: Message, captures: dict[str, Any]
    ) -> None:
        context = contextvars.copy_context()
        executor.bind_context(context)
        super().__init__(loop=connection.loop, context=context, limit=settings.MAILBOX_LIMIT)
        self.connection = connection
        self.blueprint = blueprint
        self.topic = shared(message.topic)
        self.join_ref: Ref = message.join_ref
        self._captures = captures or None
        self.joined = False
        self._ref: str | None = None
        # What was pushed before the join reply.
        self._held: list[Frame] | None = None
        # The client's push that is being handled.
        self._in_hand: Message | None = None
        self._subscriptions: set[str] | None = None
        self._timers: set[Timer] | None = None
        # What is to be called when it is over.
        self._at_finish: list[Callable[[], object]] | None = None
        # Over on the wire too; and who waits for that.
        self.over = False
        self._when_over: asyncio.Future[None] | None = None
        self.channel = blueprint.channel_class(self)  # type: ignore[arg-type]

    @property
    def captures(self) -> dict[str, Any]:
        """What the topic pattern captured."""
        return self._captures or {}

    @property
    def owner(self) -> Connection:
        """Whose it is: the pool shares its threads out by this."""
        return self.connection

    @property
    def ref(self) -> str:
        """An address that nobody can guess: see ``post``."""
        ref = self._ref
        if ref is None:
            ref = self._ref = post.register(self)
            if self.over:
                # Nothing will end it any more.
                post.forget(ref)
        return ref

    # The way out.

    def push(self, event: str, payload: dict[str, Any] | bytes) -> None:
        """To this client, from any thread."""
        if not isinstance(event, str):
            raise TypeError(
                f"{self.channel.log_name}.push(event, payload): the event should be a string, "
                f"got {event!r:.100}."
            )
        if type(payload) is not dict and not isinstance(payload, dict | bytes):
            raise TypeError(
                f"{self.channel.log_name}.push({event!r}, …): the payload should be a dict or bytes, "
                f"got {type(payload).__name__}."
            )
        frame = self._push_frame(event, payload)
        if frame is not None:
            self.on_loop(self._emit_soon, frame)

    def push_here(self, event: str, payload: dict[str, Any]) -> None:
        """``push`` for those who know that they are on the loop: finding out is a system call."""
        frame = self._push_frame(event, payload)
        if frame is not None:
            self._emit_soon(frame)

    def reply(self, join_ref: Ref, ref: Ref, status: str, response: Any) -> None:
        """To one push. Without a ref the client wants none."""
        if ref is not None:
            self.connection.outbox.put(self.reply_frame(join_ref, ref, status, response))

    def reply_frame(self, join_ref: Ref, ref: Ref, status: str, response: Any) -> Frame:
        """A reply, encoded. TypeError if the response is no JSON."""
        try:
            return self.connection.serializer.encode_reply(join_ref, ref, self.topic, status, response)
        except TypeError as error:
            raise TypeError(f"{self}: the reply is not JSON: {error}. It was {response!r:.200}") from error

    def reply_unmatched(self, message: Message) -> None:
        """The topic is not joined (any more)."""
        self.reply(None, message.ref, "error", UNMATCHED)

    def reply_later(self) -> Pending:
        """A handle on the push in hand."""
        if self._in_hand is None:
            raise RuntimeError(
                f"{self.channel.log_name}.reply_later() was called while no event of the client is being "
                "handled. Call it in the event's handler and keep what it returns."
            )
        return Pending(self, self._in_hand)

    def emit(self, frame: Frame) -> None:
        """Out, or after the join reply."""
        if self._held is not None:
            self._held.append(frame)
        elif self.joined and not self.over:
            self.connection.outbox.put(frame)

    def _push_frame(self, event: str, payload: dict[str, Any] | bytes) -> Frame | None:
        """None for bytes that this client can't be sent."""
        try:
            return self.connection.serializer.encode_push(self.join_ref, self.topic, event, payload)
        except NoBinary as error:
            logger.warning("%s: a push is passed over: %s.", self, error)
            return None
        except TypeError as error:
            raise TypeError(
                f"{self.channel.log_name}.push({event!r}, …): the payload is not JSON: {error}."
            ) from error

    def _emit_soon(self, frame: Frame) -> None:
        if self._held is not None:
            self._held.append(frame)
        elif self.joined and not self.over:
            self.connection.outbox.put_soon(frame)

    # Subscriptions and messages.

    def subscribe(self, topic: str) -> None:
        """From any thread."""
        if topic.startswith(INTERNAL):
            # Where clients name the topic: what processes tell each other there is not for them.
            raise ValueError(f"{self.channel.log_name}.subscribe({topic!r}): no topic begins like that.")
        if topic != self.topic or not self.blueprint.subscribes:
            self.on_loop(self._subscribe, topic)

    def unsubscribe(self, topic: str) -> None:
        """From any thread."""
        if topic != self.topic or not self.blueprint.subscribes:
            self.on_loop(self._unsubscribe, topic)

    def send_after(self, seconds: float, message: Any) -> Timer:
        """To our own handle_info, later; from any thread."""
        timer = Timer(self, seconds, message)
        self.on_loop(self._start_timer, timer)
        return timer

    def send_every(self, seconds: float, message: Any) -> Timer:
        """The same, again and again."""
        if seconds <= 0:
            raise ValueError(
                f"{self.channel.log_name}.send_every: the seconds should be more than 0, got {seconds!r}."
            )
        timer = Interval(self, seconds, message)
        self.on_loop(self._start_timer, timer)
        return timer

    def stop_from_anywhere(self, reason: Any) -> None:
        """``stop``, from any thread."""
        self.on_loop(self.stop, reason)

    def inform(self, message: Any) -> None:
        """Put something before handle_info. On the loop."""
        raise NotImplementedError

    def _subscribe(self, topic: str) -> Awaitable[None] | None:
        if self._subscriptions is None:
            self._subscriptions = set()
        if self.over or topic in self._subscriptions:
            return None
        self._subscriptions.add(topic)
        return pubsub.subscribe(topic, self)

    def _unsubscribe(self, topic: str) -> None:
        if self._subscriptions and topic in self._subscriptions:
            self._subscriptions.discard(topic)
            pubsub.unsubscribe(topic, self)

    def _start_timer(self, timer: Timer) -> None:
        if self.over or timer.cancelled:
            return
        if self._timers is None:
            self._timers = set()
        self._timers.add(timer)
        timer.start()

    def forget_timer(self, timer: Timer) -> None:
        """It has fired or was called off."""
        if self._timers is not None:
            self._timers.discard(timer)

    def on_loop(self, function: Callable[..., object], *args: Any) -> None:
        """Call it on our loop: at once if we are there."""
        state = self.connection.state
        if running_loop() is state.loop:
            function(*args)
        else:
            # In one order with the thread's broadcasts.
            pubsub.call_in_turn(state.loop, function, *args)

    def deliver(self, delivery: pubsub.Delivery) -> None:
        """A broadcast of a topic that we are subscribed to."""
        raise NotImplementedError

    # The end.

    def on_finish(self, callback: Callable[[], object]) -> None:
        """Call it once, on the loop, when the process is over, whatever ends it: at once if it is.

        From any thread.
        """
        self.on_loop(self._on_finish, callback)

    def _on_finish(self, callback: Callable[[], object]) -> None:
        if self.over:
            callback()
        elif self._at_finish is None:
            self._at_finish = [callback]
        else:
            self._at_finish.append(callback)

    async def finished(self, seconds: float) -> None:
        """Wait until it is over on the wire; after so many seconds, make it so."""
        if self.over:
            return
        if self._when_over is None:
            self._when_over = self.loop.create_future()
        done, _ = await asyncio.wait([self._when_over], timeout=seconds)
        if not done:
            logger.warning("%s did not end within %s seconds and is cancelled.", self, seconds)
            self.kill()

    def finish(self, reason: Any, event: str | None, payload: dict[str, Any]) -> None:
        """Undo what was set up, say so on the wire, answer what still waits."""
        if self.over:
            return
        self.over = True
        self._release()
        self.connection.forget(self)
        if self._ref is not None:
            post.forget(self._ref)
        if event is not None:
            frame = self.connection.serializer.encode_control(self.join_ref, self.topic, event, payload)
            self.connection.outbox.put(frame)
        for item in self.drain_mailbox():
            self.answer_undelivered(item)
        if self._when_over is not None and not self._when_over.done():
            self._when_over.set_result(None)
        if self.joined and channel_ended.receivers:
            channel_ended.send_robust(type(self.channel), channel=self.channel, reason=reason)

    def answer_undelivered(self, item: Any) -> None:
        """Something in the mailbox that nobody will handle."""

    def _release(self) -> None:
        if self.joined and self.blueprint.subscribes:
            pubsub.unsubscribe(self.topic, self)
        for topic in tuple(self._subscriptions or ()):
            self._unsubscribe(topic)
        for timer in tuple(self._timers or ()):
            timer.cancel()
        callbacks, self._at_finish = self._at_finish, None
        for callback in callbacks or ():
            try:
                callback()
            except Exception:
                logger.exception("%s: %r failed at the end.", self, callback)

    def __str__(self) -> str:
        return f"{self.channel.log_name} on topic {self.topic!r}"
