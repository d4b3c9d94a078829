"""One topic on one event loop."""

from __future__ import annotations

import asyncio
import logging
import time

from django_phoenix.delivery.envelope import Delivery, Subscriber
from django_phoenix.delivery.history.log import Log
from django_phoenix.delivery.sequence import Gaps

logger = logging.getLogger("django_phoenix.pubsub")


class Topic:
    """Its subscribers, and what the hub's membership keeps about its group."""

    __slots__ = ("_gaps", "_snapshot", "doubtful", "joined", "joining", "log", "members", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        # In order of subscription.
        self.members: dict[Subscriber, None] = {}
        self._snapshot: tuple[Subscriber, ...] | None = ()
        # What is remembered of it, if it has a history.
        self.log: Log | None = None
        # Made when another process is first heard of.
        self._gaps: Gaps | None = None
        # Whether the hub is in the topic's group, and who waits for that.
        self.joined = False
        # The layer may have forgotten that; what came meanwhile is not known.
        self.doubtful = False
        self.joining: asyncio.Future[None] | None = None

    @property
    def wanted(self) -> bool:
        """Whether anybody listens, or it is to be remembered."""
        return bool(self.members) or self.log is not None

    def add(self, subscriber: Subscriber) -> None:
        """Subscribing twice counts once."""
        self.members[subscriber] = None
        self._snapshot = None

    def remove(self, subscriber: Subscriber) -> bool:
        """False: it was not subscribed."""
        if subscriber not in self.members:
            return False
        del self.members[subscriber]
        self._snapshot = None
        return True

    def deliver(self, delivery: Delivery) -> None:
        """Hand it to all. Subscribers may come, leave or fail meanwhile; the others do not notice."""
        members = self._snapshot
        if members is None:
            members = self._snapshot = tuple(self.members)
        if self.log is not None:
            delivery = self.log.record(delivery, time.monotonic())
        failed = 0
        for subscriber in members:
            try:
                subscriber.deliver(delivery)
            except Exception:
                failed += 1
                if failed == 1:
                    logger.exception("%r failed for subscriber %r", delivery, subscriber)
        if failed > 1:
            logger.error("%r failed for %d of %d subscribers", delivery, failed, len(members))

    def missing(self, stream: str, first: int, count: int, begins: bool) -> int | None:
        """See ``Gaps.note``."""
        if self._gaps is None:
            self._gaps = Gaps()
        return self._gaps.note(stream, first, count, begins)

    def has_joined(self) -> None:
        """The hub is in the topic's group, from now on."""
        if self.log is not None:
            if self.doubtful:
                self.log = self.log.anew(time.monotonic())
            elif not self.joined:
                self.log.opened = time.monotonic()
        self.joined, self.doubtful = True, False
        self.settle()

    def settle(self) -> None:
        """Whoever waits for the group need not wait any longer."""
        if self.joining is not None:
            if not self.joining.done():
                self.joining.set_result(None)
            self.joining = None
