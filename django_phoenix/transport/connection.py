"""One client: its open topics. Join, leave, duplicate join, stale refs, unknown topics.

It stands at ``scope["phoenix"]`` and knows nothing of ASGI but the outbox it was given.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from django_phoenix import pubsub
from django_phoenix.conf import settings
from django_phoenix.exceptions import ProtocolError
from django_phoenix.rates import Meter, Rate
from django_phoenix.signals import mailbox_full, slow_client
from django_phoenix.transport.blueprint import blueprint_of
from django_phoenix.transport.channel_process import UNMATCHED, ChannelProcess
from django_phoenix.transport.channel_server import ChannelServer
from django_phoenix.transport.letters import Join
from django_phoenix.transport.limiter import come_again
from django_phoenix.transport.loudness import slip
from django_phoenix.wire.message import Frame, Message
from django_phoenix.wire.topic import INTERNAL

if TYPE_CHECKING:
    from django_phoenix.channel import Channel
    from django_phoenix.live.departures import Departures
    from django_phoenix.socket import Socket
    from django_phoenix.transport.loop_state import LoopState
    from django_phoenix.transport.outbox import Outbox
    from django_phoenix.wire.topic import Route

logger = logging.getLogger("django_phoenix.socket")

# What the client does after them stands in the official client: it comes back after all but 1000.
IDLE, TOO_LARGE, TOO_FAST, SLOW, RESTARTING, DISCONNECTED = 1001, 1009, 1008, 1013, 1012, 1001

# Seconds that the client's side of a close is waited for.
CLOSE_WAIT = 10.0

# Frames of one client after which others on the loop get their turn.
TURN = 32

# Most clients never join more often: what counts them is made for the others.
UNCOUNTED_JOINS = 3

JOIN, LEAVE, HEARTBEAT = "phx_join", "phx_leave", "heartbeat"
CONTROL = frozenset({JOIN, LEAVE})
RESERVED_TOPIC = "phoenix"
# Characters of a topic, and of the ref that its channel keeps. Log lines name topics.
LONGEST_TOPIC, LONGEST_REF = 1000, 100


class Connection:
    """One client's record."""

    __slots__ = (
        "__weakref__",
        "_join_meter",
        "_joins",
        "_rate",
        "_rate_from",
        "close_code",
        "closed",
        "departures",
        "meter",
        "outbox",
        "quiet",
        "received",
        "serializer",
        "socket",
        "state",
        "task",
        "timeout",
        "topics",
        "waiting_bytes",
    )

    def __init__(self, socket: Socket, outbox: Outbox, state: LoopState, timeout: float) -> None:
        self.socket = socket
        self.outbox = outbox
        self.serializer = socket.serializer
        self.state = state
        self.timeout = timeout
        self.closed = False
        # What the client, or its server, said at the end.
        self.close_code: int | None = None
        # The consumer's, which waits for the client.
        self.task = asyncio.current_task()
        self.topics: dict[str, ChannelServer] = {}
        # Of live views, from the first one on.
        self.departures: Departures | None = None
        # Seconds without a frame, as the sweep counts them.
        self.quiet = 0.0
        # Bytes of the client's messages that wait in mailboxes.
        self.waiting_bytes = 0
        rate = Rate.read(socket.rate)
        # What all channels together may be sent.
        self.meter = None if rate is None else (rate, Meter())
        self._rate: tuple[int, float] | None = settings.MESSAGE_RATE
        # Frames since the rate was last looked at.
        self.received = 0
        self._rate_from = state.loop.time()
        # Joins; and what counts them against JOIN_RATE, after the first few.
        self._joins = 0
        self._join_meter: tuple[Rate, Meter] | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that all of it belongs to."""
        return self.state.loop

    # Frames.

    def receive(self, frame: Frame) -> None:
        """One frame of the client."""
        if self.closed:
            return
        self.quiet = 0.0
        self.received += 1
        rate = self._rate
        try:
            if rate is not None and self.received > rate[0]:
                self._check_rate(*rate)
            if len(frame) * 4 > settings.MAX_FRAME_BYTES and _bytes_of(frame) > settings.MAX_FRAME_BYTES:
                raise ProtocolError("the frame is larger than MAX_FRAME_BYTES", TOO_LARGE)
            message = self.serializer.decode(frame)
        except ProtocolError as error:
            logger.warning("%s: closed with %s, %s.", self, error.close_code, error)
            self.close(error.close_code)
            return
        server = self.topics.get(message.topic)
        if server is None or message.event in CONTROL:
            self._control(message, server, len(frame))
        elif message.join_ref is None or message.join_ref == server.join_ref:
            server.receive(message, len(frame))

    def _check_rate(self, messages: int, seconds: float) -> None:
        now = self.loop.time()
        if now - self._rate_from < seconds:
            raise ProtocolError(f"more than {messages} messages in {seconds} seconds", TOO_FAST)
        self.received = 1
        self._rate_from = now

    def _control(self, message: Message, server: ChannelServer | None, size: int) -> None:
        """Everything but an event for a joined topic."""
        if message.event == JOIN:
            self._join(message, server)
        elif message.topic == RESERVED_TOPIC and message.event == HEARTBEAT:
            self._reply(message, None, "ok", {})
        elif server is not None:
            self._leave(message, server, size)
        elif message.event == LEAVE:
            self._reply(message, message.join_ref, "ok", {})
        else:
            self._reply(message, None, "error", UNMATCHED)

    def _join(self, message: Message, current: ChannelServer | None) -> None:
        route = None if _is_no_topic(message) else self.socket.route(message.topic)
        if route is None:
            self._tell_of_no_channel(message.topic)
            self._reply(message, None, "error", UNMATCHED)
        elif self.state.draining:
            # Not here any more: the client is to come back elsewhere, now rather than later.
            self.retire(RESTARTING, settings.SHUTDOWN_GRACE)
        elif current is None and len(self.topics) >= settings.MAX_CHANNELS:
            self._reply(message, message.join_ref, "error", {"reason": "too many channels joined"})
        elif wait := self._join_wait():
            self._reply(message, message.join_ref, "error", come_again(wait))
        else:
            self._start(message, route, current)

    def _join_wait(self) -> float:
        """Seconds until the client may join again; 0.0: it may."""
        self._joins += 1
        if self._joins <= UNCOUNTED_JOINS:
            return 0.0
        if self._join_meter is None:
            allowed = Rate.read(settings.JOIN_RATE)
            if allowed is None:
                return 0.0
            self._join_meter = allowed, Meter()
        rate, meter = self._join_meter
        now = self.loop.time()
        wait = meter.wait(rate, now)
        if not wait:
            meter.count(rate, now)
        return wait

    def _tell_of_no_channel(self, topic: str) -> None:
        level = slip()
        if logger.isEnabledFor(level):
            patterns = ", ".join(map(repr, type(self.socket).channels)) or "none; see its `channels`"
            logger.log(level, "%s: no channel for topic %.200r. Its topics: %s.", self, topic, patterns)

    def _start(self, message: Message, route: Route[type[Channel]], current: ChannelServer | None) -> None:
        try:
            server = ChannelServer(self, blueprint_of(route.target), message, route.captures)
        except Exception:
            logger.exception("%s: %s can't be made.", self, route.target.__name__)
            self._reply(message, message.join_ref, "error", {"reason": "join crashed"})
            return
        predecessor = None if current is None else current.make_way()
        self.topics[server.topic] = server
        server.begin(Join(message, predecessor))

    def _leave(self, message: Message, server: ChannelServer, size: int) -> None:
        if message.join_ref is not None and message.join_ref != server.join_ref:
            return
        if not server.leave(message, size):
            self._reply(message, message.join_ref, "ok", {})
            server.stop("left")

    def _reply(self, message: Message, join_ref: Any, status: str, response: dict[str, Any]) -> None:
        if message.ref is not None:
            frame = self.serializer.encode_reply(join_ref, message.ref, message.topic, status, response)
            self.outbox.put(frame)

    # Ends.

    def forget(self, process: ChannelProcess) -> None:
        """A topic's process is over; a later one may have taken its topic already."""
        if self.topics.get(process.topic) is process:
            del self.topics[process.topic]
            if self.closed and not self.topics:
                self.state.ending.discard(self)

    def close(self, code: int, reason: str = "") -> None:
        """Close from our side: the channels end at once, the client sees ``code``."""
        if self.closed:
            return
        self.end()
        self._take_leave(code, reason)

    def retire(self, code: int, seconds: float) -> None:
        """As ``close``, but what is being handled is finished and answered first, within ``seconds``."""
        if self.closed:
            return
        self.end()
        if self.topics:
            self.state.run(self._retire(code, seconds))
        else:
            self._take_leave(code)

    async def _retire(self, code: int, seconds: float) -> None:
        await self.ended(seconds)
        self._take_leave(code)

    def _take_leave(self, code: int, reason: str = "") -> None:
        self.outbox.close(code, reason)
        self.loop.call_later(CLOSE_WAIT, self._give_up)

    def end(self) -> None:
        """The channels end, nothing more is taken in."""
        if self.closed:
            return
        self.closed = True
        self.state.remove(self)
        if self.socket.id_at_handshake is not None:
            pubsub.unsubscribe(self.socket.id_at_handshake, self)
        for server in tuple(self.topics.values()):
            server.stop("closed")
        if self.topics:
            self.state.ending.add(self)

    def stop_listening(self) -> None:
        """The consumer need not wait for the client's side of our close."""
        self._give_up()

    def _give_up(self) -> None:
        """The client has not answered our close, or its server can't tell: the consumer stops waiting."""
        task, self.task = self.task, None
        if task is not None:
            task.cancel()

    def deliver(self, delivery: pubsub.Delivery) -> None:
        """A broadcast to the topic that is called like our socket's id."""
        if delivery.event == "disconnect":
            self.close(DISCONNECTED)

    async def ended(self, seconds: float) -> None:
        """Wait until all channels have ended; cancel those that take longer."""
        until = self.loop.time() + seconds
        for server in tuple(self.topics.values()):
            await server.finished(max(0.0, until - self.loop.time()))

    def grow_quiet(self, seconds: float) -> None:
        """The sweep has come by."""
        self.quiet += seconds
        if self.quiet > self.timeout:
            logger.info("%s: nothing heard for %.0f seconds, closed.", self, self.quiet)
            self.close(IDLE)

    def overflow(self, frames: int, size: int) -> None:
        """The outbox has given the client up."""
        logger.warning("%s: does not read, %s frames (%s bytes) are dropped, closed.", self, frames, size)
        slow_client.send_robust(type(self.socket), socket=self.socket, frames=frames, size=size)
        self.close(SLOW)

    def count_full_mailbox(self, topic: str, waiting: int) -> None:
        """A message was turned away."""
        mailbox_full.send_robust(type(self.socket), topic=topic, waiting=waiting)

    def __str__(self) -> str:
        return f"{type(self.socket).__name__} of {self.socket.connect_info.peer or 'an unknown client'}"


def _is_no_topic(message: Message) -> bool:
    """Reserved, or longer than anybody's."""
    if message.topic == RESERVED_TOPIC or message.topic.startswith(INTERNAL):
        return True
    if len(message.topic) > LONGEST_TOPIC:
        return True
    return type(message.join_ref) is str and len(message.join_ref) > LONGEST_REF


def _bytes_of(frame: Frame) -> int:
    return len(frame) if isinstance(frame, bytes) or frame.isascii() else len(frame.encode())
