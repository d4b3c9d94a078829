"""What a socket may know about its client."""

from __future__ import annotations

from django_phoenix.socket import Socket
from django_phoenix.transport.connect_info import ConnectInfo, PeerData

HEADERS = {
    "Host": "testserver",
    "User-Agent": "Lynx/2.9",
    "X-Forwarded-For": "203.0.113.9",
    "X-Request-Id": "7",
    "traceparent": "00-1-2-01",
    "tracestate": "a=b",
    "Sec-WebSocket-Version": "13",
    "Cookie": "colour=red",
}


def info_of(**scope) -> ConnectInfo:
    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    socket = Socket(
        {"type": "websocket", "scheme": "wss", "path": "/socket/websocket", "headers": headers, **scope}
    )
    return socket.connect_info


def test_address_port_and_certificate_of_the_peer():
    assert info_of(client=("203.0.113.7", 4711)).peer_data == PeerData("203.0.113.7", 4711, None)
    tls = {"tls": {"client_cert_chain": ["PEM of the client", "PEM of its issuer"]}}
    assert info_of(client=("::1", 1), extensions=tls).peer_data == PeerData("::1", 1, "PEM of the client")
    assert info_of(client=None, extensions=None).peer_data == PeerData(None, None, None)


def test_groups_of_headers_as_phoenix_offers_them():
    info = info_of()
    assert info.x_headers == {"x-forwarded-for": "203.0.113.9", "x-request-id": "7"}
    assert info.trace_context_headers == {"traceparent": "00-1-2-01", "tracestate": "a=b"}
    assert info.sec_websocket_headers == {"sec-websocket-version": "13"}
    assert info.user_agent == "Lynx/2.9"


def test_the_url_as_the_site_sees_it():
    assert info_of(query_string=b"vsn=2.0.0").uri == "https://testserver/socket/websocket?vsn=2.0.0"


def test_session_and_token_are_the_socket_s():
    info = info_of()
    assert info.session is None
    assert info.auth_token is None
    assert info.cookies == {"colour": "red"}
