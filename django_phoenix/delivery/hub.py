"""One event loop's subscriptions: topics, who is subscribed, and how broadcasts get here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from django_phoenix.conf import settings
from django_phoenix.delivery.envelope import Delivery, Subscriber
from django_phoenix.delivery.history import exchange
from django_phoenix.delivery.history.exchange import Exchange
from django_phoenix.delivery.history.log import CatchUp, Log
from django_phoenix.delivery.layer import Packet, Part
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.membership import Membership
from django_phoenix.delivery.outbox import Outbox
from django_phoenix.delivery.topic import Topic
from django_phoenix.history import History

logger = logging.getLogger("django_phoenix.pubsub")

# Deliveries after which others on the loop get their turn.
TURN = 5000
# Seconds between two looks at what topics remember.
FORGET_EVERY = 5.0


class Hub:
    """The subscribers of one loop. Everything but ``put`` and ``call`` is for that loop's thread only.

    ``layer`` is the channel layer that other processes are reached by, or None. ``node`` is this process.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, node: str, layer: Any) -> None:
        self.loop = loop
        self.layer = layer
        # What this loop has for other processes.
        self.outbox = Outbox(loop, node, lambda: layer)
        self._node = node
        self._topics: dict[str, Topic] = {}
        # What other threads have for this loop, in their order.
        self._inbox: deque[Delivery | Callable[[], object]] = deque()
        self._inbox_limit: int = settings.BROADCAST_BACKLOG
        self._woken = False
        # How many things of the inbox are being seen to.
        self._taking = 0
        self._forgetting: asyncio.TimerHandle | None = None
        # Topics that are remembered though nobody listens any more, longest left first, with what each
        # weighs, and the sum of that.
        self._left: OrderedDict[str, int] = OrderedDict()
        self._left_weight = 0
        # Made for the first topic with a history.
        self._exchange: Exchange | None = None
        self._membership = None if layer is None else Membership(node, layer, self._topics, self._accept)

    def subscribe(self, name: str, subscriber: Subscriber) -> asyncio.Future[None] | None:
        """Add a subscriber; local broadcasts reach it from now on.

        Returns a future that is done once broadcasts of other processes do, too, or soon if they can't;
        None when there is nothing to wait for.
        """
        topic = self._topic(name)
        topic.add(subscriber)
        return None if self._membership is None else self._membership.wanted(topic)

    def unsubscribe(self, name: str, subscriber: Subscriber) -> None:
        """Remove a subscriber; one that is not subscribed is no error."""
        topic = self._topics.get(name)
        if topic is None or not topic.remove(subscriber) or topic.members:
            return
        if topic.log is None:
            self._drop(topic)
        else:
            self._is_left(topic, topic.log)

    def remember(self, name: str, history: History) -> tuple[Log, asyncio.Future[None] | None]:
        """From now on, and until a while after the last subscriber has left, the topic has a history.

        Returns it, and a future as ``subscribe`` does.
        """
        topic = self._topic(name)
        log = topic.log
        if log is None:
            log = topic.log = Log(name, history, time.monotonic())
            if self._forgetting is None:
                self._forgetting = self.loop.call_later(FORGET_EVERY, self._forget)
        else:
            log.history = log.history.wider(history)
        if not topic.members:
            self._is_left(topic, log)
        return log, None if self._membership is None else self._membership.wanted(topic)

    async def catch_up(self, name: str, history: History, offset: object) -> CatchUp:
        """See ``pubsub.catch_up``."""
        is_new = name not in self._topics or self._topics[name].log is None
        # First, so that others are heard from the moment on when the topic is.
        others = None if self._membership is None else self._exchange_made()
        log, joined = self.remember(name, history)
        if joined is not None:
            await joined
        if others is not None and self._membership is not None and not self._membership.failing:
            if offset is not None and not log.can_serve(offset, time.monotonic()):
                await others.wait_for(log, lambda: log.can_serve(offset, time.monotonic()))
            elif is_new:
                others.ask(log)
        # It may have been forgotten meanwhile.
        return self.remember(name, history)[0].catch_up(offset, time.monotonic())

    @property
    def is_wanted(self) -> bool:
        """Whether there is any topic that somebody listens to, or that is remembered."""
        return any(topic.wanted for topic in self._topics.values())

    def subscribers(self, name: str) -> int:
        """How many are subscribed to the topic here."""
        topic = self._topics.get(name)
        return 0 if topic is None else len(topic.members)

    def put(self, delivery: Delivery, *, here: bool = False) -> bool:
        """Deliver in its turn. ``here``: on the hub's own thread, by a call of ``take`` that follows.

        Any thread; returns at once. False: there is no room.
        """
        if not self._inbox and not self._taking and delivery.topic not in self._topics:
            # Nor will it be by what this thread has asked for before.
            return True
        if not here and len(self._inbox) >= self._inbox_limit:
            return False
        self._inbox.append(delivery)
        if not here:
            self._wake()
        return True

    def take(self) -> None:
        """Deliver what was put in so far, now."""
        while self._inbox:
            self._take_next()

    def call(self, call: Callable[[], object]) -> None:
        """Call on the hub's loop, neither before nor after its turn among what is posted. Any thread."""
        self._inbox.append(call)
        self._wake()

    @property
    def idle(self) -> bool:
        """Whether all that was posted has been seen to."""
        return not self._inbox and not self._taking

    async def close(self) -> None:
        """Leave every group and stop listening."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        if self._membership is not None:
            await self._membership.close()
        self._topics.clear()

    def _exchange_made(self) -> Exchange:
        if self._exchange is None:
            self._exchange = Exchange(self.loop, self._node, self._log, self._tell)
            self.subscribe(exchange.TOPIC, self._exchange)
        return self._exchange

    def _log(self, name: str) -> Log | None:
        topic = self._topics.get(name)
        return None if topic is None else topic.log

    def _tell(self, delivery: Delivery, node: str | None) -> None:
        """To the hubs of other processes, or of one."""
        self.outbox.post(delivery, None, node)

    def _topic(self, name: str) -> Topic:
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name)
        return topic

    def _drop(self, topic: Topic) -> None:
        """Nobody wants it any more. If it has a group, that is left at the membership's next beat."""
        if self._membership is None:
            del self._topics[topic.name]

    def _is_left(self, topic: Topic, log: Log) -> None:
        """It is remembered for a while; but not all topics that a client can think of, join and leave."""
        log.idle_since = time.monotonic()
        self._weigh(topic.name, log)
        self._left.move_to_end(topic.name)
        self._keep_to_limits()

    def _weigh(self, name: str, log: Log) -> None:
        self._left_weight += log.weight - self._left.get(name, 0)
        self._left[name] = log.weight

    def _is_not_left(self, name: str) -> None:
        self._left_weight -= self._left.pop(name, 0)

    def _keep_to_limits(self) -> None:
        """The one that was left last stays: somebody may be about to join it."""
        topics, weight = settings.HISTORY_LEFT_TOPICS, settings.HISTORY_LEFT_BYTES
        while len(self._left) > 1 and (len(self._left) > topics or self._left_weight > weight):
            name = next(iter(self._left))
            self._is_not_left(name)
            oldest = self._topics.get(name)
            if oldest is not None and not oldest.members:
                self._forget_topic(oldest)

    def _forget_topic(self, topic: Topic) -> None:
        topic.log = None
        self._is_not_left(topic.name)
        self._drop(topic)

    def _forget(self) -> None:
        """Topics that have been left for long enough are remembered no more."""
        now = time.monotonic()
        remembered = [topic for topic in self._topics.values() if topic.log is not None]
        for topic in remembered:
            log = topic.log
            assert log is not None
            log.forget_old(now)
            if topic.members:
                self._is_not_left(topic.name)
            elif now - log.idle_since > log.history.ttl:
                self._forget_topic(topic)
            else:
                self._weigh(topic.name, log)
        self._keep_to_limits()
        self._forgetting = self.loop.call_later(FORGET_EVERY, self._forget) if remembered else None

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            # A loop that has been closed has no subscribers any more.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._take_turn)

    def _take_next(self) -> int:
        """One thing of the inbox. Returns what it cost, in deliveries."""
        self._taking += 1
        item = self._inbox.popleft()
        cost = 1
        if type(item) is Delivery:
            topic = self._topics.get(item.topic)
            if topic is not None:
                topic.deliver(item)
                cost += len(topic.members)
        else:
            try:
                item()  # type: ignore[operator]
            except Exception:
                logger.exception("%r failed", item)
        self._taking -= 1
        return cost

    def _take_turn(self) -> None:
        # Before emptying: what is posted from here on wakes the loop again.
        self._woken = False
        done = 0
        while self._inbox and done < TURN:
            done += self._take_next()
        if self._inbox and not self._woken:
            self._woken = True
            self.loop.call_soon(self._take_turn)

    async def _accept(self, packet: Packet) -> None:
        """Broadcasts of another process."""
        if packet.node == self._node:
            # Ours: they were delivered here when they were published.
            return
        done = 0
        for part in packet.parts:
            topic = self._topics.get(part.topic)
            if topic is None or not self._is_news(topic, packet.stream, part):
                continue
            for number, delivery in enumerate(part.deliveries, part.first):
                if packet.is_for_all:
                    delivery.stamp = (packet.stream, number, part.begins and number == part.first)
                topic.deliver(delivery)
                done += 1 + len(topic.members)
                if done > TURN:
                    done = 0
                    await asyncio.sleep(0)

    def _is_news(self, topic: Topic, stream: str, part: Part) -> bool:
        missing = topic.missing(stream, part.first, len(part.deliveries), part.begins)
        if missing:
            losses.report(topic.name, missing, "the channel layer dropped them on the way to this process")
        return missing is not None
