"""The kit's face for async tests: ``aconnect``, ``asubscribe``, ``asettle``.

The methods are those of the synchronous face; what waits there is awaited here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Generator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.test import Client

from django_phoenix.testing.crashes import Crashed, verdict
from django_phoenix.testing.facts import ChannelFacts, SocketFacts, SubscriptionFacts
from django_phoenix.testing.failure import Failure
from django_phoenix.testing.forgotten import Owed
from django_phoenix.testing.handshake import NO_DATA, Visitor
from django_phoenix.testing.patterns import ANYTHING
from django_phoenix.testing.peer import TIMEOUT, Listener, Peer
from django_phoenix.testing.world import OVER, World, world_here

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

T = TypeVar("T")

__unittest = True


def aconnect(
    socket_class: type[Socket],
    params: Mapping[str, Any] | None = None,
    *,
    user: Any = None,
    session: Mapping[str, Any] | None = NO_DATA,
    client: Client | None = None,
    headers: Mapping[str, str] = NO_DATA,
    auth_token: str | None = None,
    captures: Mapping[str, Any] = NO_DATA,
    path: str = "/socket",
    **options: Any,
) -> Connecting:
    """As ``connect``: ``socket = await aconnect(…)``, or ``async with aconnect(…) as socket:``."""
    visitor = Visitor(params or {}, user, session, client, headers, auth_token, captures, path)
    world = world_here()
    return Connecting(Peer(world, socket_class, visitor.options(socket_class, options), visitor))


def asubscribe(topic: str) -> AsyncSubscription:
    """As ``subscribe``. Nothing to await, as it takes effect at once."""
    listener = Listener(world_here(), topic)
    listener.listen()
    return AsyncSubscription(listener)


def asettle() -> Owed[None]:
    """As ``settle``."""
    world = world_here()
    return _asked(world, world.settle(), "asettle()")


def aadvance(seconds: float) -> Owed[None]:
    """As ``advance``; for event loops of asyncio's own, not uvloop's."""
    world = world_here()
    return _asked(world, world.advance(seconds), f"aadvance({seconds})")


async def answered(world: World, work: Coroutine[Any, Any, T]) -> T:
    """What the kit has found; for the test, a failure is a plain AssertionError."""
    __tracebackhide__ = True
    if world.closed:
        work.close()
        raise RuntimeError(OVER)
    try:
        return await work
    except Failure as failure:
        problem = failure.plain()
    raise problem


def _asked(world: World, work: Coroutine[Any, Any, T], what: str) -> Owed[T]:
    return Owed(work, partial(answered, world), world.errors.forgotten.append, what, depth=3)


class Connecting:
    """What ``aconnect`` gives."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._socket: AsyncClientSocket | None = None

    def __await__(self) -> Generator[Any, Any, AsyncClientSocket]:
        return self._open().__await__()

    async def _open(self) -> AsyncClientSocket:
        __tracebackhide__ = True
        await answered(self._peer.world, self._peer.open())
        return AsyncClientSocket(self._peer)

    async def __aenter__(self) -> AsyncClientSocket:
        self._socket = await self._open()
        return self._socket

    async def __aexit__(self, *_: object) -> None:
        assert self._socket is not None
        await self._socket.close()


class AsyncSubscription(SubscriptionFacts):
    """As Subscription."""

    def assert_broadcast(self, event: str, pattern: Any = ANYTHING, timeout: float = TIMEOUT) -> Owed[Any]:
        """See Subscription."""
        work = self._listener.assert_broadcast(event, pattern, timeout)
        return _asked(self._world, work, f"assert_broadcast({event!r})")

    def refute_broadcast(self, event: str, pattern: Any = ANYTHING) -> Owed[None]:
        """See Subscription."""
        work = self._listener.refute_broadcast(event, pattern)
        return _asked(self._world, work, f"refute_broadcast({event!r})")

    def close(self) -> Owed[None]:
        """See Subscription."""
        return _asked(self._world, self._listener.aclose(), "close()")


class AsyncClientSocket(SocketFacts):
    """As ClientSocket."""

    def join(self, topic: str, payload: Any = None) -> Owed[AsyncClientChannel]:
        """See ClientSocket."""
        return _asked(self._world, self._join(topic, payload), f"join({topic!r})")

    async def _join(self, topic: str, payload: Any) -> AsyncClientChannel:
        return AsyncClientChannel(await self._peer.join(topic, payload))

    def heartbeat(self, timeout: float = TIMEOUT) -> Owed[None]:
        """See ClientSocket."""
        return _asked(self._world, self._peer.heartbeat(timeout), "heartbeat()")

    def close(self) -> Owed[None]:
        """See ClientSocket."""
        return _asked(self._world, self._peer.aclose(), "close()")

    def assert_closed(self, code: int | None = None, timeout: float = TIMEOUT) -> Owed[int]:
        """See ClientSocket."""
        return _asked(self._world, self._peer.assert_closed(code, timeout), "assert_closed()")

    def drop(self) -> Owed[None]:
        """See ClientSocket."""
        return _asked(self._world, self._peer.drop(), "drop()")

    def kill(self) -> Owed[None]:
        """See ClientSocket."""
        return _asked(self._world, self._peer.kill(), "kill()")

    def reconnect(self) -> Owed[None]:
        """See ClientSocket."""
        return _asked(self._world, self._peer.reopen(), "reconnect()")

    @asynccontextmanager
    async def slow(self) -> AsyncIterator[None]:
        """See ClientSocket."""
        self._peer.line.hold()
        try:
            yield
        finally:
            self._peer.line.let_go()
            await asettle()


class AsyncClientChannel(ChannelFacts):
    """As ClientChannel."""

    def push(self, event: str, payload: Any = None, *, wait: bool = True) -> Owed[str]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.push(event, payload, wait), f"push({event!r})")

    def assert_reply(
        self, ref: str, status: str = "ok", pattern: Any = ANYTHING, timeout: float = TIMEOUT
    ) -> Owed[Any]:
        """See ClientChannel."""
        work = self._talk.assert_reply(ref, status, pattern, timeout)
        return _asked(self._world, work, f"assert_reply(…, {status!r})")

    def refute_reply(self, ref: str, status: str | None = None, pattern: Any = ANYTHING) -> Owed[None]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.refute_reply(ref, status, pattern), "refute_reply()")

    def assert_push(self, event: str, pattern: Any = ANYTHING, timeout: float = TIMEOUT) -> Owed[Any]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.assert_push(event, pattern, timeout), f"assert_push({event!r})")

    def refute_push(self, event: str, pattern: Any = ANYTHING) -> Owed[None]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.refute_push(event, pattern), f"refute_push({event!r})")

    def assert_broadcast(self, event: str, pattern: Any = ANYTHING, timeout: float = TIMEOUT) -> Owed[Any]:
        """See ClientChannel."""
        work = self._talk.listener.assert_broadcast(event, pattern, timeout)
        return _asked(self._world, work, f"assert_broadcast({event!r})")

    def refute_broadcast(self, event: str, pattern: Any = ANYTHING) -> Owed[None]:
        """See ClientChannel."""
        work = self._talk.listener.refute_broadcast(event, pattern)
        return _asked(self._world, work, f"refute_broadcast({event!r})")

    def assert_close(self, timeout: float = TIMEOUT) -> Owed[None]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.assert_close(timeout), "assert_close()")

    @asynccontextmanager
    async def assert_crash(
        self, expected: type[BaseException] = Exception, match: str | None = None
    ) -> AsyncIterator[Crashed]:
        """See ClientChannel: ``async with room.assert_crash(ValueError): await room.push("…")``."""
        __tracebackhide__ = True
        crashed = Crashed()
        with self._world.errors.expecting(self._talk.concerns) as crashes:
            yield crashed
            await asettle()
        crashed.error = verdict(crashes, expected, match, self._talk.inbox)

    def leave(self) -> Owed[None]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.leave(), "leave()")

    def rejoin(self) -> Owed[None]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.join(), "rejoin()")

    def kill(self) -> Owed[None]:
        """See ClientChannel."""
        return _asked(self._world, self._talk.kill(), "kill()")
