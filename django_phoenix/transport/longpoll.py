"""The HTTP side of long-polling: GET opens a session and polls, POST brings frames, OPTIONS is for browsers.

The true status stands in the answer's body, as the client reads nothing else; HTTP says 200 but for a body or
a method that can't be, and for a server that takes nobody in.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import orjson

from django_phoenix.conf import settings
from django_phoenix.transport.arrival import TurnedAway, shake_hands
from django_phoenix.transport.connect_info import request_of
from django_phoenix.transport.http import (
    BadBody,
    ClientGone,
    Receive,
    header,
    read_body,
    respond,
    wait_until_gone,
)
from django_phoenix.transport.longpoll_connection import FAILED, FORBIDDEN, GONE, Batch, PolledConnection
from django_phoenix.transport.longpoll_frames import frames_in
from django_phoenix.transport.longpoll_home import Home, home_here, label_of, read_token
from django_phoenix.transport.longpoll_options import LongPollOptions
from django_phoenix.transport.longpoll_relay import RemoteSession
from django_phoenix.transport.loop_state import current_state
from django_phoenix.transport.options import SocketOptions
from django_phoenix.transport.origin import origin_allowed
from django_phoenix.transport.outbox import Send
from django_phoenix.transport.query import parse_params
from django_phoenix.transport.shutdown import heed_shutdown

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

logger = logging.getLogger("django_phoenix.socket")

Scope = dict[str, Any]
Session = PolledConnection | RemoteSession

CORS = (b"access-control-allow-origin", b"*")
JSON = [
    (b"content-type", b"application/json; charset=utf-8"),
    (b"cache-control", b"no-store"),
    CORS,
]
PREFLIGHT = [
    CORS,
    (b"access-control-allow-methods", b"get, post, options"),
    (b"access-control-max-age", b"3600"),
    (b"cache-control", b"no-store"),
]
TOKEN_HEADER = b"x-phoenix-longpoll-token"


class LongPoll:
    """One mount's. Every request is answered, whatever comes."""

    def __init__(self, socket_class: type[Socket], options: SocketOptions, polling: LongPollOptions) -> None:
        self._socket_class = socket_class
        self._options = options
        self._polling = polling
        self._label = label_of(socket_class)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        method = scope["method"]
        if method not in ("GET", "POST", "OPTIONS"):
            await respond(send, 400, JSON)
        elif not self._origin_is_allowed(scope):
            await _answer(send, FORBIDDEN)
        elif method == "OPTIONS":
            asked = header(scope, b"access-control-request-headers") or ""
            await respond(send, 200, [*PREFLIGHT, (b"access-control-allow-headers", asked.encode("latin1"))])
        elif method == "POST":
            await self._post(scope, receive, send)
        else:
            await self._get(scope, receive, send)

    def _origin_is_allowed(self, scope: Scope) -> bool:
        if header(scope, b"origin") is None:
            return True
        try:
            return origin_allowed(self._options.check_origin, request_of(scope))
        except UnicodeDecodeError:
            return False

    def _find(self, token: str | None) -> Session | None:
        """The session that a token leads to, here or perhaps elsewhere."""
        claims = None if token is None else read_token(token)
        if claims is None or claims.socket != self._label:
            return None
        home = home_here(current_state())
        if claims.home == home.id:
            return home.connections.get(claims.id)
        return RemoteSession(home.relay, claims.home, claims.id, self._polling)

    # GET.

    async def _get(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _token_of(scope)
        session = self._find(token)
        try:
            batch = None if session is None else await _polled(session, receive)
        except ClientGone:
            return
        if batch is None:
            await self._open(_without(token, scope), send)
        else:
            await _answer(send, batch.status, token=token, messages=batch.messages)

    async def _open(self, scope: Scope, send: Send) -> None:
        """A session for who has none, or a lost one. It begins with 410, which the client takes as "open"."""
        state = current_state()
        heed_shutdown(state, send)
        home = home_here(state)
        try:
            _check_room(home)
            socket = await shake_hands(self._socket_class, self._options, scope)
            _check_room(home)
        except TurnedAway as error:
            if error.is_refusal:
                await _answer(send, FORBIDDEN)
            else:
                await _answer(send, FORBIDDEN if error.status == 400 else FAILED, http=error.status)
            return
        connection = await home.begin(socket, self._polling)
        await _answer(send, GONE, token=connection.token, messages=[])

    # POST.

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._find(_token_of(scope))
        if session is None:
            # Without a look at the body.
            await _answer(send, GONE)
            return
        try:
            body = await read_body(scope, receive, settings.MAX_FRAME_BYTES)
            frames = frames_in(header(scope, b"content-type"), body)
        except ClientGone:
            return
        except BadBody as error:
            await self._refuse_body(scope, send, error.status, str(error))
        except ValueError as error:
            await self._refuse_body(scope, send, 400, str(error))
        else:
            await _answer(send, await session.post(frames))

    async def _refuse_body(self, scope: Scope, send: Send, status: int, why: str) -> None:
        logger.warning("%s: a POST to %s is answered %s: %s", self._label, scope["path"], status, why)
        await _answer(send, status, http=status)


def _token_of(scope: Scope) -> str | None:
    """What the client has sent back: in a header (1.9 and later), else in the query."""
    token = header(scope, TOKEN_HEADER)
    if token is None:
        token = parse_params(scope.get("query_string", b"")).get("token")
    return token if isinstance(token, str) else None


def _without(token: str | None, scope: Scope) -> Scope:
    """A request as ``connect`` should see it: a ``token`` of the site's own may stand before ours."""
    query: bytes = scope.get("query_string", b"")
    if token is None or read_token(token) is None:
        return scope
    return {**scope, "query_string": query.replace(b"token=" + token.encode(), b"")}


def _check_room(home: Home) -> None:
    """Raises TurnedAway when nobody is taken in."""
    if home.state.draining or home.is_full():
        raise TurnedAway(503)


async def _polled(session: Session, receive: Receive) -> Batch | None:
    """What the session has, while the client waits for it. Raises ClientGone."""
    if isinstance(session, PolledConnection) and session.has_news:
        return await session.poll()
    polling = asyncio.ensure_future(session.poll())
    leaving = asyncio.ensure_future(wait_until_gone(receive))
    try:
        await asyncio.wait({polling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if polling.done():
            return polling.result()
        # Whatever this server says of a client that has gone.
        leaving.exception()
        raise ClientGone
    finally:
        polling.cancel()
        leaving.cancel()


async def _answer(send: Send, status: int, *, http: int = 200, **more: Any) -> None:
    await respond(send, http, JSON, orjson.dumps({"status": status, **more}))
