"""The ASGI consumer for WebSocket: handshake, then frames in; frames out go through the outbox."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from channels.consumer import AsyncConsumer  # type: ignore[import-untyped]
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
    from collections.abc import Awaitable, Callable

    from django_phoenix.socket import Socket

logger = logging.getLogger("django_phoenix.socket")

# Frames of one client after which others on the loop get their turn.
TURN = 32


class PhoenixConsumer(AsyncConsumer):  # type: ignore[misc]
    """A Channels consumer with a dispatch of its own: no layer channel per client, no thread per frame."""

    def __init__(self, socket_class: type[Socket], options: SocketOptions) -> None:
        self.socket_class = socket_class
        self.options = options

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send
    ) -> None:
        """One client, from its request to its end."""
        if scope["type"] != "websocket":
            await answer_http(send, HttpResponse(status=400))
            return
        connection = await self._open(scope, receive, send)
        if connection is None:
            return
        code, taken = None, 0
        try:
            while True:
                event = await receive()
                if event["type"] == "websocket.receive":
                    frame = event.get("text")
                    connection.receive(event["bytes"] if frame is None else frame)
                    taken += 1
                    if taken % TURN == 0:
                        # A server may have so many ready that `receive` never waits.
                        await asyncio.sleep(0)
                elif event["type"] == "websocket.disconnect":
                    code = event.get("code")
                    break
        except asyncio.CancelledError:
            if connection.task is not None:
                # Hypercorn's way to say that it is time.
                connection.close(RESTARTING)
                raise
        finally:
            connection.task = None
            connection.outbox.discard()
            connection.end()
            if socket_disconnected.receivers:
                socket_disconnected.send_robust(self.socket_class, socket=connection.socket, close_code=code)
        if connection.topics:
            await connection.ended(settings.SHUTDOWN_GRACE)

    async def _open(self, scope: dict[str, Any], receive: Any, send: Send) -> Connection | None:
        await receive()
        state = current_state()
        heed_sigterm(state)
        if state.draining:
            await refuse(scope, send, HttpResponse(status=503))
            return None
        handshake = Handshake(self.socket_class, self.options, scope)
        try:
            socket = await handshake.perform()
        except ConnectRefused as refusal:
            await refuse(scope, send, handshake.socket.refusal_response(refusal))
            return None
        except Exception:
            logger.exception("%s.connect failed.", self.socket_class.__name__)
            await refuse(scope, send, HttpResponse(status=500))
            return None
        outbox = Outbox(send, server_of(send), state.loop)
        connection = Connection(socket, outbox, state, self.options.idle_timeout)
        outbox.on_overflow = connection.overflow
        scope["phoenix"] = connection
        await send({"type": "websocket.accept"})
        state.add(connection)
        if socket.id_at_handshake is not None:
            pubsub.subscribe(socket.id_at_handshake, connection)
        if socket_connected.receivers:
            socket_connected.send_robust(self.socket_class, socket=socket)
        return connection
