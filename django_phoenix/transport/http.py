"""One HTTP request, where Django is not asked: reading its body, answering it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django_phoenix.transport.outbox import Send

Receive = Callable[[], Awaitable[dict[str, Any]]]
Headers = Iterable[tuple[bytes, bytes]]

# Seconds for a whole body. The official client gives up after as many.
BODY_TIMEOUT = 20.0


class BadBody(Exception):
    """A body that is not taken. ``status`` is the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ClientGone(Exception):
    """Nobody waits for an answer any more."""


def header(scope: dict[str, Any], name: bytes) -> str | None:
    """The first header of that lower-case name."""
    for key, value in scope.get("headers", ()):
        if key == name:
            text: str = value.decode("latin1")
            return text
    return None


async def read_body(scope: dict[str, Any], receive: Receive, limit: int) -> bytes:
    """The whole body. Raises BadBody when it is larger than ``limit`` or too slow, ClientGone."""
    announced = header(scope, b"content-length")
    if announced is not None and announced.isdecimal() and int(announced) > limit:
        raise BadBody(413)
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            return await _read(receive, limit)
    except TimeoutError:
        raise BadBody(408) from None


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ClientGone
        part = event.get("body", b"")
        size += len(part)
        if size > limit:
            raise BadBody(413)
        parts.append(part)
        more = event.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def wait_until_gone(receive: Receive) -> None:
    """Until the client has gone. What it still sends is passed over."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def respond(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """The whole response."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
