"""The application behind ours: requests go to it untouched, lifespan only if it wants it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse

from django_phoenix.transport.drain import drain
from django_phoenix.transport.loop_state import current_state
from django_phoenix.transport.loudness import slip
from django_phoenix.transport.refusal import refuse

logger = logging.getLogger("django_phoenix.socket")


class Inner:
    """The site's own application."""

    def __init__(self, app: Any, routes: Sequence[str] = ()) -> None:
        self.app = app
        # Where our sockets are, for who looks for one elsewhere.
        self._routes = routes

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass a request on."""
        if scope["type"] == "websocket" and self._is_django_alone():
            # Django would raise.
            routes = ", ".join(map(repr, self._routes)) or "none"
            logger.log(slip(), "No socket is mounted for %.200r; mounted: %s.", scope["path"], routes)
            await receive()
            await refuse(scope, send, HttpResponse(status=404))
        else:
            await self.app(scope, receive, send)

    def _is_django_alone(self) -> bool:
        """Nothing but Django's handler, which speaks HTTP only."""
        app = self.app
        while isinstance(app, ASGIStaticFilesHandler):
            app = app.application
        return isinstance(app, ASGIHandler)

    async def lifespan(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer the server, and let the application take part if it can (Django's can't)."""
        shared = SharedLifespan(receive, send)
        if not self._is_django_alone():
            try:
                await self.app(scope, shared.receive, shared.send)
            except Exception as error:
                if shared.started:
                    raise
                logger.debug("The application takes no part in lifespan: %r", error)
        await shared.finish()


class SharedLifespan:
    """Server and application, with us between them: what the application leaves unanswered we answer."""

    def __init__(self, receive: Any, send: Any) -> None:
        self._receive = receive
        self._send = send
        # The event that was given out and has not been answered.
        self._open: dict[str, Any] | None = None
        self.started = False
        self._over = False

    async def receive(self) -> dict[str, Any]:
        """The next event. At the end our connections are closed before anybody hears of it."""
        event: dict[str, Any] = await self._receive()
        state = current_state()
        if event["type"] == "lifespan.shutdown":
            await drain(state)
            await state.close()
        self._open = event
        return event

    async def send(self, event: dict[str, Any]) -> None:
        """An answer."""
        self._open = None
        self.started = True
        self._over = event["type"] == "lifespan.shutdown.complete" or event["type"].endswith(".failed")
        await self._send(event)

    async def finish(self) -> None:
        """Answer what is left."""
        while not self._over:
            event = self._open or await self.receive()
            await self.send({"type": f"{event['type']}.complete"})
