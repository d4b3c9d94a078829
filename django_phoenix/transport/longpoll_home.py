"""The long-polling sessions of one event loop, and the tokens that lead back to them."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from django_phoenix import tokens
from django_phoenix.conf import settings
from django_phoenix.exceptions import InvalidToken
from django_phoenix.transport.arrival import welcome
from django_phoenix.transport.longpoll_connection import PolledConnection
from django_phoenix.transport.longpoll_options import LongPollOptions
from django_phoenix.transport.longpoll_relay import Relay

if TYPE_CHECKING:
    from django_phoenix.socket import Socket
    from django_phoenix.transport.loop_state import LoopState

logger = logging.getLogger("django_phoenix.socket")

KIND = "longpoll"


class Claims(NamedTuple):
    """What a token says: where the session lives, which it is, and the class of its socket."""

    home: str
    id: str
    socket: str


def read_token(token: str) -> Claims | None:
    """None for what is no token of ours, or is an old one."""
    try:
        return Claims(*tokens.verify_own(KIND, token))
    except (InvalidToken, TypeError):
        return None


class Home:
    """One per event loop, made when it is first needed."""

    def __init__(self, state: LoopState) -> None:
        self.state = state
        self.id = secrets.token_urlsafe(9)
        self.connections: dict[str, PolledConnection] = {}
        self._was_full = False
        self.relay = Relay(self.id, state.loop, self.connections)

    def is_full(self) -> bool:
        """No room for another session. Said in the log once."""
        limit: int = settings.LONGPOLL_SESSIONS
        full = len(self.connections) >= limit
        if full and not self._was_full:
            logger.warning("No more long-polling sessions: there are %d (setting LONGPOLL_SESSIONS).", limit)
        self._was_full = full
        return full

    async def begin(self, socket: Socket, options: LongPollOptions) -> PolledConnection:
        """A new session, once other processes can find it."""
        id = secrets.token_urlsafe(12)
        token = tokens.sign_own(KIND, Claims(self.id, id, label_of(type(socket))))
        connection = PolledConnection(socket, self.state, options, id, token, self._forget)
        self.connections[id] = connection
        socket.scope["phoenix"] = connection
        welcome(connection)
        await self.relay.open()
        return connection

    def _forget(self, id: str) -> bool:
        return self.connections.pop(id, None) is not None


def label_of(socket_class: type[Any]) -> str:
    """A session is served under mounts of its own class only."""
    return f"{socket_class.__module__}.{socket_class.__qualname__}"


def home_here(state: LoopState) -> Home:
    """The loop's home."""
    home: Home | None = state.longpoll
    if home is None:
        home = state.longpoll = Home(state)
    return home
