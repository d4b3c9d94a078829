"""A mount whose clients speak Supabase's dialect."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_phoenix.channel import Channel, event
from django_phoenix.socket import Socket
from tests.support.peer import Peer, ok

TOPIC = "realtime:room"


class RoomChannel(Channel):
    async def join(self, payload):
        return payload["config"]

    @event
    async def say(self, body: str):
        self.broadcast("said", {"body": body})
        return {}

    @event
    async def draw(self, data: bytes):
        self.push("drawn", data[::-1])
        return {}


class RoomSocket(Socket):
    channels = {"realtime:*": RoomChannel}


APP = RoomSocket.as_asgi(dialect="supabase")


def wrapped(event: str, payload: object) -> dict[str, object]:
    return {"type": "broadcast", "event": event, "payload": payload}


async def test_an_ordinary_channel_serves_it_in_version_2():
    async with Peer(APP) as peer:
        joined = await peer.join(TOPIC, {"config": {"private": False}})
        assert joined == {"status": "ok", "response": {"private": False}}
        await peer.push("1", "2", TOPIC, "broadcast", wrapped("say", {"body": "hi"}))
        assert await peer.next() == [None, None, TOPIC, "broadcast", wrapped("said", {"body": "hi"})]
        assert await peer.next() == ok("2", TOPIC)


async def test_and_in_version_1():
    async with Peer(APP, query="vsn=1.0.0") as peer:
        for ref, event_name, payload in (
            ("1", "phx_join", {"config": {}}),
            ("2", "broadcast", wrapped("say", {"body": "hi"})),
        ):
            frame = {"topic": TOPIC, "event": event_name, "payload": payload, "ref": ref, "join_ref": "1"}
            await peer.send_raw(json.dumps(frame))
        assert (await peer.next())["payload"]["status"] == "ok"
        said = {"topic": TOPIC, "event": "broadcast", "payload": wrapped("said", {"body": "hi"}), "ref": None}
        assert await peer.next() == said


async def test_bytes_come_and_go_in_frames_of_its_own_kinds():
    async with Peer(APP) as peer:
        await peer.join(TOPIC, {"config": {}})
        fields = [b"1", b"2", TOPIC.encode(), b"draw", b""]
        await peer.send_raw(bytes((3, *map(len, fields), 0)) + b"".join(fields) + b"\x00\x01")
        drawn = bytes((4, len(TOPIC), len("drawn"), 0, 0)) + TOPIC.encode() + b"drawn" + b"\x01\x00"
        assert await peer.next_raw() == drawn
        assert await peer.next() == ok("2", TOPIC)


async def test_both_dialects_meet_on_a_topic():
    async with Peer(APP) as one, Peer(RoomSocket.as_asgi()) as other:
        for peer in (one, other):
            await peer.join(TOPIC, {"config": {}})
        await other.push("1", "2", TOPIC, "say", {"body": "hi"})
        assert await one.next() == [None, None, TOPIC, "broadcast", wrapped("said", {"body": "hi"})]
        assert await other.next() == [None, None, TOPIC, "said", {"body": "hi"}]


def test_another_dialect_is_a_mistake_that_is_named():
    with pytest.raises(ImproperlyConfigured, match="RoomSocket: dialect should be one of phoenix, supabase"):
        RoomSocket.as_asgi(dialect="firebase")
