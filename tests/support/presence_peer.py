"""A second process for presence tests; see ``pubsub_peer``. ``server`` has presences, ``plain`` only asks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from channels.layers import get_channel_layer

from django_phoenix import presence
from django_phoenix.presence import Presence
from tests.support.pubsub_peer import Peer, Plain, Server, main, peer

TOPIC = "room:1"


class RoomPresence(Presence):
    """The same in every process."""

    name = "room"


@contextlib.asynccontextmanager
async def presence_peer(kind: str, layers: dict[str, Any], **phoenix: Any) -> AsyncIterator[PresencePeer]:
    """As ``peer``; quick heartbeats unless the settings say otherwise."""
    quick = {"PRESENCE_HEARTBEAT": 0.2, "PRESENCE_DOWN_AFTER": 2, **phoenix}
    async with peer(kind, layers, module="tests.support.presence_peer", **quick) as it:
        yield PresencePeer(it.process, it.lines)


class PresencePeer(Peer):
    """The test's end."""

    def __init__(self, process: asyncio.subprocess.Process, lines: list[dict[str, Any]]) -> None:
        super().__init__(process)
        self.lines = lines

    async def sees(self, *keys: str, within: float = 20) -> None:
        """Wait until exactly these keys are present there."""
        began = time.monotonic()
        while (present := sorted(await self.present())) != sorted(keys):
            assert time.monotonic() - began < within, f"after {within} s it sees {present}, not {keys}"
            await asyncio.sleep(0.02)

    async def has(self, key: str, **meta: Any) -> None:
        """Wait until the key's first meta holds this."""
        async with asyncio.timeout(20):
            while True:
                if meta.items() <= (await self.present())[key]["metas"][0].items():
                    return
                await asyncio.sleep(0.02)

    async def present(self) -> dict[str, Any]:
        answer = await self.ask("list", topic=TOPIC)
        present: dict[str, Any] = answer["present"]
        return present

    async def track(self, *keys: str, **meta: Any) -> None:
        """Each has an owner of its own."""
        for key in keys:
            await self.ask("track", key=key, meta=meta)


# The other end.


class PresencePlain(Plain):
    """No event loop anywhere in sight."""

    def list(self, topic: str) -> dict[str, Any]:
        return {"present": RoomPresence.list(topic)}


class PresenceServer(Server):
    """Its owners are tasks that wait to be ended."""

    def __init__(self) -> None:
        super().__init__()
        self.owners: dict[str, asyncio.Task[Any]] = {}
        self.split_off = False
        self.cut(get_channel_layer())

    def cut(self, layer: Any) -> None:
        """While ``split_off``, what is sent gets nowhere, and nothing that was sent arrives."""
        send, receive = layer.group_send, layer.receive

        async def group_send(group: str, message: dict[str, Any]) -> None:
            if not self.split_off:
                await send(group, message)

        async def receive_unless_split(channel: str) -> Any:
            while True:
                message = await receive(channel)
                if not self.split_off:
                    return message

        layer.group_send, layer.receive = group_send, receive_unless_split

    async def track(self, key: str, meta: dict[str, Any]) -> dict[str, Any]:
        owner = self.owners[key] = asyncio.create_task(asyncio.Event().wait())
        return {"ref": RoomPresence.track(owner, key, meta, topic=TOPIC)}

    async def update(self, key: str, meta: dict[str, Any]) -> dict[str, Any]:
        return {"ref": RoomPresence.update(self.owners[key], key, meta, topic=TOPIC)}

    async def end(self, key: str) -> dict[str, Any]:
        self.owners.pop(key).cancel()
        return {}

    async def crowd(self, prefix: str, count: int) -> dict[str, Any]:
        """Many at once."""
        for number in range(count):
            await self.track(f"{prefix}{number}", {"n": number})
        return {}

    async def list(self, topic: str) -> dict[str, Any]:
        return {"present": await RoomPresence.alist(topic)}

    async def settle(self) -> dict[str, Any]:
        """Windows end."""
        await presence.settle()
        return {}

    async def split(self) -> dict[str, Any]:
        self.split_off = True
        return {}

    async def heal(self) -> dict[str, Any]:
        self.split_off = False
        return {}

    async def block(self, seconds: float) -> dict[str, Any]:
        """What nobody should do on an event loop."""
        time.sleep(seconds)  # noqa: ASYNC251
        return {}

    async def leave(self) -> dict[str, Any]:
        presence.close()
        return await super().leave()


if __name__ == "__main__":
    main(PresencePlain, PresenceServer)
