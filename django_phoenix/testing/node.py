"""What stands for the process while a test runs.

It has no channel layer, a test can lose or shuffle its broadcasts, and for those that wait for a commit the
transaction that a TestCase wraps around the test does not count.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial

from django.db.backends.base.base import BaseDatabaseWrapper

from django_phoenix.delivery.commit import in_transaction, open_transaction
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.node import Node
from django_phoenix.wire.topic import INTERNAL

LOST = "a test has dropped them"

Order = Callable[[list[Delivery]], Iterable[Delivery]]


class Deferred:
    """A broadcast that waits for a commit. Runs once, whoever finds out first that there was one."""

    def __init__(self, connection: BaseDatabaseWrapper, action: Callable[[], None]) -> None:
        self.connection = connection
        self._action: Callable[[], None] | None = action

    def __call__(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()

    @property
    def waits(self) -> bool:
        """Neither committed nor rolled back yet."""
        return self._action is not None and any(entry[1] is self for entry in self.connection.run_on_commit)


class Fault:
    """Broadcasts on ``topic`` (None: on any) that do not arrive."""

    def __init__(self, topic: str | None) -> None:
        self.topic = topic
        self.taken: list[Delivery] = []

    def concerns(self, delivery: Delivery) -> bool:
        """Whether it is one of them."""
        topic = delivery.topic
        return topic == self.topic if self.topic is not None else not topic.startswith(INTERNAL)


class LoneNode(Node):
    """A node of its own for the time of a test."""

    def __init__(self) -> None:
        super().__init__()
        self.commit_rule = self._after_commit
        self.serves = True
        self._deferred: list[Deferred] = []
        self._faults: list[Fault] = []

    def layer(self) -> None:
        """None: a test reaches no other process, whatever the settings say."""

    def deliver_here(self, delivery: Delivery) -> None:
        """See Node."""
        if not self._is_taken(delivery):
            super().deliver_here(delivery)

    def send(self, delivery: Delivery, done: Future[None] | None) -> None:
        """See Node."""
        if not self._is_taken(delivery):
            super().send(delivery, done)
        elif done is not None:
            done.set_result(None)

    # Commits.

    def run_committed(self) -> None:
        """Send what waited for a transaction that is over but for the one that the test is wrapped in."""
        if not self._deferred:
            return
        waiting, self._deferred = self._deferred, []
        for deferred in waiting:
            if not deferred.waits:
                continue
            if in_transaction(deferred.connection):
                self._deferred.append(deferred)
            else:
                deferred()

    def _after_commit(self, action: Callable[[], None]) -> None:
        # What was said in a transaction that is over comes first.
        self.run_committed()
        connection = open_transaction()
        if connection is None:
            action()
            return
        deferred = Deferred(connection, partial(self._after_commit, action))
        connection.on_commit(deferred, robust=True)
        self._deferred.append(deferred)

    # Faults.

    def _is_taken(self, delivery: Delivery) -> bool:
        for fault in self._faults:
            if fault.concerns(delivery):
                fault.taken.append(delivery)
                return True
        return False

    @contextlib.contextmanager
    def dropping(self, topic: str | None) -> Iterator[list[Delivery]]:
        """Lose broadcasts, as a channel layer does between processes; they are counted and signalled."""
        with self._fault(topic) as taken:
            yield taken
        for delivery in taken:
            losses.report(delivery.topic, 1, LOST)

    @contextlib.contextmanager
    def reordering(self, topic: str | None, order: Order) -> Iterator[list[Delivery]]:
        """Hold broadcasts back, and deliver them in another order at the end."""
        with self._fault(topic) as taken:
            yield taken
        for delivery in order(taken):
            self.send(delivery, None)

    @contextlib.contextmanager
    def _fault(self, topic: str | None) -> Iterator[list[Delivery]]:
        fault = Fault(topic)
        self._faults.append(fault)
        try:
            yield fault.taken
        finally:
            self._faults.remove(fault)
