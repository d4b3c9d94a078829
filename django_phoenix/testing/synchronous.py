"""The kit's face for synchronous tests: ``connect``, ``subscribe``, ``settle``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.test import Client

from django_phoenix.testing.crashes import Crashed, verdict
from django_phoenix.testing.end_of_test import at_end_of_test
from django_phoenix.testing.facts import ChannelFacts, SocketFacts, SubscriptionFacts
from django_phoenix.testing.handshake import NO_DATA, Visitor
from django_phoenix.testing.patterns import ANYTHING
from django_phoenix.testing.peer import TIMEOUT, Listener, Peer
from django_phoenix.testing.world import world_of_test

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

__unittest = True


def connect(
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
) -> ClientSocket:
    """A client of ``socket_class``, connected. It closes by itself when the test is over.

    ``params`` are those of the URL, which are text when they arrive. ``user`` is logged in, with ``session``
    as the session's data; ``session=None`` is a page without a CSRF token. ``client``, a Django test client,
    lends its cookies instead, so its session and user. ``captures`` are what the mount's path captured;
    ``options`` are the mount's (``check_origin``, …).

    Raises ``Refused`` (a ConnectRefused) if the handshake is refused, and what ``Socket.connect`` raises.
    """
    __tracebackhide__ = True
    world = world_of_test()
    visitor = Visitor(params or {}, user, session, client, headers, auth_token, captures, path)
    peer = Peer(world, socket_class, visitor.options(socket_class, options), visitor)
    world.run(peer.open())
    socket = ClientSocket(peer)
    at_end_of_test(socket)
    return socket


def subscribe(topic: str) -> Subscription:
    """From now on, what is broadcast on ``topic``; nobody needs to be connected."""
    world = world_of_test()
    listener = Listener(world, topic)

    async def listen() -> None:
        listener.listen()

    world.run(listen())
    subscription = Subscription(listener)
    at_end_of_test(subscription)
    return subscription


def settle() -> None:
    """Let the server do all that it has to do, as after a broadcast of the test's own."""
    __tracebackhide__ = True
    world = world_of_test()
    world.run(world.settle())


def advance(seconds: float) -> None:
    """Let so many seconds pass at once: ``send_after`` and all other timers fire in their order."""
    __tracebackhide__ = True
    world = world_of_test()
    world.run(world.advance(seconds))


class Subscription(SubscriptionFacts):
    """Broadcasts on one topic."""

    def assert_broadcast(self, event: str, pattern: Any = ANYTHING, timeout: float = TIMEOUT) -> Any:
        """``event`` was broadcast with a payload that matches, or will be; returns the payload."""
        __tracebackhide__ = True
        return self._world.run(self._listener.assert_broadcast(event, pattern, timeout))

    def refute_broadcast(self, event: str, pattern: Any = ANYTHING) -> None:
        """The server is idle, and nothing of the kind was broadcast."""
        __tracebackhide__ = True
        self._world.run(self._listener.refute_broadcast(event, pattern))

    def close(self) -> None:
        """Listen no more."""
        if not self._world.closed:
            self._world.run(self._listener.aclose())

    async def aclose(self) -> None:
        """As ``close``."""
        await self._listener.aclose()


class ClientSocket(SocketFacts):
    """A client. Each call returns when the server has done all that it had to do."""

    def __enter__(self) -> ClientSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def join(self, topic: str, payload: Any = None) -> ClientChannel:
        """Join ``topic``. Raises JoinRefused with the response if it is refused, and what ``join`` raises."""
        __tracebackhide__ = True
        return ClientChannel(self._world.run(self._peer.join(topic, payload)))

    def heartbeat(self, timeout: float = TIMEOUT) -> None:
        """A heartbeat, and its answer."""
        __tracebackhide__ = True
        self._world.run(self._peer.heartbeat(timeout))

    def close(self) -> None:
        """The client goes; ``terminate`` of its channels has run then."""
        __tracebackhide__ = True
        if not self._world.closed:
            self._world.run(self._peer.aclose())

    async def aclose(self) -> None:
        """As ``close``."""
        await self._peer.aclose()

    def assert_closed(self, code: int | None = None, timeout: float = TIMEOUT) -> int:
        """The connection is over; returns the close code, such as 1001 after a "disconnect" broadcast."""
        __tracebackhide__ = True
        return self._world.run(self._peer.assert_closed(code, timeout))

    # Faults.

    def drop(self) -> None:
        """The line breaks, as in a tunnel: what is under way is lost. ``reconnect`` comes out of it."""
        __tracebackhide__ = True
        self._world.run(self._peer.drop())

    def kill(self) -> None:
        """The server's process dies: not even ``terminate`` runs. ``reconnect`` finds another one."""
        __tracebackhide__ = True
        self._world.run(self._peer.kill())

    def reconnect(self) -> None:
        """Connect again, and join again what was joined, as the official client does by itself."""
        __tracebackhide__ = True
        self._world.run(self._peer.reopen())

    @contextmanager
    def slow(self) -> Iterator[None]:
        """In this block the client reads nothing: what it is sent piles up, and is read at the end."""
        self._peer.line.hold()
        try:
            yield
        finally:
            self._peer.line.let_go()
            settle()


class ClientChannel(ChannelFacts):
    """A joined topic."""

    def push(self, event: str, payload: Any = None, *, wait: bool = True) -> str:
        """Send an event; returns its ref, for ``assert_reply``. ``payload``: a JSON object, or bytes.

        Raises what the channel crashed of. With ``wait=False`` neither this call nor the next ones wait for
        the handler, as for one that waits for the test to go on.
        """
        __tracebackhide__ = True
        return self._world.run(self._talk.push(event, payload, wait))

    def assert_reply(
        self, ref: str, status: str = "ok", pattern: Any = ANYTHING, timeout: float = TIMEOUT
    ) -> Any:
        """The push was answered so; returns the response."""
        __tracebackhide__ = True
        return self._world.run(self._talk.assert_reply(ref, status, pattern, timeout))

    def refute_reply(self, ref: str, status: str | None = None, pattern: Any = ANYTHING) -> None:
        """The server is idle, and the push was not answered so (by default: not at all)."""
        __tracebackhide__ = True
        self._world.run(self._talk.refute_reply(ref, status, pattern))

    def assert_push(self, event: str, pattern: Any = ANYTHING, timeout: float = TIMEOUT) -> Any:
        """This client was sent ``event``, by push or broadcast, or will be; returns the payload."""
        __tracebackhide__ = True
        return self._world.run(self._talk.assert_push(event, pattern, timeout))

    def refute_push(self, event: str, pattern: Any = ANYTHING) -> None:
        """The server is idle, and this client was sent nothing of the kind."""
        __tracebackhide__ = True
        self._world.run(self._talk.refute_push(event, pattern))

    def assert_broadcast(self, event: str, pattern: Any = ANYTHING, timeout: float = TIMEOUT) -> Any:
        """``event`` was broadcast on this topic, whoever of its members got it; returns the payload."""
        __tracebackhide__ = True
        return self._world.run(self._talk.listener.assert_broadcast(event, pattern, timeout))

    def refute_broadcast(self, event: str, pattern: Any = ANYTHING) -> None:
        """The server is idle, and nothing of the kind was broadcast on this topic."""
        __tracebackhide__ = True
        self._world.run(self._talk.listener.refute_broadcast(event, pattern))

    def assert_close(self, timeout: float = TIMEOUT) -> None:
        """The server has ended the channel normally (``phx_close``)."""
        __tracebackhide__ = True
        self._world.run(self._talk.assert_close(timeout))

    @contextmanager
    def assert_crash(
        self, expected: type[BaseException] = Exception, match: str | None = None
    ) -> Iterator[Crashed]:
        """In this block the channel crashes of such an exception; ``match`` is searched for in its text.

        The client is told (``phx_error``). ``error`` of what this yields is the exception, afterwards.
        """
        __tracebackhide__ = True
        crashed = Crashed()
        with self._world.errors.expecting(self._talk.concerns) as crashes:
            yield crashed
            settle()
        crashed.error = verdict(crashes, expected, match, self._talk.inbox)

    def leave(self) -> None:
        """Leave; ``terminate`` has run then."""
        __tracebackhide__ = True
        self._world.run(self._talk.leave())

    def rejoin(self) -> None:
        """Join again with the same payload, as the official client does by itself after a crash."""
        __tracebackhide__ = True
        self._world.run(self._talk.join())

    def kill(self) -> None:
        """The channel dies, without ``terminate``; its client is told as of a crash."""
        __tracebackhide__ = True
        self._world.run(self._talk.kill())
