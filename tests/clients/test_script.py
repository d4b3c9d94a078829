"""One script of twelve steps; every client goes through it, each step with sockets of its own."""

from __future__ import annotations

import asyncio

import pytest

from tests.clients.remote import Reply
from tests.clients.script import Stage

pytestmark = [pytest.mark.servers, pytest.mark.asyncio(loop_scope="module")]

# Below the ten seconds after which a server gives up waiting for a client's side of a close.
AT_ONCE = 8.0


def shown(stage: Stage, reply: Reply, status: str, response: object) -> None:
    assert reply.status == status, reply
    if stage.kind.shows_replies:
        assert reply.response == response


async def test_01_it_joins(stage: Stage) -> None:
    socket = await stage.connected("ada")
    reply = await socket.join(stage.topic, "ada")
    shown(stage, reply, "ok", {"hello": "ada"})


async def test_02_it_hears_why_it_is_refused(stage: Stage) -> None:
    socket = await stage.connected("ada")
    assert await socket.join(stage.topic, "nobody") == Reply("error", {"reason": "nobody may not come in"})
    assert (await socket.join(stage.topic_of("other"), "ada")).status == "ok"


async def test_03_its_push_arrives(stage: Stage) -> None:
    socket = await stage.joined("ada")
    await socket.send(stage.topic, "note", {"text": "grüße", "deep": [1, {"a": None}]})
    assert await socket.event(stage.topic, "noted") == {"text": "grüße", "deep": [1, {"a": None}]}


async def test_04_its_push_is_answered(stage: Stage) -> None:
    socket = await stage.joined("ada")
    shown(stage, await socket.push(stage.topic, "echo", {"n": 1}), "ok", {"n": 1})


async def test_05_an_error_is_an_answer_and_ends_nothing(stage: Stage) -> None:
    socket = await stage.joined("ada")
    reply = await socket.push(stage.topic, "divide", {"by": 0})
    shown(stage, reply, "error", {"reason": "division by zero"})
    assert (await socket.push(stage.topic, "divide", {"by": 4})).status == "ok"


async def test_06_a_broadcast_reaches_everybody(stage: Stage) -> None:
    ada, joe = await stage.joined("ada"), await stage.joined("joe")
    await ada.send(stage.topic, "shout", {"text": "hello"})
    assert await joe.event(stage.topic, "shout") == {"text": "hello"}
    assert await ada.event(stage.topic, "shout") == {"text": "hello"}


async def test_07_it_sees_who_comes_and_goes(stage: Stage) -> None:
    ada, topic = await stage.joined("ada"), stage.topic
    await ada.wait_for("presence", topic=topic, keys=["ada"])
    joe = await stage.joined("joe")
    await ada.wait_for("presence", topic=topic, keys=["ada", "joe"])
    await joe.wait_for("presence", topic=topic, keys=["ada", "joe"])
    await joe.leave(topic)
    await ada.wait_for("presence", topic=topic, keys=["ada"])
    zoe = await stage.joined("zoe")
    await ada.wait_for("presence", topic=topic, keys=["ada", "zoe"])
    await zoe.disconnect()
    await ada.wait_for("presence", topic=topic, keys=["ada"])


async def test_08_a_crash_ends_one_channel_and_it_joins_again(stage: Stage) -> None:
    socket = await stage.joined("ada")
    other = stage.topic_of("other")
    assert (await socket.join(other, "ada")).status == "ok"
    await socket.send(stage.topic, "crash", {})
    await socket.wait_for("errored", topic=stage.topic)
    assert (await socket.push(other, "echo", {})).status == "ok"
    await socket.wait_for("joined", topic=stage.topic)
    assert (await socket.push(stage.topic, "echo", {})).status == "ok"
    assert not [notice for notice in socket.notices if notice["kind"] in ("errored", "close")]


async def test_09_after_a_restart_it_is_back_where_it_was(stage: Stage) -> None:
    socket = await stage.joined("ada")
    await stage.site.stop()
    await socket.wait_for("errored", topic=stage.topic)
    await stage.site.start()
    await socket.wait_for("joined", topic=stage.topic)
    assert (await socket.push(stage.topic, "echo", {})).status == "ok"


async def test_10_it_comes_back_when_all_sockets_of_its_id_are_closed(stage: Stage) -> None:
    if not stage.kind.notices_end:
        pytest.skip("this client does not notice that its session has ended")
    ada, joe = await stage.joined("ada"), await stage.joined("joe")
    await stage.site.disconnect(stage.socket_id("ada"))
    if stage.kind.shows_closes:
        closed = await asyncio.wait_for(ada.wait_for("close"), AT_ONCE)
        assert closed["code"] == stage.kind.code(1001)
    await ada.wait_for("errored", topic=stage.topic)
    await ada.wait_for("joined", topic=stage.topic)
    assert (await ada.push(stage.topic, "echo", {})).status == "ok"
    assert not [notice for notice in joe.notices if notice["kind"] in ("errored", "close")]


async def test_11_bytes_travel_as_bytes(stage: Stage) -> None:
    if not stage.kind.binary:
        pytest.skip("this client has no binary messages")
    ada, joe = await stage.joined("ada"), await stage.joined("joe")
    reply = await ada.push(stage.topic, "blob", b"\x00\x01\xff")
    shown(stage, reply, "ok", b"\xff\x01\x00")
    assert await joe.event(stage.topic, "blob") == b"\x00\x01\xff"


async def test_12_it_leaves(stage: Stage) -> None:
    ada, joe = await stage.joined("ada"), await stage.joined("joe")
    assert (await ada.leave(stage.topic)).status == "ok"
    await ada.wait_for("closed", topic=stage.topic)
    await joe.send(stage.topic, "shout", {"text": "are you there?"})
    await joe.event(stage.topic, "shout")
    assert not [notice for notice in ada.notices if notice["kind"] == "event"]
