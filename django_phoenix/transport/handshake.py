"""From a request for a connection to a Socket, or a refusal; all before the upgrade is answered.

The order: origin, auth token and sub-protocol, ``vsn``, session and user, ``Socket.connect``, ``Socket.id``.
Where a session cookie or a ``def`` connect asks for it, all from the session on is one job in the pool; else
nothing leaves the loop.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import translation

from django_phoenix import executor
from django_phoenix.exceptions import ConnectRefused, InvalidToken
from django_phoenix.transport import credentials
from django_phoenix.transport.connect_info import request_of
from django_phoenix.transport.locale import activate
from django_phoenix.transport.login import login_of
from django_phoenix.transport.loop_state import current_state
from django_phoenix.transport.options import SocketOptions
from django_phoenix.transport.origin import origin_allowed
from django_phoenix.transport.query import parse_params
from django_phoenix.transport.subprotocol import choose, split_token
from django_phoenix.wire.serializer import V2, serializer_for

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

logger = logging.getLogger("django_phoenix.socket")

CSRF_PARAM = "_csrf_token"
TOKEN_HEADER = "X-Phoenix-AuthToken"

# Socket classes of which it has been logged that pages send no CSRF token.
_told: WeakSet[type[Socket]] = WeakSet()


class Handshake:
    """One attempt to connect."""

    def __init__(
        self,
        socket_class: type[Socket],
        options: SocketOptions,
        scope: dict[str, Any],
    ) -> None:
        self.options = options
        self.scope = scope
        self.socket = socket_class(scope)
        self.request: HttpRequest = request_of(scope)
        self.params: dict[str, Any] = {}
        self.logins = current_state().logins
        self.began_at = time.monotonic()

    async def perform(self) -> Socket:
        """The connected socket. Raises ConnectRefused."""
        if not origin_allowed(self.options.check_origin, self.request):
            origin = self.request.META["HTTP_ORIGIN"]
            raise self._refused(f"origin {origin!r} is not allowed; see check_origin and ALLOWED_HOSTS")
        self._agree_on_subprotocol()
        self.params = {**parse_params(self.scope.get("query_string", b"")), **self._captures()}
        self._choose_serializer()
        try:
            await self._connect()
        except (PermissionDenied, InvalidToken) as error:
            raise self._refused(f"{type(error).__name__}: {error}") from error
        return self.socket

    def _captures(self) -> dict[str, Any]:
        captures: dict[str, Any] = self.scope.get("url_route", {}).get("kwargs", {})
        return captures

    def _agree_on_subprotocol(self) -> None:
        """And take the auth token, which comes that way or, where a client polls, in a header."""
        if self.scope["type"] != "websocket":
            if self.options.auth_token:
                self.socket.auth_token = self.request.headers.get(TOKEN_HEADER)
            return
        offered = self.scope.get("subprotocols") or []
        try:
            if self.options.auth_token:
                offered, self.socket.auth_token = split_token(offered)
            self.socket.subprotocol = choose(offered, self.options.spoken)
        except ValueError as error:
            raise self._refused(str(error)) from None

    def _choose_serializer(self) -> None:
        version = self.params.get("vsn", "1.0.0")
        binary = self.scope["type"] == "websocket"
        serializer = serializer_for(version, binary=binary, dialect=self.options.dialect)
        if serializer is None:
            raise self._refused(f"vsn {version!r} is not supported; a client speaks 2.0.x or 1.0.x")
        if serializer is not V2:
            self.socket.serializer = serializer

    async def _connect(self) -> None:
        if not self._needs_no_thread(self._identify_and_connect):
            await self.logins.listen()
        connect = type(self.socket).connect
        if inspect.iscoroutinefunction(connect):
            await self._off_the_loop(self._identify)
            await asyncio.get_running_loop().create_task(
                self._connect_here(), context=executor.bound_context()
            )
        else:
            await self._off_the_loop(self._identify_and_connect)

    async def _connect_here(self) -> None:
        """An ``async def`` connect, in a context whose async ORM keeps to our pool."""
        record = executor.begin_message(self, f"{type(self.socket).__name__}.connect")
        try:
            activate(self.socket)
            self._let_in(await self.socket.connect(self.params))
        finally:
            executor.end_message(record)

    async def _off_the_loop(self, function: Any) -> None:
        """In the pool, if it may reach a database or run the user's ``def``."""
        if self._needs_no_thread(function):
            function()
            return
        record = executor.begin_message(self, f"{type(self.socket).__name__}.connect")
        try:
            await executor.get_pool().run(self, executor.bound_context(), function)
        finally:
            executor.end_message(record)

    def _needs_no_thread(self, function: Any) -> bool:
        if django_settings.SESSION_COOKIE_NAME in self.request.COOKIES:
            return False
        return function == self._identify or not self._has_connect_of_its_own()

    def _has_connect_of_its_own(self) -> bool:
        owner = type(self.socket)
        return any("connect" in vars(base) or "id" in vars(base) for base in owner.__mro__[:-2])

    def _identify(self) -> None:
        token = self.params.get(CSRF_PARAM) if self.options.check_csrf else credentials.UNCHECKED
        credentials.identify(self.socket, self.request, token, self.logins.has_ended)
        if token is None:
            self._tell_of_the_token()
        if django_settings.USE_I18N:
            language = translation.get_language_from_request(self.request)
            self.socket.language = None if language == django_settings.LANGUAGE_CODE else language

    def _tell_of_the_token(self) -> None:
        """A page that has forgotten it sees a user who is logged in turned away, and nothing says why."""
        owner = type(self.socket)
        if owner in _told or django_settings.SESSION_COOKIE_NAME not in self.request.COOKIES:
            return
        _told.add(owner)
        logger.warning(
            "%s: a page with a session connects without %s, so its user is anonymous here. Let it send the "
            "CSRF token: new Socket(path, {params: {_csrf_token: token}}). (Said once.)",
            owner.__name__,
            CSRF_PARAM,
        )

    def _identify_and_connect(self) -> None:
        self._identify()
        activate(self.socket)
        self._let_in(self.socket.connect(self.params))

    def _let_in(self, answer: object) -> None:
        """``connect`` has returned: take what the connected socket says of itself."""
        if answer is not None:
            raise TypeError(
                f"{type(self.socket).__name__}.connect should return None, it returned "
                f"{type(answer).__name__} {answer!r:.100}. To refuse, raise ConnectRefused."
            )
        login = login_of(self.socket, follows=self.options.follows_login, at=self.began_at)
        if login is not None:
            self.socket.login = login
        socket_id = self.socket.id()
        if socket_id is not None and not isinstance(socket_id, str):
            raise self._refused(f"id() should return a string or None, got {socket_id!r}")
        self.socket.id_at_handshake = socket_id

    def _refused(self, why: str) -> ConnectRefused:
        logger.warning("%s: a connection was refused, %s.", type(self.socket).__name__, why)
        return ConnectRefused()
