"""The stage of one step: sockets of one client, a topic of its own, and the server."""

from __future__ import annotations

import itertools

from tests.clients.kinds import Kind
from tests.clients.remote import Client, Socket
from tests.clients.site import Site

numbers = itertools.count(1)


class Stage:
    def __init__(self, kind: Kind, site: Site, client: Client) -> None:
        self.kind = kind
        self.site = site
        self.client = client
        self.number = next(numbers)
        self.sockets: list[Socket] = []

    @property
    def topic(self) -> str:
        """One that no other step uses."""
        return self.topic_of("room")

    def topic_of(self, word: str) -> str:
        return f"{self.kind.topics}:{word}{self.number}"

    def socket_id(self, name: str) -> str:
        return f"{name}{self.number}"

    async def connected(self, name: str) -> Socket:
        """A new socket of the client, whose id is made of ``name``."""
        socket = self.client.socket(f"{name}{self.number}")
        self.sockets.append(socket)
        await socket.connect(self.site.ws(self.kind.mount), {"id": self.socket_id(name)})
        return socket

    async def joined(self, name: str) -> Socket:
        """Connected and in the topic, under that name."""
        socket = await self.connected(name)
        reply = await socket.join(self.topic, name)
        assert reply.status == "ok", reply
        await socket.wait_for("joined", topic=self.topic)
        return socket

    async def clear(self) -> None:
        for socket in self.sockets:
            if socket.name in self.client.sockets:
                await socket.disconnect()
