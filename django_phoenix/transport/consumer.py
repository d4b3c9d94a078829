"""The ASGI consumer for WebSocket: handshake, then frames in; frames out go through the outbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from channels.consumer import AsyncConsumer
from django.http import HttpResponse

from django_phoenix import pubsub
from django_phoenix.conf import settings
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.signals import socket_connected, socket_disconnected
from django_phoenix.transport.connection import RESTARTING, Connection
from django_phoenix.transport.drain import heed_sigterm
from django_phoenix.transport.handshake import Handshake
from django_phoenix.transport.loop_state import current_state
from django_phoenix.transport.options import SocketOptions
from django_phoenix.transport.outbox import Outbox, Send
from django_phoenix.transport.refusal import answer_http, refuse
from django_phoenix.transport.servers import server_of

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

Receive = Callable[[], Awaitable[dict[str, Any]]]

logger = logging.getLogger("django_phoenix.socket")

# Frames of one client after which others on the loop get their turn.
TURN = 32


class PhoenixConsumer(AsyncConsumer):  # type: ignore[misc]
    """A Channels consumer with a dispatch of its own: no layer channel per client, no thread per frame.

    One instance serves all clients of its mount; what belongs to a client stands in its Connection, at
    ``scope["phoenix"]``.
    """

    def __init__(self, socket_class: type[Socket], options: SocketOptions) -> None:
        self.socket_class = socket_class
        self.options = options

    @classmethod
    def as_asgi(cls, **initkwargs: Any) -> PhoenixConsumer:
        """The ASGI application."""
        return cls(**initkwargs)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One client, from its request to its end."""
        if scope["type"] != "websocket":
            await answer_http(send, HttpResponse(status=400))
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
        finally:
            self._gone(connection)
        if connection.topics:
            await connection.ended(settings.SHUTDOWN_GRACE)

    def _gone(self, connection: Connection) -> None:
        connection.task = None
        connection.outbox.discard()
        connection.end()
        if socket_disconnected.receivers:
            socket_disconnected.send_robust(
                self.socket_class, socket=connection.socket, close_code=connection.close_code
            )

    async def _open(self, scope: dict[str, Any], receive: Receive, send: Send) -> Connection | None:
        await receive()
        state = current_state()
        heed_sigterm(state)
        if state.draining:
            await refuse(scope, send, HttpResponse(status=503))
            return None
        socket = await self._shake_hands(scope)
        if state.draining:
            # Since then.
            socket = HttpResponse(status=503)
        if isinstance(socket, HttpResponse):
            await refuse(scope, send, socket)
            return None
        outbox = Outbox(send, server_of(send), state.loop)
        connection = Connection(socket, outbox, state, self.options.idle_timeout)
        outbox.owner = connection
        scope["phoenix"] = connection
        await send({"type": "websocket.accept"})
        state.add(connection)
        if socket.id_at_handshake is not None:
            pubsub.subscribe(socket.id_at_handshake, connection)
        if socket_connected.receivers:
            socket_connected.send_robust(self.socket_class, socket=socket)
        return connection

    async def _shake_hands(self, scope: dict[str, Any]) -> Socket | HttpResponse:
        """The connected socket, or what the client is answered instead."""
        try:
            handshake = Handshake(self.socket_class, self.options, scope)
        except UnicodeDecodeError:
            logger.warning("%s: a connection was refused, its URL is not UTF-8.", self.socket_class.__name__)
            return HttpResponse(status=400)
        try:
            return await handshake.perform()
        except ConnectRefused as refusal:
            return _response_to(refusal, handshake.socket)
        except Exception:
            logger.exception("%s.connect failed.", self.socket_class.__name__)
            return HttpResponse(status=500)


def _response_to(refusal: ConnectRefused, socket: Socket) -> HttpResponse:
    try:
        return socket.refusal_response(refusal)
    except Exception:
        logger.exception("%s.refusal_response failed.", type(socket).__name__)
        return HttpResponse(status=refusal.status)


def _take(connection: Connection, event: dict[str, Any]) -> bool:
    """Hand a frame over; False when the client has gone."""
    if event["type"] == "websocket.receive":
        frame = event.get("text")
        connection.receive(event["bytes"] if frame is None else frame)
        return True
    connection.close_code = event.get("code")
    return False
