"""The application behind ours: requests go to it untouched, lifespan only if it wants it."""

from __future__ import annotations

import logging
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse

from django_phoenix.transport.refusal import refuse

logger = logging.getLogger("django_phoenix.socket")


class Inner:
    """The site's own application."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass a request on."""
        if scope["type"] == "websocket" and isinstance(self.app, ASGIHandler):
            # Django would raise: it speaks HTTP only.
            await receive()
            await refuse(scope, send, HttpResponse(status=404))
        else:
            await self.app(scope, receive, send)

    async def lifespan(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer the server, and let the application take part if it can (Django's can't)."""
        if isinstance(self.app, ASGIHandler):
            await _answer_alone(receive, send)
            return
        shared = SharedLifespan(receive, send)
        try:
            await self.app(scope, shared.receive, shared.send)
        except Exception as error:
            if shared.started:
                raise
            logger.debug("The application takes no part in lifespan: %r", error)
        await _answer_alone(shared.receive_again, shared.send_rest)


class SharedLifespan:
    """Server and application, with us between them: what the application leaves unanswered we answer."""

    def __init__(self, receive: Any, send: Any) -> None:
        self._receive = receive
        self._send = send
        self._taken: list[dict[str, Any]] = []
        self._answered: set[str] = set()

    @property
    def started(self) -> bool:
        """The application has answered the start."""
        return bool(self._answered)

    async def receive(self) -> dict[str, Any]:
        """For the application."""
        event: dict[str, Any] = await self._receive()
        self._taken.append(event)
        return event

    async def send(self, event: dict[str, Any]) -> None:
        """For the application."""
        self._answered.add(event["type"].rpartition(".")[0])
        await self._send(event)

    async def receive_again(self) -> dict[str, Any]:
        """For us: first what the application has taken."""
        return self._taken.pop(0) if self._taken else await self._receive()

    async def send_rest(self, event: dict[str, Any]) -> None:
        """For us: what it has not answered."""
        if event["type"].rpartition(".")[0] not in self._answered:
            await self._send(event)


async def _answer_alone(receive: Any, send: Any) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
