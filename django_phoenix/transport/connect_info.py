"""What the handshake tells about a client. Read from the scope each time; nothing is kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

if TYPE_CHECKING:
    from django_phoenix.socket import Socket
    from django_phoenix.transport.read_only_session import ReadOnlySession

TRACE_CONTEXT = ("traceparent", "tracestate")


class PeerData(NamedTuple):
    """The other end. ``certificate`` is the client's own, as PEM, where the server tells."""

    address: str | None
    port: int | None
    certificate: str | None


class ConnectInfo:
    """Facts of one handshake.

    Cookies and headers come with requests from foreign pages too: trust them only as far as the origin check
    and the CSRF token reach (``session`` is None where they do not).
    """

    __slots__ = ("_scope", "_socket")

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._scope = socket.scope

    @property
    def peer(self) -> str | None:
        """The client's address as the server saw it; behind a proxy, the proxy's."""
        client = self._scope.get("client")
        return client[0] if client else None

    @property
    def peer_data(self) -> PeerData:
        """Address, port and TLS certificate of the client; behind a proxy, of the proxy."""
        address, port = self._scope.get("client") or (None, None)
        tls = (self._scope.get("extensions") or {}).get("tls") or {}
        chain = list(tls.get("client_cert_chain") or ())
        return PeerData(address, port, chain[0] if chain else None)

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name."""
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._scope.get("headers", ()):
            name, value = raw_name.decode("latin1").lower(), raw_value.decode("latin1")
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return headers

    @property
    def x_headers(self) -> dict[str, str]:
        """Those whose name begins with ``x-``. A client can send any, unless your proxy takes them out."""
        return {name: value for name, value in self.headers.items() if name.startswith("x-")}

    @property
    def trace_context_headers(self) -> dict[str, str]:
        """``traceparent`` and ``tracestate``, if they came."""
        return {name: value for name, value in self.headers.items() if name in TRACE_CONTEXT}

    @property
    def sec_websocket_headers(self) -> dict[str, str]:
        """Those whose name begins with ``sec-websocket-``; none where the client polls."""
        return {name: value for name, value in self.headers.items() if name.startswith("sec-websocket-")}

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
    def session(self) -> ReadOnlySession | None:
        """The same as ``socket.session``."""
        return self._socket.session

    @property
    def auth_token(self) -> str | None:
        """The client's ``authToken``, where the mount says ``auth_token=True``. Anybody may send any."""
        return self._socket.auth_token

    @property
    def request(self) -> HttpRequest:
        """A GET request for the socket's URL, without user and session. A new one each time."""
        return request_of(self._scope)


def request_of(scope: dict[str, Any], **changes: Any) -> HttpRequest:
    """An HttpRequest with the handshake's headers; ``changes`` replace parts of the scope (``path``, …)."""
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "ws"), scope.get("scheme"))
    http_scope = {**scope, "type": "http", "method": "GET", "scheme": scheme, **changes}
    return ASGIRequest(http_scope, io.BytesIO())
