"""The line between one client and the server, without a network: it can break, and it can be slow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from django_phoenix.conf import settings
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.process import Process
from django_phoenix.testing.frames import Arrival, read
from django_phoenix.testing.handshake import Visitor, VisitorHandshake
from django_phoenix.testing.world import World
from django_phoenix.transport.arrival import see_off, welcome
from django_phoenix.transport.channel_server import CRASHED, ChannelServer
from django_phoenix.transport.connection import Connection
from django_phoenix.transport.options import SocketOptions
from django_phoenix.transport.outbox import Outbox
from django_phoenix.transport.servers import UNKNOWN
from django_phoenix.wire.message import Frame

if TYPE_CHECKING:
    from django_phoenix.socket import Socket
    from django_phoenix.transport.loop_state import LoopState

# How a client closes that wants nothing more, and what is told when a line has broken.
GOING_AWAY, BROKEN = 1000, 1006


class Refused(ConnectRefused):
    """``Socket.connect``, or what comes before it, has said no. ``response``: what the client is answered."""

    def __init__(self, refusal: ConnectRefused, response: HttpResponse) -> None:
        super().__init__(refusal.reason, refusal.status)
        self.response = response


class Line:
    """One connection. ``arrive`` is called for each frame of the server, ``over`` once with a close code."""

    def __init__(self, world: World, arrive: Callable[[Arrival], None], over: Callable[[int], None]) -> None:
        self._world = world
        self._arrive = arrive
        self._over = over
        self._connection: Connection | None = None
        self._gone = False
        # Channels that the test does not wait for.
        self._unwaited: set[ChannelServer] = set()
        self._fluent = asyncio.Event()
        self._fluent.set()

    @property
    def connection(self) -> Connection:
        """The server's record."""
        assert self._connection is not None
        return self._connection

    async def open(
        self, state: LoopState, socket_class: type[Socket], options: SocketOptions, visitor: Visitor
    ) -> None:
        """Connect. Raises Refused, and whatever ``Socket.connect`` raises."""
        handshake = VisitorHandshake(socket_class, options, visitor)
        said_before = len(self._world.errors.lines)
        try:
            socket = await handshake.perform()
        except ConnectRefused as refusal:
            refused = Refused(refusal, handshake.socket.refusal_response(refusal))
            for line in self._world.errors.lines[said_before:]:
                refused.add_note(line)
            raise refused from refusal
        outbox = Outbox(self._send, UNKNOWN, self._world.loop)
        connection = self._connection = Connection(socket, outbox, state, options.idle_timeout)
        connection.task = None
        outbox.owner = connection
        handshake.scope["phoenix"] = connection
        welcome(connection)

    def send(self, frame: Frame) -> None:
        """From the client to the server."""
        self.connection.receive(frame)

    async def close(self, code: int = GOING_AWAY) -> None:
        """The client goes, or the line has broken (1006). The channels end."""
        self._end(code)
        for server in tuple(self.connection.topics.values()):
            if server.ended and not server.busy:
                # Cancelled with its loop, in the middle of something.
                server.kill()
        await self.connection.ended(settings.SHUTDOWN_GRACE)

    def kill(self) -> None:
        """The server's process dies: nothing of it runs any more, the client hears nothing."""
        self.connection.outbox.discard()
        for server in tuple(self.connection.topics.values()):
            Process.kill(server)
            server.finish("killed", None, {})
        self._end(BROKEN)

    def hold(self) -> None:
        """The client reads nothing from now on."""
        self._fluent.clear()

    def let_go(self) -> None:
        """It reads again."""
        self._fluent.set()

    def at_work(self) -> str | None:
        """Which channel handles what; None if none does."""
        if self._connection is None:
            return None
        busy = [server for server in self._connection.topics.values() if server.busy]
        self._unwaited.intersection_update(busy)
        return next((f"{server} is at work" for server in busy if server not in self._unwaited), None)

    def leave_alone(self, topic: str) -> None:
        """What this channel has in hand now is not waited for."""
        server = self.connection.topics.get(topic)
        if server is not None:
            self._unwaited.add(server)

    def _end(self, code: int) -> None:
        if not self._gone:
            self._gone = True
            self.connection.close_code = code
            see_off(self.connection)
            self._over(code)

    async def _send(self, event: dict[str, Any]) -> None:
        """What an ASGI server does with what it is given."""
        if not self._fluent.is_set():
            await self._fluent.wait()
        if event["type"] == "websocket.close":
            # The client answers it, later.
            self._world.loop.call_soon(self._end, event["code"])
        elif not self._gone:
            frame = event.get("text")
            self._arrive(read(event["bytes"] if frame is None else frame))
        self._world.news.set()


def kill(server: ChannelServer) -> None:
    """End one channel as a bug would, but without ``terminate``: its client is told, and may join again."""
    Process.kill(server)
    server.finish("killed", "phx_error", CRASHED)
