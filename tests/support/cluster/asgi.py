"""One channel that tells which process it runs in."""

from __future__ import annotations

import os
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.cluster.settings")

from django.core.asgi import get_asgi_application

inner = get_asgi_application()

from django_phoenix.channel import Channel  # noqa: E402
from django_phoenix.history import History  # noqa: E402
from django_phoenix.params import event  # noqa: E402
from django_phoenix.presence import Presence  # noqa: E402
from django_phoenix.pubsub import broadcast  # noqa: E402
from django_phoenix.routing import phoenix_application, socket  # noqa: E402
from django_phoenix.socket import Socket  # noqa: E402
from tests.support.gates import Gatekeeper, gate_of  # noqa: E402


class RoomChannel(Gatekeeper, Channel):
    async def join(self, payload: Any, **captures: Any) -> dict[str, Any]:
        return {"pid": os.getpid()}

    @event
    def shout(self, body: str, gate: str) -> dict[str, Any]:
        """To all, and then it waits: the broadcast has gone by then."""
        self.broadcast("shout", {"from": os.getpid(), "body": body})
        gate_of(gate).wait()
        return {"pid": os.getpid()}

    @event
    def shout_to_others(self, body: str) -> dict[str, Any]:
        self.broadcast_from("shout", {"from": os.getpid(), "body": body})
        return {"pid": os.getpid()}

    @event
    async def address(self) -> dict[str, Any]:
        return {"ref": self.ref}

    @event
    async def send_to(self, ref: str, message: Any) -> None:
        self.send(ref, message)

    async def handle_info(self, message: Any) -> None:
        self.push("info", {"pid": os.getpid(), "message": message})

    @event
    async def echo(self, **payload: Any) -> dict[str, Any]:
        return payload

    @event
    async def tell(self, body: str) -> None:
        self.broadcast("told", {"body": body})

    @event
    async def length(self, data: bytes) -> dict[str, Any]:
        return {"length": len(data)}

    @event
    async def flood(self, count: int) -> None:
        for number in range(count):
            self.push("flood", {"n": number})

    @event
    async def disconnect(self, id: str) -> None:
        """All sockets of that id."""
        broadcast(id, "disconnect", {})

    @event
    async def block(self, seconds: float) -> None:
        """What nobody should do in an `async def`."""
        time.sleep(seconds)  # noqa: ASYNC251


class RememberedChannel(RoomChannel):
    history = History(size=50)


class HerePresence(Presence):
    """Whoever has joined."""


class HereChannel(RoomChannel):
    presence = HerePresence

    async def join(self, payload: Any, **captures: Any) -> dict[str, Any]:
        self.track(payload["key"])
        return {"pid": os.getpid()}


class ClusterSocket(Socket):
    channels = {"room:*": RoomChannel, "remembered:*": RememberedChannel, "here:*": HereChannel}

    async def connect(self, params: dict[str, Any]) -> None:
        self.assigns.id = params.get("id")

    def id(self) -> str | None:
        return self.assigns.id


SOCKETS = [
    socket("socket/", ClusterSocket),
    socket("polling/", ClusterSocket, longpoll={"window_ms": 2000}),
]
application = phoenix_application(inner, live=None, sockets=SOCKETS)
