"""A subscription as a stream, for code that is neither a channel nor a view."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.losses import losses
from django_phoenix.wire.message import Broadcast


class Messages(AsyncIterator[Broadcast]):
    """The broadcasts of a subscription, in order. For one reader.

    At most ``limit`` wait for it; what comes when they are that many is lost, counted in ``lost``, logged and
    signalled.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.lost = 0
        self._waiting: deque[Delivery] = deque()
        self._something: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def deliver(self, delivery: Delivery) -> None:
        """A broadcast. On the loop of the subscription."""
        if len(self._waiting) >= self.limit:
            self.lost += 1
            losses.report(delivery.topic, 1, "a subscription does not keep up")
            return
        self._waiting.append(delivery)
        if self._something is not None and not self._something.done():
            self._something.set_result(None)

    async def __anext__(self) -> Broadcast:
        while not self._waiting:
            self._something = asyncio.get_running_loop().create_future()
            await self._something
        delivery = self._waiting.popleft()
        return Broadcast(delivery.topic, delivery.event, delivery.payload)
