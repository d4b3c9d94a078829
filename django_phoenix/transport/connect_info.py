"""What the handshake tells about a client. Read from the scope each time; nothing is kept."""

from __future__ import annotations

import io
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest


class ConnectInfo:
    """Facts of one handshake.

    Cookies and headers come with requests from foreign pages too: trust them only as far as the origin check
    and the CSRF token reach (``socket.session`` is None where they do not).
    """

    __slots__ = ("_scope",)

    def __init__(self, scope: dict[str, Any]) -> None:
        self._scope = scope

    @property
    def peer(self) -> str | None:
        """The client's address as the server saw it; behind a proxy, the proxy's."""
        client = self._scope.get("client")
        return client[0] if client else None

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name."""
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._scope.get("headers", ()):
            name, value = raw_name.decode("latin1"), raw_value.decode("latin1")
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return headers

    @property
    def user_agent(self) -> str:
        """Empty if it did not say."""
        return self.headers.get("user-agent", "")

    @property
    def uri(self) -> str:
        """The whole URL of the handshake, as the site sees it behind its proxy."""
        return self.request.build_absolute_uri()

    @property
    def cookies(self) -> dict[str, str]:
        """By name."""
        return self.request.COOKIES

    @property
    def request(self) -> HttpRequest:
        """A GET request for the socket's URL, without user and session. A new one each time."""
        return request_of(self._scope)


def request_of(scope: dict[str, Any], **changes: Any) -> HttpRequest:
    """An HttpRequest with the handshake's headers; ``changes`` replace parts of the scope (``path``, …)."""
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "ws"), "http")
    http_scope = {**scope, "type": "http", "method": "GET", "scheme": scheme, **changes}
    return ASGIRequest(http_scope, io.BytesIO())
