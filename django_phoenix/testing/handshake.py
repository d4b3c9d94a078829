"""A handshake as a browser would make it, but for the user and session that the test gives."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.conf import settings as django_settings
from django.contrib import auth
from django.test import Client

from django_phoenix.socket import Socket
from django_phoenix.transport.handshake import Handshake
from django_phoenix.transport.options import SocketOptions
from django_phoenix.transport.read_only_session import ReadOnlySession

# The session of a visitor who has none; None stands for a page that sent no CSRF token.
NO_DATA: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Visitor:
    """Who connects, and with what."""

    params: Mapping[str, Any]
    user: Any
    session: Mapping[str, Any] | None
    client: Client | None
    headers: Mapping[str, str]
    auth_token: str | None
    captures: Mapping[str, Any]
    path: str

    def scope(self) -> dict[str, Any]:
        """What an ASGI server would say of the request."""
        headers = {"host": "testserver", **{name.lower(): value for name, value in self.headers.items()}}
        if self.client is not None:
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())
            headers.setdefault("cookie", cookies)
        if self.auth_token is not None:
            token = base64.b64encode(self.auth_token.encode()).decode().rstrip("=")
            headers["sec-websocket-protocol"] = f"phoenix, base64url.bearer.phx.{token}"
        protocols = headers.get("sec-websocket-protocol", "")
        path = f"{self.path.rstrip('/')}/websocket"
        return {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "scheme": "ws",
            "http_version": "1.1",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": encode_params({**self.params, "vsn": "2.0.0"}).encode(),
            "headers": [(name.encode("latin1"), value.encode("latin1")) for name, value in headers.items()],
            "subprotocols": [each.strip() for each in protocols.split(",") if each.strip()],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
            "extensions": {"websocket.http.response": {}},
            "url_route": {"args": (), "kwargs": dict(self.captures)},
        }

    def options(self, socket_class: type[Socket], given: dict[str, Any]) -> SocketOptions:
        """What the mount would say. A Django test client has no page with a CSRF token in it."""
        self._check(socket_class)
        if self.auth_token is not None:
            given = {"auth_token": True, **given}
        options = SocketOptions.read(socket_class.__name__, given)
        return options if self.client is None else replace(options, check_csrf=False)

    def _check(self, socket_class: object) -> None:
        if not (isinstance(socket_class, type) and issubclass(socket_class, Socket)):
            raise TypeError(
                f"A test connects to a Socket class, got {socket_class!r}. "
                "A channel is joined then: connect(UserSocket).join(topic)."
            )
        if self.user is not None and not hasattr(self.user, "is_authenticated"):
            raise TypeError(f"user= should be a user such as User.objects.create_user(…), got {self.user!r}.")


class VisitorHandshake(Handshake):
    """With a user and session of the test's making."""

    def __init__(self, socket_class: type[Socket], options: SocketOptions, visitor: Visitor) -> None:
        super().__init__(socket_class, options, visitor.scope())
        self._visitor = visitor

    def _identify(self) -> None:
        super()._identify()
        visitor, socket = self._visitor, self.socket
        if visitor.client is not None or visitor.session is None:
            return
        if visitor.user is not None:
            socket.user = visitor.user
        socket.session = ReadOnlySession({**_login(visitor.user), **visitor.session}, None)


def encode_params(params: Mapping[str, Any]) -> str:
    """As the official client writes them: nested objects in brackets, arrays with their indices."""
    return "&".join(f"{quote(name, safe='[]')}={quote(text, safe='')}" for name, text in _flat(params))


def _flat(params: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in params.items():
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, list | tuple):
            value = dict(enumerate(value))
        if isinstance(value, Mapping):
            pairs += _flat(value, name)
        elif value is not None:
            pairs.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return pairs


def _login(user: Any) -> dict[str, Any]:
    """What ``login()`` puts into a session."""
    if user is None or getattr(user, "pk", None) is None or not apps.is_installed("django.contrib.auth"):
        return {}
    backend = getattr(user, "backend", None) or django_settings.AUTHENTICATION_BACKENDS[0]
    return {
        auth.SESSION_KEY: user._meta.pk.value_to_string(user),
        auth.BACKEND_SESSION_KEY: backend,
        auth.HASH_SESSION_KEY: user.get_session_auth_hash() if hasattr(user, "get_session_auth_hash") else "",
    }
