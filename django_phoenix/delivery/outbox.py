"""What waits to be handed to the channel layer by one event loop."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import logging
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from django_phoenix.conf import settings
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.layer import EVERYBODY, Packet, Part, group_name, pack, shards
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.sequence import Numbers
from django_phoenix.exceptions import BroadcastError

logger = logging.getLogger("django_phoenix.pubsub")

# Broadcasts in one message on the layer, and bytes of them.
PACKET_LENGTH = 200
PACKET_BYTES = 256_000
# Broadcasts taken at a time. When they are on more topics than this, they go to all hubs in few messages
# rather than to each topic's group.
BATCH = 2000
MANY_TOPICS = 16
# Seconds for one attempt, and after which a broadcast that cannot be sent is given up.
SEND_TIMEOUT = 5.0
GIVE_UP_AFTER = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0

_numbers = itertools.count(1)


class Posted:
    """A broadcast in the outbox. ``done`` is for a publisher that waits."""

    __slots__ = ("delivery", "done", "posted_at", "size")

    def __init__(self, delivery: Delivery, done: Future[None] | None) -> None:
        self.delivery = delivery
        self.done = done
        self.posted_at = time.monotonic()
        self.size = len(delivery.frame)

    def settle(self, error: BroadcastError | None) -> None:
        """Tell the publisher, if it still waits."""
        if self.done is None or not self.done.set_running_or_notify_cancel():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class Outbox:
    """Broadcasts for other processes. ``post`` from any thread; sent in order, packed, by a task on ``loop``.

    While the layer fails they wait here and are tried again; after ten seconds they are lost, and reported.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, node: str, layer: Callable[[], Any]) -> None:
        self.loop = loop
        self._node = node
        self._stream = f"{node}.{next(_numbers)}"
        self._layer = layer
        self._limit: int = settings.BROADCAST_BACKLOG
        self._max_bytes: int = settings.BROADCAST_BACKLOG_BYTES
        self._lock = threading.Lock()
        self._waiting: deque[Posted] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._scheduled = False
        self._numbers = Numbers()
        self._failing = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the next broadcast would be lost."""
        return len(self._waiting) >= self._limit or self._bytes >= self._max_bytes

    @property
    def idle(self) -> bool:
        """Whether everything has been handed over."""
        return not self._waiting and not self._scheduled

    def post(self, delivery: Delivery, done: Future[None] | None = None) -> None:
        """Append; never waits. A broadcast for which there is no room is lost (reported, and told to
        ``done``)."""
        posted = Posted(delivery, done)
        with self._lock:
            room = not self.full
            if room:
                self._waiting.append(posted)
                self._bytes += posted.size
            wake = room and not self._scheduled
            self._scheduled |= wake
        if not room:
            self._lose([posted], "the outbox is full", None)
        elif wake:
            self._wake()

    def take_all(self) -> list[Posted]:
        """Empty it; for whoever sends in the place of a loop that has stopped."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
            self._bytes = 0
        return taken

    def _wake(self) -> None:
        try:
            self.loop.call_soon_threadsafe(self._start)
        except RuntimeError:
            # Closed meanwhile: what waits is sent at exit.
            self._scheduled = False

    def _start(self) -> None:
        # A context of its own: not the one of whichever handler broadcast first.
        self._task = self.loop.create_task(self._run(), context=contextvars.Context())

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._send_some()
        except BaseException:
            # The loop is being shut down: what is left is sent at exit.
            self._scheduled = False
            raise
        with self._lock:
            self._scheduled = again = bool(self._waiting)
        if again:
            self._start()

    async def _send_some(self) -> None:
        by_topic: dict[str, list[Posted]] = {}
        for posted in self._take(BATCH):
            by_topic.setdefault(posted.delivery.topic, []).append(posted)
        layer = self._layer()
        if len(by_topic) > MANY_TOPICS and shards(layer) == 1:
            messages = list(_cut(itertools.chain.from_iterable(by_topic.values())))
        else:
            messages = [message for some in by_topic.values() for message in _cut(some)]
        while messages:
            try:
                await self._send(messages[0], layer)
            except BaseException:
                self._put_back(list(itertools.chain.from_iterable(messages)))
                raise
            del messages[0]

    def _take(self, count: int) -> list[Posted]:
        with self._lock:
            taken = [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]
            self._bytes -= sum(posted.size for posted in taken)
        return taken

    def _put_back(self, posted: list[Posted]) -> None:
        with self._lock:
            self._waiting.extendleft(reversed(posted))
            self._bytes += sum(each.size for each in posted)

    async def _send(self, some: list[Posted], layer: Any) -> None:
        parts = [self._part(topic, same) for topic, same in itertools.groupby(some, _topic_of)]
        group = EVERYBODY if len(parts) > 1 else group_name(parts[0].topic)
        message = pack(Packet(self._node, self._stream, parts))
        pause = FIRST_PAUSE
        while True:
            error = await self._attempt(layer, group, message)
            if error is None:
                for posted in some:
                    posted.settle(None)
                return
            if _is_final(error) or time.monotonic() - some[0].posted_at > GIVE_UP_AFTER:
                self._lose(some, "the channel layer did not take them", error)
                return
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _part(self, topic: str, same: Iterable[Posted]) -> Part:
        deliveries = [posted.delivery for posted in same]
        return Part(topic, self._numbers.take(topic, len(deliveries)), deliveries)

    async def _attempt(self, layer: Any, group: str, message: dict[str, Any]) -> Exception | None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await layer.group_send(group, message)
        except Exception as error:
            if not self._failing:
                logger.warning("Broadcasts do not reach other processes: %r. Trying again.", error)
            self._failing = True
            return error
        if self._failing:
            logger.warning("Broadcasts reach other processes again.")
        self._failing = False
        return None

    def _lose(self, some: list[Posted], reason: str, cause: Exception | None) -> None:
        for posted in some:
            error = BroadcastError(f"broadcast to {posted.delivery.topic!r}: {reason}")
            error.__cause__ = cause
            posted.settle(error)
        for topic, count in Counter(map(_topic_of, some)).items():
            losses.report(topic, count, reason)


def _cut(some: Iterable[Posted]) -> Iterator[list[Posted]]:
    """Messages of a size that layers like."""
    message: list[Posted] = []
    size = 0
    for posted in some:
        if message and (size + posted.size > PACKET_BYTES or len(message) >= PACKET_LENGTH):
            yield message
            message, size = [], 0
        message.append(posted)
        size += posted.size
    if message:
        yield message


def _topic_of(posted: Posted) -> str:
    return posted.delivery.topic


def _is_final(error: Exception) -> bool:
    """Whether another attempt would fail as well: the layer refuses the message itself."""
    return isinstance(error, (TypeError, ValueError, AssertionError))
