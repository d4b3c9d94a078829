"""What one operating system process is to publish and subscribe: its hubs, its outboxes, its name on the
layer."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from asyncio import _get_running_loop as running_loop
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from django.core import mail

from django_phoenix.delivery.commit import CommitRule, after_commit
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.hub import Hub
from django_phoenix.delivery.layer import current_layer, separate_layer
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.outbox import Outbox
from django_phoenix.delivery.publisher import Publisher
from django_phoenix.delivery.sequence import Numbers

logger = logging.getLogger("django_phoenix.pubsub")

# Seconds that a plain thread waits for room in a full outbox.
ROOM_TIMEOUT = 1.0


class Node:
    """One per process; ``begin`` makes it new, in tests and in a forked child."""

    def __init__(self) -> None:
        self.commit_rule: CommitRule = after_commit
        # Whether clients may connect to this process.
        self.serves = False
        self.begin()

    def begin(self) -> None:
        """A child has neither its parent's loops nor its threads, and must not be taken for it."""
        self.name = secrets.token_hex(8)
        self.hubs: tuple[Hub, ...] = ()
        self.publisher: Publisher | None = None
        self._warned = False
        self._lock = threading.Lock()
        # Whoever holds it numbers a broadcast and puts it in every row: they stand there in that order.
        self._order = threading.Lock()
        # For what no layer takes to other processes.
        self._numbers = Numbers()

    def layer(self) -> Any:
        """What other processes are reached by; None if by nothing."""
        return current_layer()

    def settle(self) -> None:
        """This process is about to fork."""
        if self.publisher is not None:
            self.publisher.settle()

    def hub_of(self, loop: asyncio.AbstractEventLoop) -> Hub | None:
        """The hub of that loop, if it has one."""
        for hub in self.hubs:
            if hub.loop is loop:
                return hub
        return None

    def hub_here(self) -> Hub:
        """The running loop's hub, made when it is first asked for."""
        return self.hub_for(asyncio.get_running_loop())

    def hub_for(self, loop: asyncio.AbstractEventLoop) -> Hub:
        """That loop's hub, made when it is first asked for. Any thread."""
        return self.hub_of(loop) or self._add_hub(loop)

    def remove(self, loop: asyncio.AbstractEventLoop) -> Hub | None:
        """Take the loop's hub out."""
        hub = self.hub_of(loop)
        with self._lock:
            self.hubs = tuple(each for each in self.hubs if each is not hub)
        return hub

    def deliver_here(self, delivery: Delivery) -> None:
        """To the subscribers in this process: at once on the running loop, by a wake-up on others."""
        self._publish(delivery, None, None, local=True)

    def send(self, delivery: Delivery, done: Future[None] | None) -> None:
        """To all nodes. ``done`` is set when the channel layer has taken it."""
        if self.layer() is not None:
            self._publish(delivery, self._outbox_with_room(), done)
            return
        self._publish(delivery, None, None)
        if not self.hubs:
            self._warn_of_no_audience()
        if done is not None:
            done.set_result(None)

    def send_to(self, node: str, delivery: Delivery, done: Future[None] | None) -> None:
        """To one node. ``done`` as above."""
        if node != self.name and self.layer() is not None:
            self._outbox_with_room().post(delivery, done, node)
            return
        if node == self.name:
            self.deliver_here(delivery)
        if done is not None:
            done.set_result(None)

    def flush(self, timeout: float) -> bool:
        """Wait for the publishing thread; also with what loops that have stopped left behind."""
        self._take_over(hub for hub in self.hubs if not hub.loop.is_running())
        return self.publisher is None or self.publisher.flush(timeout)

    def _add_hub(self, loop: asyncio.AbstractEventLoop) -> Hub:
        with self._lock:
            made_meanwhile = self.hub_of(loop)
            if made_meanwhile is not None:
                return made_meanwhile
            open_hubs = tuple(hub for hub in self.hubs if not hub.loop.is_closed())
            closed = set(self.hubs) - set(open_hubs)
            layer = self.layer()
            if layer is not None and any(hub.layer is layer for hub in open_hubs):
                layer = separate_layer()
            hub = Hub(loop, self.name, layer)
            self.hubs = (*open_hubs, hub)
        self._take_over(closed)
        return hub

    def _publish(
        self, delivery: Delivery, outbox: Outbox | None, done: Future[None] | None, *, local: bool = False
    ) -> None:
        """Number it, put it in the rows of ``outbox`` and of every loop here, and serve our own loop."""
        here = running_loop()
        ours: Hub | None = None
        refused, missed = None, 0
        with self._order:
            if outbox is not None:
                refused = outbox.append(delivery, done)
            elif not local:
                delivery.stamp = (self.name, *self._numbers.take(delivery.topic))
            for hub in self.hubs:
                if hub.loop is here:
                    ours = hub
                    hub.put(delivery, here=True)
                elif not hub.put(delivery):
                    missed += 1
        if missed:
            losses.report(delivery.topic, missed, "the event loop does not keep up with local broadcasts")
        if outbox is not None and refused is not None:
            outbox.refuse(refused)
        if ours is not None:
            ours.take()

    def _outbox_with_room(self) -> Outbox:
        here = running_loop()
        outbox = self._outbox(here)
        if here is None and outbox.full:
            _wait_for_room(outbox)
        return outbox

    def _outbox(self, here: asyncio.AbstractEventLoop | None) -> Outbox:
        """Publishing belongs to the server's loop where there is one, else to a thread of its own."""
        for hub in self.hubs:
            if hub.loop is here:
                return hub.outbox
        for hub in self.hubs:
            if hub.loop.is_running():
                return hub.outbox
        return self._publisher_made().outbox

    def _publisher_made(self) -> Publisher:
        with self._lock:
            if self.publisher is None:
                self.publisher = Publisher(self.name)
            return self.publisher

    def _take_over(self, hubs: Iterable[Hub]) -> None:
        for hub in hubs:
            for posted in hub.outbox.take_all():
                self._publisher_made().outbox.post(posted.delivery, posted.done, posted.route.target)

    def _warn_of_no_audience(self) -> None:
        if self.serves or self._warned or in_tests():
            return
        self._warned = True
        logger.warning(
            "A broadcast reaches nobody: no client is connected to this process, and the channel layer of "
            "CHANNEL_LAYERS does not reach others. Configure one that does, such as "
            "channels_redis.pubsub.RedisPubSubChannelLayer."
        )


def in_tests() -> bool:
    """Whether Django's test environment is set up: nobody expects an audience there."""
    return hasattr(mail, "outbox")


def _wait_for_room(outbox: Outbox) -> None:
    """A plain thread that publishes faster than the layer takes is slowed down rather than robbed."""
    give_up = time.monotonic() + ROOM_TIMEOUT
    while outbox.full and time.monotonic() < give_up:
        time.sleep(0.002)
