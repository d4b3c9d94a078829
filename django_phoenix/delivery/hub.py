"""One event loop's subscriptions: topics, who is subscribed, and how broadcasts get here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from django_phoenix.conf import settings
from django_phoenix.delivery.envelope import Delivery, Subscriber
from django_phoenix.delivery.layer import Packet, Part
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.membership import Membership
from django_phoenix.delivery.outbox import Outbox
from django_phoenix.delivery.topic import Topic

logger = logging.getLogger("django_phoenix.pubsub")

# Deliveries after which others on the loop get their turn.
TURN = 5000


class Hub:
    """The subscribers of one loop. Everything but ``post`` and ``call`` is for that loop's thread only.

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
        self._membership = None if layer is None else Membership(node, layer, self._topics, self._accept)

    def subscribe(self, name: str, subscriber: Subscriber) -> asyncio.Future[None] | None:
        """Add a subscriber; local broadcasts reach it from now on.

        Returns a future that is done once broadcasts of other processes do, too, or soon if they can't;
        None when there is nothing to wait for.
        """
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name)
        topic.add(subscriber)
        if self._membership is not None:
            return self._membership.wanted(topic)
        return None

    def unsubscribe(self, name: str, subscriber: Subscriber) -> None:
        """Remove a subscriber; one that is not subscribed is no error."""
        topic = self._topics.get(name)
        if topic is None or not topic.remove(subscriber) or topic.members:
            return
        if self._membership is None:
            del self._topics[name]
        else:
            self._membership.unwanted(topic)

    def subscribers(self, name: str) -> int:
        """How many are subscribed to the topic here."""
        topic = self._topics.get(name)
        return 0 if topic is None else len(topic.members)

    def deliver(self, delivery: Delivery) -> None:
        """To every subscriber here, now. What other threads posted earlier goes first."""
        if self._inbox:
            self._empty_inbox()
        topic = self._topics.get(delivery.topic)
        if topic is not None:
            topic.deliver(delivery)

    def post(self, delivery: Delivery) -> None:
        """Deliver on the hub's loop. Any thread; returns at once."""
        if not self._inbox and not self._taking and delivery.topic not in self._topics:
            # Nor will it be by what this thread has asked for before.
            return
        if len(self._inbox) >= self._inbox_limit:
            losses.report(delivery.topic, 1, "the event loop does not keep up with local broadcasts")
            return
        self._inbox.append(delivery)
        self._wake()

    def call(self, call: Callable[[], object]) -> None:
        """Call on the hub's loop, neither before nor after its turn among what is posted. Any thread."""
        self._inbox.append(call)
        self._wake()

    async def close(self) -> None:
        """Leave every group and stop listening."""
        if self._membership is not None:
            await self._membership.close()
        self._topics.clear()

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            # A loop that has been closed has no subscribers any more.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._take_turn)

    def _empty_inbox(self) -> None:
        while self._inbox:
            self._take_next()

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
            for delivery in part.deliveries:
                topic.deliver(delivery)
                done += 1 + len(topic.members)
                if done > TURN:
                    done = 0
                    await asyncio.sleep(0)

    def _is_news(self, topic: Topic, stream: str, part: Part) -> bool:
        missing = topic.missing(stream, part.first, len(part.deliveries))
        if missing:
            losses.report(topic.name, missing, "the channel layer dropped them on the way to this process")
        return missing is not None
