"""The socket of one page, and what its topics hear."""

from __future__ import annotations

from typing import Any, Protocol

from django.test import Client

from django_phoenix.live.endpoint import LiveSocket
from django_phoenix.testing.frames import Arrival
from django_phoenix.testing.handshake import Visitor
from django_phoenix.testing.peer import Peer
from django_phoenix.testing.world import World
from django_phoenix.transport.options import SocketOptions

PATH = "/live"


class Hearer(Protocol):
    """A topic that the page has joined, or wants to."""

    topic: str
    join_ref: str | None

    def hear(self, arrival: Arrival) -> None:
        """A frame for it."""

    async def aclose(self) -> None:
        """The page goes."""


class Wire(Peer):
    """As the official client's Socket: refs, topics, replies."""

    def __init__(self, world: World, client: Any, csrf: str, params: dict[str, Any], headers: Any) -> None:
        sent = {**params, "_csrf_token": csrf} if csrf else params
        visitor = Visitor(sent, None, {}, client, {**_headers(client), **headers}, None, {}, PATH)
        # A page of a site whose own script finds the token elsewhere.
        options = SocketOptions(check_csrf=bool(csrf))
        super().__init__(world, LiveSocket, options, visitor)
        self.topics: dict[str, Hearer] = {}
        self._replies: dict[str, dict[str, Any] | None] = {}

    async def call(self, hearer: Hearer, event: str, payload: Any) -> dict[str, Any] | None:
        """Send; the reply, ``{"status": …, "response": …}``, or None if the topic has ended without one."""
        ref = self.next_ref()
        if event == "phx_join":
            hearer.join_ref = ref
            self.topics[hearer.topic] = hearer
        self._replies[ref] = None
        self.send(hearer.join_ref, ref, hearer.topic, event, payload)
        await self.world.settle()
        return self._replies.pop(ref)

    def forget(self, hearer: Hearer) -> None:
        """Nothing more is expected of it."""
        if self.topics.get(hearer.topic) is hearer:
            del self.topics[hearer.topic]

    def _arrive(self, arrival: Arrival) -> None:
        if arrival.event == "phx_reply" and arrival.ref in self._replies:
            self._replies[arrival.ref] = arrival.payload
        hearer = self.topics.get(arrival.topic)
        if hearer is not None and arrival.join_ref == hearer.join_ref:
            hearer.hear(arrival)


def _headers(client: Client) -> dict[str, str]:
    """Those that a test client sends with each request."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in client.defaults.items()
        if name.startswith("HTTP_")
    }
    server = client.defaults.get("SERVER_NAME")
    return headers if server is None else {"host": str(server), **headers}
