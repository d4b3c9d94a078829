"""PyPI `realtime`, by what it documents: channels of `realtime:` topics, broadcasts, presence."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates
from realtime.types import RealtimeAcknowledgementStatus as Status

from tests.clients.adapters.lines import Notify, serve

KINDS = {
    RealtimeSubscribeStates.SUBSCRIBED: "joined",
    RealtimeSubscribeStates.CHANNEL_ERROR: "errored",
    RealtimeSubscribeStates.CLOSED: "closed",
    RealtimeSubscribeStates.TIMED_OUT: "timeout",
}


class Adapter:
    def __init__(self, notify: Notify) -> None:
        self.notify = notify
        self.channels: dict[str, AsyncRealtimeChannel] = {}

    async def connect(self, url: str, params: dict[str, str]) -> None:
        self.client = AsyncRealtimeClient(url, params=params)
        await self.client.connect()

    async def join(self, topic: str, name: str) -> dict[str, Any]:
        channel = self.client.channel(
            topic.removeprefix("realtime:"),
            {
                "config": {
                    "broadcast": {"ack": True, "self": False},
                    "presence": {"key": name, "enabled": True},
                    "private": False,
                }
            },
        )
        self.channels[topic] = channel
        outcome: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def presence() -> None:
            self.notify("presence", topic=topic, keys=sorted(channel.presence_state()))

        def state(status: RealtimeSubscribeStates, error: Exception | None) -> None:
            self.notify(KINDS[status], topic=topic)
            if status is RealtimeSubscribeStates.SUBSCRIBED:
                tasks.append(asyncio.ensure_future(channel.track({})))
            if not outcome.done():
                joined = status is RealtimeSubscribeStates.SUBSCRIBED
                response = None if error is None else json.loads(str(error))
                outcome.set_result({"status": "ok" if joined else "error", "response": response})

        tasks: list[asyncio.Future[None]] = []
        channel.on_broadcast(
            "*",
            lambda message: self.notify(
                "event", topic=topic, event=message["event"], payload=message["payload"]
            ),
        )
        channel.on_presence_sync(presence)
        await channel.subscribe(state)
        return await outcome

    async def send(self, topic: str, event: str, payload: Any) -> None:
        await self.channels[topic].send_broadcast(event, payload)

    async def push(self, topic: str, event: str, payload: Any) -> dict[str, Any]:
        content = {"type": "broadcast", "event": event, "payload": payload}
        push = await self.channels[topic].push("broadcast", content)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def answered(status: str, response: Any = None) -> None:
            answer.set_result({"status": status, "response": response})

        # Of what is ok it does not show the response.
        push.receive(Status.Ok, lambda _: answered("ok"))
        push.receive(Status.Error, partial(answered, "error"))
        push.receive(Status.Timeout, partial(answered, "timeout"))
        return await answer

    async def leave(self, topic: str) -> dict[str, Any]:
        await self.channels[topic].unsubscribe()
        return {"status": "ok"}

    async def disconnect(self) -> None:
        await self.client.close()


if __name__ == "__main__":
    asyncio.run(serve(Adapter))
