"""What each step of the script needs of a server, once as plain channels and once in Supabase's words."""

from __future__ import annotations

from django_phoenix.channel import Channel, JoinRefused, Reply, event
from django_phoenix.socket import Socket
from tests.clients.documented import documented

rooms = documented("client/other_clients.md", "rooms/channels.py")


def refuse(name):
    if name == "nobody":
        raise JoinRefused({"reason": "nobody may not come in"})


class Events:
    @event
    async def note(self, **payload):
        self.push("noted", payload)

    @event
    async def echo(self, **payload):
        return payload

    @event
    async def divide(self, by: int):
        return Reply.ok({"quotient": 12 // by}) if by else Reply.error({"reason": "division by zero"})

    @event
    async def shout(self, **payload):
        self.broadcast("shout", payload)

    @event
    async def crash(self):
        raise RuntimeError("as the test wants it")

    @event
    async def blob(self, data: bytes):
        self.broadcast_from("blob", data)
        return Reply.ok(data[::-1])


class StageChannel(Events, Channel):
    presence = rooms.RoomPresence

    async def join(self, payload):
        refuse(payload["name"])
        self.track(payload["name"])
        return {"hello": payload["name"]}


class StageSocket(Socket):
    channels = {"stage:*": StageChannel, "realtime:*": StageChannel}

    async def connect(self, params):
        self.assigns.id = params.get("id")

    def id(self):
        return self.assigns.id


class RealtimeChannel(Events, rooms.RoomChannel):
    """As documented, with the script's events."""

    async def join(self, payload, *, room: str):
        refuse(payload["config"]["presence"]["key"])
        await super().join(payload, room=room)

    @event
    async def blob(self, data: bytes):
        """A reply can't be binary."""
        await super().blob(data)
        return {}


class RealtimeSocket(StageSocket):
    """For clients whose topics all begin with "realtime:"."""

    channels = {"realtime:<room>": RealtimeChannel}
