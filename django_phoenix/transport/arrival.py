"""What both transports do with somebody who wants to connect: the handshake, the answer, the welcome."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from django_phoenix import pubsub
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.signals import socket_connected, socket_disconnected
from django_phoenix.transport.connection import Connection
from django_phoenix.transport.handshake import Handshake
from django_phoenix.transport.options import SocketOptions

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

logger = logging.getLogger("django_phoenix.socket")


class TurnedAway(Exception):
    """Nobody is connected. ``status`` is the HTTP status; a refusal of the socket's own comes with it."""

    def __init__(
        self, status: int, refusal: ConnectRefused | None = None, socket: Socket | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self._refusal = refusal
        self._socket = socket

    @property
    def is_refusal(self) -> bool:
        """The site has said no; otherwise it is the server that can't."""
        return self._refusal is not None

    def response(self) -> HttpResponse:
        """What a transport that can send any response answers."""
        if self._refusal is None or self._socket is None:
            return HttpResponse(status=self.status)
        try:
            return self._socket.refusal_response(self._refusal)
        except Exception:
            logger.exception("%s.refusal_response failed.", type(self._socket).__name__)
            return HttpResponse(status=self.status)


async def shake_hands(socket_class: type[Socket], options: SocketOptions, scope: dict[str, Any]) -> Socket:
    """The connected socket. Raises TurnedAway."""
    try:
        handshake = Handshake(socket_class, options, scope)
    except UnicodeDecodeError:
        logger.warning("%s: a connection was refused, its URL is not UTF-8.", socket_class.__name__)
        raise TurnedAway(400) from None
    try:
        return await handshake.perform()
    except ConnectRefused as refusal:
        raise TurnedAway(refusal.status, refusal, handshake.socket) from None
    except Exception:
        logger.exception("%s.connect failed.", socket_class.__name__)
        raise TurnedAway(500) from None


def welcome(connection: Connection) -> None:
    """The client is told that it is connected: from now on the connection counts."""
    socket = connection.socket
    connection.state.add(connection)
    if socket.id_at_handshake is not None:
        pubsub.subscribe(socket.id_at_handshake, connection)
    if socket_connected.receivers:
        socket_connected.send_robust(type(socket), socket=socket)


def see_off(connection: Connection) -> None:
    """The client is gone, or can't be told anything any more."""
    connection.outbox.discard()
    connection.end()
    if socket_disconnected.receivers:
        socket_disconnected.send_robust(
            type(connection.socket), socket=connection.socket, close_code=connection.close_code
        )
