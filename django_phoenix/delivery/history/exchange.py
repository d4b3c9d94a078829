"""How a process that begins to listen to a topic gets what others remember of it.

It asks all, each that remembers the topic offers, and it takes from one offer after the other until those who
wait for something have it. Whoever waits does so for a moment only.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from django_phoenix.delivery.envelope import Delivery, make_delivery
from django_phoenix.delivery.history import state
from django_phoenix.delivery.history.log import Log
from django_phoenix.wire.topic import INTERNAL

logger = logging.getLogger("django_phoenix.pubsub")

TOPIC = f"{INTERNAL}history"
# To all: who remembers this topic? To one: I do; give it to me; here it is.
ASK, OFFER, TAKE, GIVE = "ask", "offer", "take", "give"
# Of another version's messages nothing is understood.
VERSION = 1

# Seconds that an inquiry lasts, that one offer may take, and that pass before another inquiry on the topic.
ANSWERED_WITHIN = 1.0
GIVEN_WITHIN = 0.3
ASK_AGAIN_AFTER = 3.0

# To a node, or None: to all.
Send = Callable[[Delivery, str | None], None]


class Inquiry:
    """One round of asking for one topic."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.over = False
        # (node, log) that have offered and were not asked yet.
        self.offers: list[tuple[str, str]] = []
        self.taking: asyncio.TimerHandle | None = None
        self.waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self.given = 0

    def settle(self) -> None:
        """Whoever has got what it waits for goes on; at the end everybody does."""
        still = []
        for enough, future in self.waiting:
            if future.done():
                continue
            if self.over or enough():
                future.set_result(None)
            else:
                still.append((enough, future))
        self.waiting = still


class Exchange:
    """One event loop's. ``logs`` finds a topic's log; ``node`` is this process."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, node: str, logs: Callable[[str], Log | None], send: Send
    ) -> None:
        self._loop = loop
        self._node = node
        self._logs = logs
        self._send = send
        self._inquiries: dict[str, Inquiry] = {}

    def ask(self, log: Log) -> Inquiry:
        """Begin an inquiry, unless there is one, or was one a moment ago."""
        inquiry = self._inquiries.get(log.topic)
        if inquiry is not None and inquiry.log is log:
            return inquiry
        inquiry = self._inquiries[log.topic] = Inquiry(log)
        age = time.monotonic() - log.opened
        self._tell(None, ASK, {"topic": log.topic, "log": log.name, "node": self._node, "age": age})
        self._loop.call_later(ANSWERED_WITHIN, self._end, inquiry)
        self._loop.call_later(ASK_AGAIN_AFTER, self._forget, inquiry)
        return inquiry

    async def wait_for(self, log: Log, enough: Callable[[], bool]) -> None:
        """Ask until ``enough()``, or for a moment."""
        inquiry = self.ask(log)
        if inquiry.over:
            return
        future = self._loop.create_future()
        inquiry.waiting.append((enough, future))
        self._take_next(inquiry)
        await future

    def deliver(self, delivery: Delivery) -> None:
        """A message of another process."""
        try:
            self._receive(delivery.event, delivery.payload)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("A message about a topic's history could not be read: %r", error)

    def _receive(self, word: str, message: dict[str, Any]) -> None:
        if message["version"] != VERSION:
            return
        if word in (ASK, TAKE):
            log = self._logs(message["topic"])
            if log is not None and log.name != message["log"]:
                self._answer(word, log, message)
            return
        inquiry = self._inquiries.get(message["topic"])
        if inquiry is None or inquiry.log.name != message["log"]:
            return
        if word == OFFER:
            inquiry.offers.append((message["node"], message["of"]))
            self._take_next(inquiry)
        elif word == GIVE:
            self._take_over(inquiry, message["state"])

    def _answer(self, word: str, log: Log, message: dict[str, Any]) -> None:
        about = {"topic": log.topic, "log": message["log"]}
        if word == ASK:
            log.meet(message["log"], time.monotonic() - message["age"])
            self._tell(message["node"], OFFER, {**about, "node": self._node, "of": log.name})
        elif message["of"] == log.name:
            now = time.monotonic()
            self._tell(message["node"], GIVE, {**about, "state": state.write(log.state(now), now)})

    def _take_next(self, inquiry: Inquiry) -> None:
        """One offer at a time; the first in any case, further ones while somebody waits."""
        if inquiry.over or inquiry.taking is not None or not inquiry.offers:
            return
        if inquiry.given and not inquiry.waiting:
            return
        node, name = inquiry.offers.pop(0)
        log = inquiry.log
        self._tell(node, TAKE, {"topic": log.topic, "log": log.name, "node": self._node, "of": name})
        inquiry.taking = self._loop.call_later(GIVEN_WITHIN, self._give_up, inquiry)

    def _take_over(self, inquiry: Inquiry, written: dict[str, Any]) -> None:
        now = time.monotonic()
        inquiry.log.take_over(state.read(inquiry.log.topic, written, now), now)
        inquiry.given += 1
        inquiry.settle()
        self._give_up(inquiry)

    def _give_up(self, inquiry: Inquiry) -> None:
        """The offer in hand has been given, or will not be."""
        if inquiry.taking is not None:
            inquiry.taking.cancel()
            inquiry.taking = None
        self._take_next(inquiry)

    def _end(self, inquiry: Inquiry) -> None:
        inquiry.over = True
        inquiry.settle()

    def _forget(self, inquiry: Inquiry) -> None:
        if self._inquiries.get(inquiry.log.topic) is inquiry:
            del self._inquiries[inquiry.log.topic]

    def _tell(self, node: str | None, word: str, message: dict[str, Any]) -> None:
        self._send(make_delivery(TOPIC, word, {"version": VERSION, **message}), node)
