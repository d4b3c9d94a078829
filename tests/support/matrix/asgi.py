"""One channel with everything that servers, layers and proxies could get in the way of."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.matrix.settings")

from django.core.asgi import get_asgi_application

inner = get_asgi_application()

from django_phoenix.channel import Channel, event  # noqa: E402
from django_phoenix.presence import Presence  # noqa: E402
from django_phoenix.pubsub import broadcast  # noqa: E402
from django_phoenix.routing import phoenix_application, socket  # noqa: E402
from django_phoenix.socket import Socket  # noqa: E402


class RoomPresence(Presence):
    """Who is in the room."""


class RoomChannel(Channel):
    presence = RoomPresence

    def join(self, payload: dict[str, Any], **captures: Any) -> dict[str, Any]:
        self.track(self.socket.assigns.name)
        return {"pid": os.getpid()}

    @event
    async def tell(self, body: str) -> None:
        self.broadcast("told", {"body": body})

    @event
    def close(self, name: str) -> None:
        broadcast(f"visitors:{name}", "disconnect", {})


class MatrixSocket(Socket):
    channels = {"room:*": RoomChannel}

    def connect(self, params: dict[str, Any]) -> None:
        self.assigns.name = params["name"]

    def id(self) -> str:
        return f"visitors:{self.assigns.name}"


application = phoenix_application(inner, live=None, sockets=[socket("socket/", MatrixSocket)])
