"""Long-polling across processes: a request that lands elsewhere reaches its session through pubsub.

Each event loop has one topic. Who is asked confirms at once, so that nobody waits long for a process that is
gone; what was asked for follows when it is there. A batch of messages whose answer gets lost ends the session
on the client's side (it is told 410): it never misses a message without being told.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import itertools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac

from django_phoenix import pubsub
from django_phoenix.transport.longpoll_connection import GONE, TIMEOUT, Batch
from django_phoenix.transport.longpoll_options import LongPollOptions
from django_phoenix.wire.message import Frame
from django_phoenix.wire.topic import INTERNAL

if TYPE_CHECKING:
    from django_phoenix.transport.longpoll_connection import PolledConnection

logger = logging.getLogger("django_phoenix.socket")

POLL, POST, CANCEL, ANSWER = "poll", "post", "cancel", "answer"


def topic_of(home: str) -> str:
    """No client can join it. Nor guess it, for code that subscribes to whatever a client names: the names of
    homes stand in tokens."""
    return (
        f"{INTERNAL}longpoll:{salted_hmac('django_phoenix.longpoll', home, algorithm='sha256').hexdigest()}"
    )


class Call:
    """A question to another process."""

    __slots__ = ("confirmed", "is_over", "result")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Whether the session is there, and what was asked for.
        self.confirmed: asyncio.Future[bool] = loop.create_future()
        self.result: asyncio.Future[dict[str, Any]] = loop.create_future()
        # Nothing more will be answered.
        self.is_over = False

    def answer(self, payload: dict[str, Any]) -> None:
        """What the other process says."""
        if not self.confirmed.done():
            self.confirmed.set_result("gone" not in payload)
        if "result" in payload and not self.result.done():
            self.result.set_result(payload["result"])
        self.is_over = "gone" in payload or "result" in payload


class Relay:
    """One loop's: asks others, and answers them about ``connections``, its own sessions."""

    def __init__(
        self, home: str, loop: asyncio.AbstractEventLoop, connections: Mapping[str, PolledConnection]
    ) -> None:
        self._loop = loop
        self._connections = connections
        self._topic = topic_of(home)
        self._is_open = False
        self._opening: asyncio.Future[None] | None = None
        self._numbers = itertools.count(1)
        self._calls: dict[int, Call] = {}
        # What others have asked, by who and by the number of the call.
        self._serving: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def open(self) -> None:
        """Be there for others. Returns once their layer knows, or does not answer."""
        if not self._is_open:
            self._is_open = True
            self._opening = pubsub.subscribe(self._topic, self)
        if self._opening is not None:
            await asyncio.shield(self._opening)
            self._opening = None

    # Asking.

    async def call(
        self, home: str, event: str, payload: dict[str, Any], confirm_within: float, within: float
    ) -> dict[str, Any] | None:
        """What the session's home says. None: the session is not there, or its home not to be reached.
        Empty: it is there, but has not answered within the second time."""
        topic = topic_of(home)
        if pubsub.layer() is None and not pubsub.subscriber_count(topic):
            return None
        await self.open()
        number, call = next(self._numbers), Call(self._loop)
        self._calls[number] = call
        try:
            self._say(topic, event, {"asker": self._topic, "call": number, **payload})
            return await _answer_to(call, confirm_within, within)
        finally:
            del self._calls[number]
            if not call.is_over:
                self._say(topic, CANCEL, {"asker": self._topic, "call": number})

    # Being asked.

    def deliver(self, delivery: pubsub.Delivery) -> None:
        """What another loop says."""
        payload = delivery.payload
        if delivery.event == ANSWER:
            call = self._calls.get(payload["call"])
            if call is not None:
                call.answer(payload)
        elif delivery.event == CANCEL:
            task = self._serving.get((payload["asker"], payload["call"]))
            if task is not None:
                task.cancel()
        else:
            self._begin(delivery.event, payload)

    def _begin(self, event: str, payload: dict[str, Any]) -> None:
        asker, number = payload["asker"], payload["call"]
        connection = self._connections.get(payload["session"])
        if connection is None:
            self._answer(asker, number, gone=True)
            return
        task = self._loop.create_task(self._serve(connection, event, payload), context=contextvars.Context())
        self._serving[asker, number] = task
        task.add_done_callback(lambda _: self._serving.pop((asker, number), None))

    async def _serve(self, connection: PolledConnection, event: str, payload: dict[str, Any]) -> None:
        asker, number = payload["asker"], payload["call"]
        if event == POST:
            frames = unpack(payload["frames"])
            if connection.takes_time(frames):
                self._answer(asker, number, here=True)
            status = await connection.post(frames)
            self._answer(asker, number, result={"status": status})
            return
        if not connection.has_news:
            self._answer(asker, number, here=True)
        batch = await connection.poll()
        self._answer(asker, number, result={"status": batch.status, "messages": batch.messages})

    def _answer(self, asker: str, number: int, **answer: Any) -> None:
        self._say(asker, ANSWER, {"call": number, **answer})

    def _say(self, topic: str, event: str, payload: dict[str, Any]) -> None:
        pubsub.broadcast(topic, event, payload, on_commit=False)


class RemoteSession:
    """A session of another process, as far as a request needs it."""

    def __init__(self, relay: Relay, home: str, id: str, options: LongPollOptions) -> None:
        self._relay = relay
        self._home = home
        self._id = id
        self._patience = options.pubsub_timeout_ms / 1000
        self._window = options.window_ms / 1000

    async def poll(self) -> Batch | None:
        """As the connection's own; None: it is not to be found."""
        # Its home holds the poll. Without an answer messages may have been lost on the way.
        within = self._window + self._patience
        answer = await self._relay.call(self._home, POLL, {"session": self._id}, self._patience, within)
        if answer is None:
            return None
        return Batch(answer.get("status", GONE), answer.get("messages", []))

    async def post(self, frames: list[Frame]) -> int:
        """As the connection's own."""
        payload = {"session": self._id, "frames": pack(frames)}
        answer = await self._relay.call(self._home, POST, payload, self._patience, self._window)
        status: int = GONE if answer is None else answer.get("status", TIMEOUT)
        return status


async def _answer_to(call: Call, confirm_within: float, within: float) -> dict[str, Any] | None:
    try:
        async with asyncio.timeout(confirm_within):
            is_there = await call.confirmed
    except TimeoutError:
        return None
    if not is_there:
        return None
    try:
        async with asyncio.timeout(within):
            return await call.result
    except TimeoutError:
        return {}


def pack(frames: list[Frame]) -> list[str | list[str]]:
    """Text as it is, binary as a list of its base64: not every layer carries bytes."""
    return [frame if isinstance(frame, str) else [base64.b64encode(frame).decode()] for frame in frames]


def unpack(packed: list[str | list[str]]) -> list[Frame]:
    """The other way round."""
    return [frame if isinstance(frame, str) else base64.b64decode(frame[0]) for frame in packed]
