"""What each step of the script needs of a server, once as plain channels and once in Supabase's words."""

from __future__ import annotations

from django_phoenix.channel import Channel, JoinRefused, Reply, event
from django_phoenix.socket import Socket


class StageChannel(Channel):
    async def join(self, payload):
        if payload.get("name") == "nobody":
            raise JoinRefused({"reason": "nobody may not come in"})
        return {"hello": payload.get("name")}

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


class StageSocket(Socket):
    channels = {"stage:*": StageChannel}

    async def connect(self, params):
        self.assigns.id = params.get("id")

    def id(self):
        return self.assigns.id


class RealtimeChannel(StageChannel):
    """The client's name is the key of its presence; a reply can't be binary."""

    async def join(self, payload):
        return await super().join({"name": payload["config"]["presence"]["key"]})

    @event
    async def blob(self, data: bytes):
        await super().blob(data)
        return {}


class RealtimeSocket(StageSocket):
    """For clients whose topics all begin with "realtime:"."""

    channels = {"realtime:*": RealtimeChannel}
