"""Answers instead of an upgrade."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from django_phoenix.transport.outbox import Send


async def refuse(scope: dict[str, Any], send: Send, response: HttpResponse) -> None:
    """Refuse a WebSocket handshake: with this very response where the server can, else with its 403."""
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await _respond("websocket.http.response", send, response)
    else:
        await send({"type": "websocket.close"})


async def answer_http(send: Send, response: HttpResponse) -> None:
    """Answer an ordinary HTTP request."""
    await _respond("http.response", send, response)


async def _respond(kind: str, send: Send, response: HttpResponse) -> None:
    headers = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in response.items()]
    body = response.content
    if not body:
        headers = [header for header in headers if header[0] != b"content-type"]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": f"{kind}.start", "status": response.status_code, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
