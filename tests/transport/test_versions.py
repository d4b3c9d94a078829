"""Clients of both versions of the protocol on one topic."""

from __future__ import annotations

import json

from django_phoenix import pubsub
from django_phoenix.channel import Channel, Reply, event
from django_phoenix.delivery import envelope
from django_phoenix.socket import Socket
from django_phoenix.wire import v1
from tests.support.peer import Peer


class Room(Channel):
    intercept = {"seen"}

    @event
    async def echo(self, **payload):
        return payload

    @event
    async def crash(self):
        raise RuntimeError

    @event
    async def blob(self):
        self.push("blob", b"\x00")
        self.push("after", {})
        return Reply.ok(b"\x01")

    @event
    async def later(self):
        pending = self.reply_later()
        pending.ok(b"\x02")

    async def handle_out(self, event, payload):
        self.push(event, {"mine": payload})


class RoomSocket(Socket):
    channels = {"room:*": Room}


APP = RoomSocket.as_asgi()


class Old(Peer):
    """A client of version 1."""

    def __init__(self, query: str = "vsn=1.0.0") -> None:
        super().__init__(APP, query=query)

    async def say(self, event, payload=None, ref="1", **more):
        fields = {"topic": "room:1", "event": event, "payload": payload or {}, "ref": ref, **more}
        await self.send_raw(json.dumps(fields))


def frame(event, payload, ref=None):
    return {"topic": "room:1", "event": event, "payload": payload, "ref": ref}


def reply(response, ref, status="ok"):
    return frame("phx_reply", {"status": status, "response": response}, ref)


async def test_version_1_from_join_to_leave():
    async with Old() as old:
        await old.say("phx_join", ref="1")
        assert await old.next() == reply({}, "1")
        await old.say("echo", {"n": 1}, ref="2")
        assert await old.next() == reply({"n": 1}, "2")
        await old.say("nope", ref="3", join_ref="1")
        assert await old.next() == reply({"reason": "unknown event"}, "3", "error")
        await old.say("phx_leave", ref="4")
        assert await old.next() == reply({}, "4")
        assert await old.next() == frame("phx_close", {}, "1")
        await old.say("echo", ref="5")
        assert await old.next() == reply({"reason": "unmatched topic"}, "5", "error")


async def test_version_1_crash_and_duplicate_join_name_the_join_that_they_mean():
    async with Old("") as old:
        await old.say("phx_join", ref="1")
        await old.next()
        await old.say("phx_join", ref="2")
        assert [await old.next(), await old.next()] == [frame("phx_close", {}, "1"), reply({}, "2")]
        await old.say("crash", ref="3")
        assert await old.next() == frame("phx_error", {"reason": "channel_crash"}, "2")


async def test_ch_46_a_broadcast_to_both_versions_is_encoded_once_for_each(monkeypatch):
    calls = []
    encode = v1.dumps
    monkeypatch.setattr(v1, "dumps", lambda value: calls.append(value) or encode(value))
    async with Old() as first, Old() as second, Peer(APP) as third:
        for old in (first, second):
            await old.say("phx_join")
            await old.next()
        await third.join("room:1")
        calls.clear()
        pubsub.broadcast("room:1", "news", {"größe": 1})
        assert await first.next() == await second.next() == frame("news", {"größe": 1})
        assert await third.next() == [None, None, "room:1", "news", {"größe": 1}]
    assert len(calls) == 1


async def test_an_intercepted_broadcast_is_pushed_in_each_client_s_version():
    async with Old() as old, Peer(APP) as new:
        await old.say("phx_join")
        await old.next()
        await new.join("room:1")
        pubsub.broadcast("room:1", "seen", {"n": 1})
        assert await old.next() == frame("seen", {"mine": {"n": 1}})
        assert await new.next() == ["1", None, "room:1", "seen", {"mine": {"n": 1}}]


async def test_a_binary_broadcast_passes_over_who_can_t_take_it_and_reaches_the_others(caplog):
    async with Old() as first, Old() as second, Peer(APP) as new:
        for old in (first, second):
            await old.say("phx_join")
            await old.next()
        await new.join("room:1")
        pubsub.broadcast("room:1", "blob", b"\x00\x01")
        assert await new.next_raw() == b"\x02\x06\x04room:1blob\x00\x01"
        assert await first.silent()
        assert await second.silent()
    assert [each.name for each in caplog.records if "passed over" in each.message] == [
        "django_phoenix.pubsub"
    ]


async def test_binary_pushes_and_replies_to_version_1_harm_nobody(caplog):
    async with Old() as old:
        await old.say("phx_join")
        await old.next()
        await old.say("blob", ref="2")
        assert await old.next() == frame("after", {})
        assert await old.next() == reply({"reason": "binary is not supported"}, "2", "error")
        await old.say("later", ref="3")
        assert await old.next() == reply({"reason": "binary is not supported"}, "3", "error")
        assert not old.connection.closed
    assert "a push is passed over" in caplog.text


async def test_a_binary_frame_from_version_1_closes_the_connection():
    async with Old() as old:
        await old.send_raw(b"\x00\x00\x00\x00\x00")
        assert await old.closed() == 1003


def test_each_frame_of_a_delivery_is_made_when_it_is_asked_for():
    delivery = envelope.make_delivery("t", "e", {"n": 1})
    assert delivery.frame_for(v1) is delivery.frame_for(v1)


async def test_refs_may_be_numbers():
    async with Old() as old:
        await old.say("phx_join", ref=7)
        assert await old.next() == reply({}, 7)
