"""What waits to be handed to the channel layer by one event loop."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import logging
import random
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple

from django_phoenix.conf import settings
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.layer import (
    EVERYBODY,
    TO,
    Packet,
    Part,
    group_name,
    node_group,
    pack,
    shards,
)
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.patience import patience
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
# Seconds for one attempt, and after which a broadcast is given up, if the layer has failed all that time.
SEND_TIMEOUT = 5.0
GIVE_UP_AFTER = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0


class Route(NamedTuple):
    """Where a broadcast goes and whose count it is in: what goes the same way is numbered in one row."""

    topic: str
    stream: str
    # A process' name; None: to all.
    target: str | None

    @property
    def group(self) -> str:
        """The layer's name for those."""
        return group_name(self.topic) if self.target is None else node_group(self.target)


class Posted:
    """A broadcast in the outbox. ``done`` is for a publisher that waits."""

    __slots__ = ("begins", "delivery", "done", "number", "posted_at", "route", "size")

    def __init__(
        self, delivery: Delivery, route: Route, number: int, begins: bool, done: Future[None] | None
    ) -> None:
        self.delivery = delivery
        self.route = route
        self.number = number
        self.begins = begins
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
        self._stream = secrets.token_urlsafe(6)
        self._layer = layer
        self._limit: int = settings.BROADCAST_BACKLOG
        self._max_bytes: int = settings.BROADCAST_BACKLOG_BYTES
        self._lock = threading.Lock()
        self._waiting: deque[Posted] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._scheduled = False
        self._numbers = Numbers()
        # Since when no attempt has worked; None: they do.
        self._failing_since: float | None = None

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

    def post(self, delivery: Delivery, done: Future[None] | None = None, target: str | None = None) -> None:
        """Append; never waits. A broadcast for which there is no room is lost (reported, and told to
        ``done``). ``target``: the one process that it is for."""
        refused = self.append(delivery, done, target)
        if refused is not None:
            self.refuse(refused)

    def append(
        self, delivery: Delivery, done: Future[None] | None = None, target: str | None = None
    ) -> Posted | None:
        """As ``post``; what there is no room for is returned, to be given to ``refuse``."""
        with self._lock:
            posted = self._numbered(delivery, done, target)
            room = not self.full
            if room:
                self._waiting.append(posted)
                self._bytes += posted.size
            wake = room and not self._scheduled
            self._scheduled |= wake
        if wake:
            self._wake()
        return None if room else posted

    def refuse(self, posted: Posted) -> None:
        """Report as lost what was not appended."""
        self._lose([posted], "the outbox is full", None)

    def _numbered(self, delivery: Delivery, done: Future[None] | None, target: str | None) -> Posted:
        """What another outbox was to send keeps that one's number."""
        topic = delivery.topic
        if target is not None:
            number, begins = self._numbers.take(f"{topic}{TO}{target}")
            return Posted(delivery, Route(topic, f"{self._stream}{TO}{target}", target), number, begins, done)
        if delivery.stamp is None:
            delivery.stamp = (self._stream, *self._numbers.take(topic))
        stream, number, begins = delivery.stamp
        return Posted(delivery, Route(topic, stream, None), number, begins, done)

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
        routes: dict[Route, list[Posted]] = {}
        for posted in self._take(BATCH):
            routes.setdefault(posted.route, []).append(posted)
        layer = self._layer()
        if len(routes) > MANY_TOPICS and shards(layer) == 1 and self._are_for_all(routes):
            messages = list(_cut(itertools.chain.from_iterable(routes.values())))
        else:
            messages = [message for some in routes.values() for message in _cut(some)]
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
        parts = list(_parts(some))
        route = some[0].route
        group = route.group if some[-1].route == route else EVERYBODY
        message = pack(Packet(self._node, route.stream, parts))
        pause = FIRST_PAUSE
        while True:
            error = await self._attempt(layer, group, message)
            if error is None:
                for posted in some:
                    posted.settle(None)
                return
            if _is_final(error) or self._is_hopeless(some[0]):
                self._lose(some, "the channel layer did not take them", error)
                return
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _are_for_all(self, routes: Iterable[Route]) -> bool:
        """And in our own count."""
        return all(route.target is None and route.stream == self._stream for route in routes)

    def _is_hopeless(self, posted: Posted) -> bool:
        """One that is old because this process was busy has not been tried for long."""
        now = time.monotonic()
        failing_since = now if self._failing_since is None else self._failing_since
        return now - max(posted.posted_at, failing_since) > GIVE_UP_AFTER

    async def _attempt(self, layer: Any, group: str, message: dict[str, Any]) -> Exception | None:
        try:
            async with patience(SEND_TIMEOUT):
                await layer.group_send(group, message)
        except Exception as error:
            if self._failing_since is None:
                logger.warning("Broadcasts do not reach other processes: %r. Trying again.", error)
                self._failing_since = time.monotonic()
            return error
        if self._failing_since is not None:
            logger.warning("Broadcasts reach other processes again.")
            self._failing_since = None
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


def _parts(some: Iterable[Posted]) -> Iterator[Part]:
    """Runs of one topic without a gap."""
    for (topic, _), run in itertools.groupby(
        enumerate(some), lambda item: (item[1].route.topic, item[1].number - item[0])
    ):
        run_posted = [posted for _, posted in run]
        first = run_posted[0]
        yield Part(topic, first.number, [posted.delivery for posted in run_posted], first.begins)


def _topic_of(posted: Posted) -> str:
    return posted.delivery.topic


def _is_final(error: Exception) -> bool:
    """Whether another attempt would fail as well: the layer refuses the message itself."""
    return isinstance(error, (TypeError, ValueError, AssertionError))
