"""One client and the topics that it has joined. Both faces of the kit, synchronous and async, stand on it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from django_phoenix import pubsub
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.exceptions import JoinRefused
from django_phoenix.testing import line as lines
from django_phoenix.testing.errors import Crash
from django_phoenix.testing.failure import Failure
from django_phoenix.testing.frames import Arrival, encode
from django_phoenix.testing.handshake import Visitor
from django_phoenix.testing.inbox import BROADCAST, CLOSE, PUSH, Inbox, Received, received
from django_phoenix.testing.line import BROKEN, Line
from django_phoenix.testing.patterns import ANYTHING, mismatch, shown
from django_phoenix.testing.world import World
from django_phoenix.transport.blueprint import blueprint_of
from django_phoenix.transport.connection import Connection

if TYPE_CHECKING:
    from django_phoenix.socket import Socket
    from django_phoenix.transport.options import SocketOptions

# Seconds that the server may be idle before something that is waited for is given up.
TIMEOUT = 1.0


class Listener:
    """What is broadcast on one topic, from a moment on."""

    def __init__(self, world: World, topic: str) -> None:
        self.world = world
        self.topic = topic
        self.inbox = Inbox(f"Broadcasts on {topic!r}")
        self._listens = False

    def listen(self) -> None:
        """Begin."""
        if not self._listens:
            self._listens = True
            pubsub.subscribe(self.topic, self)
            self.world.add(self)

    def deliver(self, delivery: Delivery) -> None:
        """See pubsub.Subscriber."""
        self.inbox.add(Received(BROADCAST, delivery.event, delivery.payload))
        self.world.news.set()

    def at_work(self) -> None:
        """Never."""

    def keep_alive(self) -> None:
        """Needs nothing."""

    async def aclose(self) -> None:
        """Listen no more."""
        if self._listens:
            self._listens = False
            pubsub.unsubscribe(self.topic, self)
            await self.world.remove(self)

    async def assert_broadcast(self, event: str, pattern: Any, within: float) -> Any:
        """The payload of the first match."""
        inbox = self.inbox
        found = await self.world.wait_for(
            lambda: inbox.take((BROADCAST,), event, pattern),
            within,
            lambda: inbox.missing("broadcast", event, pattern, within),
        )
        return found.payload

    async def refute_broadcast(self, event: str, pattern: Any) -> None:
        """There is none, once the server is idle."""
        await self.world.settle()
        self.inbox.refute((BROADCAST,), event, pattern)


class Peer:
    """One client."""

    def __init__(
        self, world: World, socket_class: type[Socket], options: SocketOptions, visitor: Visitor
    ) -> None:
        self.world = world
        self.socket_class = socket_class
        self.options = options
        self.visitor = visitor
        self.close_code: int | None = None
        self.talks: list[Talk] = []
        self.inbox = Inbox(socket_class.__name__)
        self._refs = itertools.count(1)
        self.line = Line(world, self._arrive, self._over)

    @property
    def connection(self) -> Connection:
        """The server's record."""
        return self.line.connection

    async def open(self) -> None:
        """Connect. Raises Refused, and whatever ``Socket.connect`` raises."""
        state = await self.world.begin()
        await self.line.open(state, self.socket_class, self.options, self.visitor)
        self.close_code = None
        self.world.add(self)
        await self.world.settle()

    async def reopen(self) -> None:
        """Connect and join again, as browsers do by themselves when a line has broken."""
        if self.close_code is None:
            await self.drop()
        self.line = Line(self.world, self._arrive, self._over)
        await self.open()
        for talk in tuple(self.talks):
            if talk.wanted:
                await talk.join()

    async def aclose(self) -> None:
        """The client goes."""
        for talk in self.talks:
            talk.wanted = False
        await self._close(lines.GOING_AWAY)

    async def drop(self) -> None:
        """The line breaks: what was under way is lost, the server notices."""
        await self._close(BROKEN)

    async def kill(self) -> None:
        """The server's process dies."""
        self.line.kill()
        await self._close(BROKEN)

    async def join(self, topic: str, payload: Any) -> Talk:
        """A talk on ``topic``. Raises JoinRefused, and whatever ``join`` raises."""
        talk = Talk(self, topic, payload)
        self.talks.append(talk)
        try:
            await talk.join()
        except BaseException:
            self.talks.remove(talk)
            raise
        return talk

    async def heartbeat(self, within: float) -> None:
        """A heartbeat, and its answer."""
        ref = self.next_ref()
        self.send(None, ref, "phoenix", "heartbeat", {})
        await self.world.wait_for(
            lambda: self.inbox.reply_to(ref),
            within,
            lambda: f"{self.inbox.owner}: no heartbeat came back.",
        )

    async def assert_closed(self, code: int | None, within: float) -> int:
        """The server's close code."""
        closed = await self.world.wait_for(
            lambda: self.close_code, within, lambda: f"{self.inbox.owner}: the connection is still open."
        )
        if code is not None and closed != code:
            raise Failure(f"{self.inbox.owner}: closed with {closed}, expected {code}.")
        return closed

    def next_ref(self) -> str:
        """For the next message."""
        return str(next(self._refs))

    def send(self, join_ref: str | None, ref: str, topic: str, event: str, payload: Any) -> None:
        """A message to the server. AssertionError once the connection has ended."""
        if self.close_code is not None:
            raise Failure(
                f"{self.inbox.owner}: can't send {event!r}, the connection was closed with {self.close_code}."
            )
        self.line.send(encode(join_ref, ref, topic, event, payload))

    def at_work(self) -> str | None:
        """See Part."""
        return self.line.at_work()

    def keep_alive(self) -> None:
        """As by a heartbeat."""
        self.connection.quiet = 0.0

    async def _close(self, code: int) -> None:
        try:
            await self.line.close(code)
            await self.world.settle()
        finally:
            await self.world.remove(self)

    def _arrive(self, arrival: Arrival) -> None:
        talks = [talk for talk in self.talks if talk.takes(arrival)]
        for inbox in [talk.inbox for talk in talks] or [self.inbox]:
            inbox.add(received(arrival))
        for talk in talks:
            talk.note(arrival)

    def _over(self, code: int) -> None:
        self.close_code = code
        self.world.news.set()


class Talk:
    """One topic of one client."""

    def __init__(self, peer: Peer, topic: str, payload: Any) -> None:
        self.peer = peer
        self.world = peer.world
        self.topic = topic
        self.payload = {} if payload is None else payload
        self.inbox = Inbox(f"{peer.socket_class.__name__} on {topic!r}")
        self.listener = Listener(peer.world, topic)
        self.join_ref: str | None = None
        self.joined = False
        # Whether the client would join again by itself.
        self.wanted = False
        self.response: Any = None
        # Its place in the topic's history, which it comes back with.
        self.offset: str | None = None
        # The server's object, for as long as somebody may ask for it.
        self.instance: Any = None
        self._events: dict[str, str] = {}

    def takes(self, arrival: Arrival) -> bool:
        """Whether the client would take the frame to be for this talk."""
        if arrival.topic != self.topic or self.join_ref is None:
            return False
        if arrival.event == "phx_reply":
            return arrival.ref in self._events
        return arrival.join_ref == self.join_ref or (arrival.join_ref is None and self.joined)

    def note(self, arrival: Arrival) -> None:
        """A frame for it has come."""
        if arrival.event in ("phx_close", "phx_error"):
            self.joined = False
            self.wanted = self.wanted and arrival.event == "phx_error"
        elif arrival.event == "phx_reply" and arrival.ref == self.join_ref:
            self.joined = arrival.payload["status"] == "ok"
        elif isinstance(arrival.payload, dict):
            self.offset = arrival.payload.get("phx_offset", self.offset)

    # Asking.

    async def join(self) -> None:
        """Join, or join again. Raises JoinRefused, and whatever ``join`` raises."""
        peer = self.peer
        self._check_channel()
        self.listener.listen()
        # Before it is sent: the answer may come at once.
        ref = self.join_ref = peer.next_ref()
        self._events[ref] = "phx_join"
        peer.send(ref, ref, self.topic, "phx_join", self._with_offset(self.payload))
        server = peer.connection.topics.get(self.topic)
        self.instance = None if server is None else server.channel
        reply = await self._reply_to(ref, TIMEOUT)
        if reply.status != "ok":
            await self.listener.aclose()
            raise self._refused(reply.payload)
        self.response = reply.payload
        self.wanted = True
        self.offset = reply.payload.get("phx_history", {}).get("offset", self.offset)
        await self.world.settle()

    async def push(self, event: str, payload: Any, wait: bool) -> str:
        """Send an event; returns its ref. ``wait``: until the server has done all that it does about it.

        Otherwise nor is it waited for in what follows, until that handler has returned.
        """
        ref = self.peer.next_ref()
        self._events[ref] = event
        self.peer.send(self.join_ref, ref, self.topic, event, {} if payload is None else payload)
        if wait:
            await self.world.settle()
        else:
            self.peer.line.leave_alone(self.topic)
        return ref

    async def leave(self) -> None:
        """Leave; the channel has ended then."""
        self.wanted = False
        ref = await self.push("phx_leave", {}, True)
        await self.assert_reply(ref, "ok", ANYTHING, TIMEOUT)
        await self.assert_close(TIMEOUT)
        await self.listener.aclose()

    async def kill(self) -> None:
        """The channel dies without a word to its own code."""
        server = self.peer.connection.topics.get(self.topic)
        if server is None or not self.joined:
            raise Failure(f"{self.inbox.owner}: there is no channel to kill, it has ended.")
        lines.kill(server)
        await self.world.settle()

    # Asserting.

    async def assert_reply(self, ref: str, status: str, pattern: Any, within: float) -> Any:
        """The response to a push."""
        if not isinstance(status, str):
            raise TypeError(
                "assert_reply(ref, status, pattern): the status should be 'ok' or 'error', "
                f"got {status!r:.100}."
            )
        reply = await self._reply_to(ref, within)
        problem = mismatch(pattern, reply.payload)
        if reply.status == status and problem is None:
            reply.taken = True
            return reply.payload
        expected = f"{status}" if pattern is ANYTHING else f"{status} {shown(pattern)}"
        raise Failure(
            f"{self.inbox.owner}: the reply to {self._event_of(ref)} is {reply.status} "
            f"{shown(reply.payload)}, expected {expected}."
            + (f"\n  {problem}" if problem and reply.status == status else "")
            + self.world.errors.as_text()
        )

    async def refute_reply(self, ref: str, status: str | None, pattern: Any) -> None:
        """There is no such reply, once the server is idle."""
        await self.world.settle()
        reply = self.inbox.reply_to(ref)
        if reply is None or (status is not None and reply.status != status):
            return
        if mismatch(pattern, reply.payload) is None:
            raise Failure(
                f"{self.inbox.owner}: there should be no such reply to {self._event_of(ref)}: {reply}"
            )

    async def assert_push(self, event: str, pattern: Any, within: float) -> Any:
        """The payload of the first match."""
        if not isinstance(event, str):
            raise TypeError(f"assert_push(event, pattern): the event should be a string, got {event!r:.100}.")
        return (await self._wait_for((PUSH, BROADCAST), "push", event, pattern, within)).payload

    async def refute_push(self, event: str, pattern: Any) -> None:
        """There is none, once the server is idle."""
        await self.world.settle()
        self.inbox.refute((PUSH, BROADCAST), event, pattern)

    async def assert_close(self, within: float) -> None:
        """The server has ended the channel."""
        await self._wait_for((CLOSE,), "end of the channel", "phx_close", ANYTHING, within)

    def concerns(self, crash: Crash) -> bool:
        """Whether it is a crash of this talk's channel."""
        return crash.topic == self.topic and crash.channel.socket is self.peer.connection.socket

    async def _wait_for(
        self, kinds: tuple[str, ...], what: str, event: str, pattern: Any, within: float
    ) -> Received:
        def failure() -> str:
            return self.inbox.missing(what, event, pattern, within)

        return await self.world.wait_for(lambda: self.inbox.take(kinds, event, pattern), within, failure)

    async def _reply_to(self, ref: str, within: float) -> Received:
        def failure() -> str:
            return (
                f"{self.inbox.owner}: no reply to {self._event_of(ref)} came, and the server has been idle "
                f"for {within:g} s.\n{self.inbox.listing()}"
            )

        return await self.world.wait_for(lambda: self.inbox.reply_to(ref), within, failure)

    def _check_channel(self) -> None:
        """Raise what is wrong with the channel's class; a client would only be told that the join crashed."""
        route = self.peer.connection.socket.route(self.topic)
        if route is not None:
            blueprint_of(route.target)

    def _with_offset(self, payload: Any) -> Any:
        return payload if self.offset is None else {**payload, "phx_offset": self.offset}

    def _event_of(self, ref: str) -> str:
        return f"push {ref}, {self._events[ref]!r}" if ref in self._events else f"push {ref}"

    def _refused(self, response: Any) -> JoinRefused:
        refusal = JoinRefused(response)
        if response == {"reason": "unmatched topic"}:
            patterns = ", ".join(map(repr, self.peer.socket_class.channels)) or "none"
            name = self.peer.socket_class.__name__
            refusal.add_note(f"{name} has no channel for {self.topic!r}; its topics: {patterns}.")
        return refusal
