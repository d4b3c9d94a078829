"""The ASGI consumer for WebSocket: handshake, then frames in; frames out go through the outbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from channels.consumer import AsyncConsumer
from django.http import HttpResponse

from django_phoenix.conf import settings
from django_phoenix.transport.arrival import TurnedAway, see_off, shake_hands, welcome
from django_phoenix.transport.connection import CLOSE_WAIT, RESTARTING, TURN, Connection
from django_phoenix.transport.http import Receive
from django_phoenix.transport.longpoll import LongPoll
from django_phoenix.transport.loop_state import current_state
from django_phoenix.transport.options import SocketOptions
from django_phoenix.transport.outbox import Outbox, Send
from django_phoenix.transport.refusal import answer_http, refuse
from django_phoenix.transport.servers import server_of
from django_phoenix.transport.shutdown import heed_shutdown

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

# How the path ends that the client makes for long-polling.
LONGPOLL = "/longpoll"


class PhoenixConsumer(AsyncConsumer):  # type: ignore[misc]
    """A Channels consumer with a dispatch of its own: no layer channel per client, no thread per frame.

    One instance serves all clients of its mount; what belongs to a client stands in its Connection, at
    ``scope["phoenix"]``.
    """

    def __init__(self, socket_class: type[Socket], options: SocketOptions) -> None:
        self.socket_class = socket_class
        self.options = options
        polling = options.long_polling
        self._longpoll = None if polling is None else LongPoll(socket_class, options, polling)

    @classmethod
    def as_asgi(cls, **initkwargs: Any) -> PhoenixConsumer:
        """The ASGI application."""
        return cls(**initkwargs)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One client, from its request to its end."""
        if scope["type"] != "websocket":
            await self._answer_http(scope, receive, send)
            return
        connection = await self._open(scope, receive, send)
        if connection is None:
            return
        try:
            # Nothing of a frame is kept here while the next one is waited for.
            while _take(connection, await receive()):
                if connection.received % TURN == 0:
                    # A server may have so many ready that `receive` never waits.
                    await asyncio.sleep(0)
        except asyncio.CancelledError:
            if connection.task is not None:
                # Hypercorn's way to say that it is time.
                connection.close(RESTARTING)
                raise
            await connection.outbox.close_is_out(CLOSE_WAIT)
        finally:
            connection.task = None
            see_off(connection)
        if connection.topics:
            await connection.ended(settings.SHUTDOWN_GRACE)

    async def _answer_http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if self._longpoll is not None and scope["path"].endswith(LONGPOLL):
            await self._longpoll(scope, receive, send)
        else:
            await answer_http(send, HttpResponse(status=400))

    async def _open(self, scope: dict[str, Any], receive: Receive, send: Send) -> Connection | None:
        await receive()
        state = current_state()
        heed_shutdown(state, send)
        try:
            if state.draining:
                raise TurnedAway(503)
            socket = await shake_hands(self.socket_class, self.options, scope)
            if state.draining:
                # Since then.
                raise TurnedAway(503)
        except TurnedAway as error:
            await refuse(scope, send, error.response())
            return None
        outbox = Outbox(send, server_of(send), state.loop, state.turn)
        connection = Connection(socket, outbox, state, self.options.idle_timeout)
        outbox.owner = connection
        scope["phoenix"] = connection
        await send({"type": "websocket.accept", "subprotocol": socket.subprotocol})
        welcome(connection)
        return connection


def _take(connection: Connection, event: dict[str, Any]) -> bool:
    """Hand a frame over; False when the client has gone."""
    if event["type"] == "websocket.receive":
        frame = event.get("text")
        connection.receive(event["bytes"] if frame is None else frame)
        return True
    connection.close_code = event.get("code")
    return False
