"""A hub's place in the channel layer: its channel, the groups it is in, the loop that reads, and the healing.

A membership is lost without a word when Redis restarts empty or evicts a key. So the hub sends itself a
message through a group of its own now and then; when that does not come back it joins everything again.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from django_phoenix.delivery.layer import (
    BROADCASTS,
    EVERYBODY,
    PROBE,
    Packet,
    group_expiry,
    group_name,
    node_group,
    prepare,
    unpack,
)
from django_phoenix.delivery.patience import patience
from django_phoenix.delivery.topic import Topic

logger = logging.getLogger("django_phoenix.pubsub")

# Seconds between two looks at the own membership, and how many may fail: a full queue drops messages, too.
PROBE_EVERY = 10.0
PROBES_MISSED = 2
# Seconds for one answer of the layer.
ANSWER_TIMEOUT = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


class Membership:
    """Keeps the groups as the topics want them, and hands every packet that arrives to ``accept``.

    ``topics`` is the hub's own table; a topic without subscribers is removed from it once its group has
    been left.
    """

    def __init__(
        self,
        node: str,
        layer: Any,
        topics: dict[str, Topic],
        accept: Callable[[Packet], Awaitable[None]],
    ) -> None:
        self._layer = layer
        self._topics = topics
        self._accept = accept
        self._renew_every: float | None = None
        self._beat: float = PROBE_EVERY
        self._probe_group = group_name(f"{node} {id(self)}")
        # What the hub is in whatever the topics are.
        self._own_groups = (self._probe_group, node_group(node), EVERYBODY)
        self._probes_out = 0
        self._channel: str | None = None
        self._changed: deque[Topic] = deque()
        self._something_changed = asyncio.Event()
        self._failing = False
        self._warned_of_timeout = False
        self._tasks: list[asyncio.Task[None]] = []

    def _start(self) -> None:
        """On the loop, not where the hub was made: some layers answer no question on any other thread."""
        prepare(self._layer)
        expiry = group_expiry(self._layer)
        if expiry is not None:
            self._renew_every = expiry / 3
            self._beat = min(PROBE_EVERY, self._renew_every)
        self._tasks = [_task(self._receive()), _task(self._keep_up()), _task(self._look_after())]

    @property
    def failing(self) -> bool:
        """Whether the layer does not answer."""
        return self._failing

    def wanted(self, topic: Topic) -> asyncio.Future[None] | None:
        """The topic has subscribers. A future for the moment when the group has been joined, or None."""
        if not self._tasks:
            self._start()
        if topic.joined:
            return None
        if topic.joining is None:
            topic.joining = asyncio.get_running_loop().create_future()
            self._note(topic)
        # While the layer is away nobody should wait for it.
        return None if self._failing else asyncio.shield(topic.joining)

    async def close(self) -> None:
        """Stop, and leave the groups as far as the layer answers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        joined = [group_name(topic.name) for topic in self._topics.values() if topic.joined]
        if self._channel is not None:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    for group in [*self._own_groups, *joined]:
                        await self._layer.group_discard(group, self._channel)
            except Exception as error:
                logger.warning("Left without leaving %d groups of the channel layer: %r", len(joined), error)

    # Three tasks.

    async def _receive(self) -> None:
        """Read the hub's channel for as long as the loop runs."""
        pause = FIRST_PAUSE
        channel = await self._open_channel()
        while True:
            asked_at = time.monotonic()
            try:
                message = await self._layer.receive(channel)
            except Exception as error:
                if self._is_read_timeout(error, time.monotonic() - asked_at):
                    continue
                self._fails(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                # Whatever happened to the layer, it may have forgotten us.
                self._doubt()
                self._rejoin()
                continue
            pause = FIRST_PAUSE
            await self._take(message)

    async def _keep_up(self) -> None:
        """Join and leave groups, one after the other."""
        channel = await self._open_channel()
        await self._join_own_groups(channel)
        while True:
            await self._something_changed.wait()
            self._something_changed.clear()
            while self._changed:
                await self._bring_about(self._changed.popleft(), channel)

    async def _look_after(self) -> None:
        """At every beat: leave what nobody wants, renew what is old, see whether messages still come."""
        channel = await self._open_channel()
        renewed_at = probed_at = time.monotonic()
        while True:
            await asyncio.sleep(self._beat)
            now = time.monotonic()
            for topic in self._topics.values():
                if not topic.wanted:
                    self._note(topic)
            if self._renew_every is not None and now - renewed_at >= self._renew_every * 0.9:
                renewed_at = now
                await self._join_own_groups(channel)
                self._rejoin()
            if now - probed_at >= PROBE_EVERY * 0.9:
                probed_at = now
                await self._probe(channel)

    # Their steps.

    async def _open_channel(self) -> str:
        while self._channel is None:
            channel = await self._insist(self._layer.new_channel)
            # Another of the three tasks may have been faster.
            self._channel = self._channel or channel
        return self._channel

    async def _join_own_groups(self, channel: str) -> None:
        for group in self._own_groups:
            await self._insist(partial(self._layer.group_add, group, channel))

    async def _bring_about(self, topic: Topic, channel: str) -> None:
        group = group_name(topic.name)
        if topic.wanted:
            await self._insist(partial(self._layer.group_add, group, channel), settle=topic)
            topic.has_joined()
        elif self._topics.get(topic.name) is topic:
            topic.joined = False
            await self._insist(partial(self._layer.group_discard, group, channel))
            if topic.wanted:
                # Somebody came while we left.
                self._note(topic)
            else:
                self._topics.pop(topic.name, None)

    async def _probe(self, channel: str) -> None:
        if self._probes_out >= PROBES_MISSED:
            self._probes_out = 0
            logger.warning("The channel layer has forgotten this process; joining its groups again.")
            self._doubt()
            await self._join_own_groups(channel)
            self._rejoin()
        self._probes_out += 1
        await self._insist(partial(self._layer.group_send, self._probe_group, {"type": PROBE}))

    async def _take(self, message: dict[str, Any]) -> None:
        if message.get("type") == PROBE:
            self._probes_out = 0
            self._works()
        elif message.get("type") == BROADCASTS:
            try:
                await self._accept(unpack(message, self._topics))
            except Exception:
                logger.exception("A message on the channel layer could not be read")

    def _note(self, topic: Topic) -> None:
        self._changed.append(topic)
        self._something_changed.set()

    def _doubt(self) -> None:
        for topic in self._topics.values():
            topic.doubtful = True

    def _rejoin(self) -> None:
        self._changed.clear()
        self._changed.extend(self._topics.values())
        self._something_changed.set()

    # A layer that fails.

    async def _insist(
        self, ask: Callable[[], Coroutine[Any, Any, Any]], *, settle: Topic | None = None
    ) -> Any:
        """Ask the layer until it answers. ``settle``: whoever waits for this topic waits for one attempt
        only."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with patience(ANSWER_TIMEOUT):
                    answer = await ask()
            except Exception as error:
                self._fails(error)
                if settle is not None:
                    settle.settle()
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._works()
                return answer

    def _fails(self, error: Exception) -> None:
        if not self._failing:
            self._failing = True
            logger.warning(
                "The channel layer does not answer (%r): broadcasts of other processes do not arrive here; "
                "those of this process do. Trying again.",
                error,
            )
            self._doubt()
            for topic in self._topics.values():
                topic.settle()

    def _works(self) -> None:
        if self._failing:
            self._failing = False
            logger.warning("The channel layer answers again; joining its groups again.")
            self._rejoin()

    def _is_read_timeout(self, error: Exception, waited: float) -> bool:
        """Not a failure: the layer's client gave up on a queue that is merely empty."""
        if type(error).__name__ != "TimeoutError" or waited < 1:
            return False
        if not self._warned_of_timeout:
            self._warned_of_timeout = True
            logger.warning(
                "The channel layer's connection times out while it waits (%r). With channels_redis.core set "
                '"socket_timeout": None in the hosts of CHANNEL_LAYERS, or messages may be lost.',
                error,
            )
        return True


def _task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    # A context of its own: not the one of whichever handler subscribed first.
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())
