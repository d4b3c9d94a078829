"""The client that the documentation shows, taken from its page."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from tests.clients.adapters.lines import Notify, serve
from tests.clients.documented import documented

phoenix_client = documented("client/write_a_client.md", "phoenix_client.py")


class Adapter:
    def __init__(self, notify: Notify) -> None:
        self.notify = notify

    async def connect(self, url: str, params: dict[str, str]) -> None:
        self.socket = phoenix_client.Socket(url, params)
        await self.socket.__aenter__()

    async def join(self, topic: str, name: str) -> dict[str, Any]:
        channel = self.socket.channel(topic, {"name": name})
        for event in ("noted", "shout", "blob"):
            channel.on(event, partial(self.tell_event, topic, event))
        channel.on("phx_join", lambda _: self.tell("joined", topic))
        channel.on("phx_error", lambda _: self.tell("errored", topic))
        channel.on("phx_close", lambda _: self.tell("closed", topic))
        presence = phoenix_client.Presence(
            channel, lambda: self.tell("presence", topic, keys=sorted(presence.present))
        )
        return await answer(channel.join())

    def tell(self, kind: str, topic: str, **facts: Any) -> None:
        self.notify(kind, topic=topic, **facts)

    def tell_event(self, topic: str, event: str, payload: Any) -> None:
        self.tell("event", topic, event=event, payload=payload)

    async def send(self, topic: str, event: str, payload: Any) -> None:
        await self.socket.channels[topic].send(event, payload)

    async def push(self, topic: str, event: str, payload: Any) -> dict[str, Any]:
        return await answer(self.socket.channels[topic].push(event, payload))

    async def leave(self, topic: str) -> dict[str, Any]:
        left = await answer(self.socket.channels[topic].leave())
        self.tell("closed", topic)
        return left

    async def disconnect(self) -> None:
        await self.socket.__aexit__(None, None, None)


async def answer(asked: Any) -> dict[str, Any]:
    try:
        return {"status": "ok", "response": await asked}
    except phoenix_client.Refused as refused:
        return {"status": "error", "response": refused.response}
    except TimeoutError:
        return {"status": "timeout"}


if __name__ == "__main__":
    asyncio.run(serve(Adapter))
