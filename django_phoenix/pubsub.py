"""Publish and subscribe, in this process and across processes (Phoenix.PubSub).

``broadcast`` may be called from anywhere: a channel, a view, a task, a shell, a forked worker; on a thread
or on an event loop. It returns at once. Subscribers of this process are served directly, those of other
processes through Django's channel layer.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import os
import threading
import time
from asyncio import _get_running_loop as running_loop
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from django_phoenix.delivery.commit import CommitRule
from django_phoenix.delivery.envelope import Delivery, Subscriber, make_delivery
from django_phoenix.delivery.history.log import CatchUp
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.node import Node
from django_phoenix.delivery.subscription import Messages
from django_phoenix.history import History

__all__ = [
    "Delivery",
    "Messages",
    "Subscriber",
    "abroadcast",
    "aflush",
    "broadcast",
    "broadcast_from",
    "call_in_turn",
    "catch_up",
    "close_hub",
    "deliver_on_this_loop",
    "direct_broadcast",
    "flush",
    "layer",
    "local_broadcast",
    "lost",
    "node_name",
    "reset",
    "serving",
    "set_commit_rule",
    "set_node",
    "subscribe",
    "subscriber_count",
    "subscription",
    "unsubscribe",
    "when_committed",
]

logger = logging.getLogger(__name__)

# Seconds that a publisher who waits does so, and that the end of the process waits for what has not been
# sent.
WAIT_TIMEOUT = 15.0
# Broadcasts that may wait for the reader of a subscription.
WAITING = 1000
EXIT_TIMEOUT = 5.0


def broadcast(
    topic: str, event: str, payload: dict[str, Any] | bytes, *, on_commit: bool = True, wait: bool = False
) -> None:
    """Send to every subscriber of ``topic``, on all nodes.

    ``payload`` is a JSON object (what Django's encoder takes), or bytes for a binary message; it is encoded
    before the call returns. Inside a transaction the broadcast waits for the commit and is dropped by a
    rollback, unless ``on_commit=False``. ``wait=True`` (threads only) returns when the channel layer has
    taken it.

    Raises TypeError for a payload that is no JSON object; with ``wait=True`` BroadcastError when the
    channel layer did not take it, RuntimeError on an event loop.
    """
    _publish(make_delivery(topic, event, payload), on_commit, wait)


def broadcast_from(
    sender: object,
    topic: str,
    event: str,
    payload: dict[str, Any] | bytes,
    *,
    on_commit: bool = True,
    wait: bool = False,
) -> None:
    """As ``broadcast``, to all but ``sender``, the reference of a process."""
    _publish(make_delivery(topic, event, payload, sender), on_commit, wait)


def local_broadcast(
    topic: str, event: str, payload: dict[str, Any] | bytes, *, on_commit: bool = True
) -> None:
    """As ``broadcast``, to the subscribers of this operating system process only."""
    _when_committed(partial(_node.deliver_here, make_delivery(topic, event, payload)), on_commit)


def direct_broadcast(
    node: str, topic: str, event: str, payload: dict[str, Any] | bytes, *, on_commit: bool = True
) -> None:
    """As ``broadcast``, to the subscribers in one process only: the one where ``node_name()`` is ``node``.

    A process that has ended, or that the channel layer does not reach, gets nothing, and nobody is told.
    """
    _when_committed(partial(_node.send_to, node, make_delivery(topic, event, payload), None), on_commit)


def node_name() -> str:
    """What this process is called, for ``direct_broadcast``. Another one in each forked child."""
    return _node.name


def deliver_on_this_loop(delivery: Delivery) -> None:
    """To the running loop's subscribers only, at once."""
    hub = _node.hub_of(asyncio.get_running_loop())
    if hub is not None:
        hub.put(delivery, here=True)
        hub.take()


async def abroadcast(
    topic: str, event: str, payload: dict[str, Any] | bytes, *, on_commit: bool = True
) -> None:
    """As ``broadcast``; done when the channel layer has taken it. Raises BroadcastError when it did not."""
    done: Future[None] = Future()
    delivery = make_delivery(topic, event, payload)
    _when_committed(partial(_node.send, delivery, done), on_commit)
    await asyncio.wait_for(asyncio.wrap_future(done), WAIT_TIMEOUT)


def subscribe(topic: str, subscriber: Subscriber) -> asyncio.Future[None] | None:
    """Let ``subscriber.deliver`` be called for each broadcast on ``topic``, on the running loop.

    Takes effect at once for broadcasts of this process. Await the returned future, if any, where those of
    other processes must not be missed either: it is done when the channel layer knows, or soon if that is
    away. Raises RuntimeError without a running loop.
    """
    return _node.hub_here().subscribe(topic, subscriber)


@contextlib.asynccontextmanager
async def subscription(*topics: str, limit: int = WAITING) -> AsyncIterator[Messages]:
    """Listen to topics from any async code, as long as the block lasts:

        async with subscription("orders") as messages:
            async for broadcast in messages:
                print(broadcast.event, broadcast.payload)

    From the block's first line on nothing is missed. Up to ``limit`` broadcasts wait for a slow reader.
    """
    messages = Messages(limit)
    hub = _node.hub_here()
    joining = [hub.subscribe(topic, messages) for topic in topics]
    try:
        for joined in joining:
            if joined is not None:
                await joined
        yield messages
    finally:
        for topic in topics:
            hub.unsubscribe(topic, messages)
        if not _node.serves and not hub.is_wanted:
            # A script's loop may end now: its groups should not be left behind.
            await close_hub()


def unsubscribe(topic: str, subscriber: Subscriber) -> None:
    """The contrary; what is not subscribed is passed over. On the loop of the subscription."""
    hub = _node.hub_of(asyncio.get_running_loop())
    if hub is not None:
        hub.unsubscribe(topic, subscriber)


async def catch_up(topic: str, history: History, offset: object) -> CatchUp:
    """What a client has missed that joins with this offset, or with None for the first time.

    Asks other processes if this one does not know, and waits for them a second at most.
    From now on, and until a while after its last subscriber has left, the topic is remembered. Whoever
    subscribes before anything else is awaited gets the rest.
    """
    return await _node.hub_here().catch_up(topic, history, offset)


def call_in_turn(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: Any) -> None:
    """Call ``function`` on ``loop``, after what this thread has broadcast so far and before what it will."""
    _node.hub_for(loop).call(partial(function, *args))


def subscriber_count(topic: str) -> int:
    """How many are subscribed in this process. A snapshot."""
    return sum(hub.subscribers(topic) for hub in _node.hubs)


def lost() -> dict[str, int]:
    """Broadcasts that are known not to have arrived, by reason, since the process began."""
    return dict(losses.counts)


def serving() -> None:
    """This is a server's process: subscribers may come so that a broadcast without one is nothing to warn
    of."""
    _node.serves = True


def set_commit_rule(rule: CommitRule) -> CommitRule:
    """Replace what decides when a broadcast inside a transaction goes out; returns the former rule. For
    tests."""
    former, _node.commit_rule = _node.commit_rule, rule
    return former


def layer() -> Any:
    """The channel layer that other processes are reached by; None if there is none that does."""
    return _node.layer()


def set_node(node: Node) -> Node:
    """Replace what all of this stands for in this process; returns the former one. For tests."""
    global _node
    former, _node = _node, node
    return former


def when_committed(action: Callable[[], None]) -> None:
    """Call it now, or when the transaction that is open is committed; never, if that is rolled back."""
    _node.commit_rule(action)


def flush(timeout: float = EXIT_TIMEOUT) -> bool:
    """Wait until the publishing thread has sent all. False: not within ``timeout`` seconds. Threads only."""
    return _node.flush(timeout)


async def aflush(seconds: float = EXIT_TIMEOUT) -> bool:
    """Wait until the running loop has sent all. False: not within ``seconds``.

    What is under way when a server stops its loop would be lost.
    """
    hub = _node.hub_of(asyncio.get_running_loop())
    give_up = time.monotonic() + seconds
    while hub is not None and not hub.outbox.idle:
        if time.monotonic() > give_up:
            return False
        await asyncio.sleep(0.002)
    return True


async def close_hub() -> None:
    """The running loop is about to end: leave all groups and stop listening."""
    hub = _node.remove(asyncio.get_running_loop())
    if hub is not None:
        await hub.close()


def reset() -> None:
    """Forget hubs and publisher. For tests."""
    publisher = _node.publisher
    _node.begin()
    if publisher is not None:
        publisher.close()


_node = Node()


def _publish(delivery: Delivery, on_commit: bool, wait: bool) -> None:
    if not wait:
        _when_committed(partial(_node.send, delivery, None), on_commit)
        return
    if running_loop() is not None:
        raise RuntimeError("broadcast(wait=True) would block the event loop: await abroadcast(…) instead.")
    _when_committed(partial(_send_and_wait, delivery), on_commit)


def _when_committed(action: Callable[[], None], on_commit: bool) -> None:
    if on_commit:
        _node.commit_rule(action)
    else:
        action()


def _send_and_wait(delivery: Delivery) -> None:
    done: Future[None] = Future()
    _node.send(delivery, done)
    done.result(WAIT_TIMEOUT)


def _flush_at_exit() -> None:
    if not flush():
        logger.error("The process ends before all of its broadcasts could be sent.")


# Before the interpreter's own threads end, which the publisher needs to resolve host names. A multiprocessing
# worker comes by there, too, while it skips atexit.
getattr(threading, "_register_atexit", atexit.register)(_flush_at_exit)
os.register_at_fork(before=_node.settle, after_in_child=_node.begin)
