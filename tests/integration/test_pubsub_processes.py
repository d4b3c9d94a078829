"""Broadcasts between processes, through a real Redis. Each process tells who it is; none plays two parts."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Any

import pytest

from django_phoenix.delivery.layer import group_name
from tests.support.pubsub_peer import Peer, peer
from tests.support.redis import RedisServer

pytestmark = pytest.mark.redis


@pytest.fixture(params=["core", "pubsub"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the layers of channels-redis; only the core one has memberships that expire."""
    name: str = request.param
    return name


def assert_distinct(*peers: Peer) -> None:
    pids = [each.pid for each in peers]
    assert len({*pids, os.getpid()}) == len(peers) + 1


async def heard(listener: Peer, event: str) -> dict[str, Any]:
    return await listener.next(got=event)


async def test_a_broadcast_reaches_the_subscribers_of_every_process_once(
    kind: str, redis_server: RedisServer
) -> None:
    layers = redis_server.layers(kind, prefix=f"every-{kind}")
    async with (
        peer("server", layers) as one,
        peer("server", layers) as two,
        peer("plain", layers) as publisher,
    ):
        assert_distinct(one, two, publisher)
        for server in (one, two):
            await server.ask("subscribe", topic="room:1")
        await publisher.ask("broadcast", topic="room:1", event="new", payload={"body": "é"})
        await one.ask("broadcast", topic="room:1", event="new", payload={"body": "from one"})
        await two.ask("broadcast", topic="room:1", event="last", payload={})
        for server in (one, two):
            assert (await heard(server, "last"))["pid"] == server.pid
            # Different publishers' broadcasts come in any order.
            while len(server.got("new")) < 2:
                await heard(server, "new")
            assert server.got("last") == [{"publisher": two.pid}]
            assert sorted(server.got("new"), key=lambda payload: payload["body"]) == [
                {"body": "from one", "publisher": one.pid},
                {"body": "é", "publisher": publisher.pid},
            ]


async def test_bytes_arrive_as_bytes(kind: str, redis_server: RedisServer) -> None:
    layers = redis_server.layers(kind, prefix=f"bytes-{kind}")
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1")
        await publisher.ask("binary", topic="room:1", event="file", content="00ff80")
        assert (await heard(server, "file"))["payload"] == "00ff80"


async def test_a_topic_that_was_left_is_heard_of_no_more(kind: str, redis_server: RedisServer) -> None:
    layers = redis_server.layers(kind, prefix=f"left-{kind}")
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        for topic in ("left", "kept"):
            await server.ask("subscribe", topic=topic)
        await server.ask("unsubscribe", topic="left")
        await publisher.ask("broadcast", topic="left", event="unheard", payload={})
        await publisher.ask("broadcast", topic="kept", event="heard", payload={})
        await heard(server, "heard")
        assert server.got("unheard") == []


@pytest.mark.parametrize("topics", [1, 250])
async def test_a_burst_arrives_in_order_and_nothing_is_lost(
    kind: str, redis_server: RedisServer, topics: int
) -> None:
    layers = redis_server.layers(kind, prefix=f"burst-{kind}-{topics}")
    async with peer("server", layers) as server, peer("server", layers) as publisher:
        assert_distinct(server, publisher)
        for number in range(topics):
            await server.ask("subscribe", topic="room:1" if topics == 1 else f"room:1:{number}")
        await publisher.ask("burst", topic="room:1", event="each", count=500, topics=topics)
        while len(server.got("each")) < 500:
            await heard(server, "each")
        numbers = [payload["number"] for payload in server.got("each")]
        for number in range(topics):
            own = [each for each in numbers if each % topics == number]
            assert own == sorted(own)
        assert (await server.ask("lost"))["lost"] == {}


@pytest.mark.parametrize("topics", [1, 1000])
async def test_a_thousand_broadcasts_of_a_plain_process_are_cheap_and_take_one_connection(
    kind: str, redis_server: RedisServer, topics: int
) -> None:
    layers = redis_server.layers(kind, prefix=f"cheap-{kind}-{topics}")
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1" if topics == 1 else "room:1:999")
        before = clients(redis_server)
        await publisher.ask("burst", topic="room:1", event="warm", count=1)
        told = await publisher.ask("burst", topic="room:1", event="each", count=1000, topics=topics)
        opened = clients(redis_server) - before
        while not any(payload["number"] == 999 for payload in server.got("each")):
            await heard(server, "each")
    assert told["flushed"]
    assert len(opened) <= 2
    assert told["cpu"] / 1000 <= 100e-6


def clients(redis_server: RedisServer) -> set[str]:
    """The connections that Redis has, but for the one that asks."""
    listed = redis_server.command("CLIENT", "LIST")
    if isinstance(listed, list):
        return {str(client["id"]) for client in listed if client["cmd"] != "client|list"}
    lines = (listed.decode() if isinstance(listed, bytes) else listed).splitlines()
    return {line.split()[0] for line in lines if "cmd=client" not in line}


async def test_a_broadcast_of_a_handler_that_then_blocks_arrives_while_it_blocks(
    kind: str, redis_server: RedisServer
) -> None:
    layers = redis_server.layers(kind, prefix=f"blocks-{kind}")
    async with peer("server", layers) as server, peer("server", layers) as other:
        assert_distinct(server, other)
        for each in (server, other):
            await each.ask("subscribe", topic="room:1")
        server.tell("hold", topic="room:1", event="early")
        for each in (server, other):
            assert (await heard(each, "early"))["pid"] == each.pid
        # Only now does the handler go on.
        assert not any("released" in line for line in server.lines)
        server.tell("release")
        await server.next(released=True)


async def test_a_forked_worker_broadcasts_like_any_process(kind: str, redis_server: RedisServer) -> None:
    layers = redis_server.layers(kind, prefix=f"fork-{kind}")
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1")
        # The parent's publishing thread is there before the fork.
        await publisher.ask("broadcast", topic="room:1", event="parents", payload={})
        told = await publisher.ask("fork", topic="room:1", event="childs")
        assert told["exitcode"] == 0
        assert (await heard(server, "childs"))["payload"] == {"from": "child", "publisher": told["child"]}
        assert told["child"] not in (server.pid, publisher.pid)
        await publisher.ask("broadcast", topic="room:1", event="parents", payload={})
        await heard(server, "parents")
        assert {payload["publisher"] for payload in server.got("parents")} == {publisher.pid}


async def test_what_is_broadcast_last_is_sent_before_the_process_ends(
    kind: str, redis_server: RedisServer
) -> None:
    layers = redis_server.layers(kind, prefix=f"last-{kind}")
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1")
        publisher.tell("end", topic="room:1", event="farewell")
        assert (await heard(server, "farewell"))["payload"]["publisher"] == publisher.pid
        assert await publisher.process.wait() == 0


@pytest.mark.parametrize(
    # The layer keeps whole seconds: what is not renewed is gone one second later.
    ("expiry", "seconds"),
    [(1, 4.5), pytest.param(3, 10.5, marks=pytest.mark.slow)],
)
async def test_a_topic_outlives_its_groups_expiry_several_times(
    redis_server: RedisServer, expiry: int, seconds: float
) -> None:
    layers = redis_server.layers("core", prefix=f"expiry{expiry}", group_expiry=expiry)
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1")
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            await publisher.ask("broadcast", topic="room:1", event="still there", payload={})
            await heard(server, "still there")
            await asyncio.sleep(0.3)


async def test_the_membership_of_a_killed_process_goes_and_the_others_stays(
    redis_server: RedisServer,
) -> None:
    layers = redis_server.layers("core", prefix="killed", group_expiry=1)
    group = f"killed:group:{group_name('room:1')}"
    async with (
        peer("server", layers) as killed,
        peer("server", layers) as left,
        peer("plain", layers) as publisher,
    ):
        assert_distinct(killed, left, publisher)
        for server in (killed, left):
            await server.ask("subscribe", topic="room:1")
        assert len(redis_server.command("ZRANGE", group, "0", "-1")) == 2
        await killed.kill()
        async with asyncio.timeout(10):
            while len(redis_server.command("ZRANGE", group, "0", "-1")) > 1:
                await publisher.ask("broadcast", topic="room:1", event="each", payload={})
                await heard(left, "each")
        await publisher.ask("broadcast", topic="room:1", event="last", payload={})
        assert (await heard(left, "last"))["pid"] == left.pid


async def test_a_server_that_ends_in_order_leaves_its_groups(redis_server: RedisServer) -> None:
    layers = redis_server.layers("core", prefix="leaves")
    async with peer("server", layers) as server:
        await server.ask("subscribe", topic="room:1")
        assert redis_server.command("KEYS", "leaves:group:*")
        await server.ask("leave")
        assert redis_server.command("KEYS", "leaves:group:*") == []


async def test_a_read_timeout_of_an_idle_connection_is_survived(redis_server: RedisServer) -> None:
    layers = redis_server.layers("core", prefix="timeout")
    layers["default"]["CONFIG"]["hosts"] = [{"address": redis_server.url, "socket_timeout": 1.2}]
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1")
        await asyncio.sleep(3)
        await publisher.ask("broadcast", topic="room:1", event="heard", payload={})
        await heard(server, "heard")


async def test_when_redis_dies_local_delivery_goes_on_and_when_it_is_back_all_heals(
    kind: str, own_redis: RedisServer
) -> None:
    layers = own_redis.layers(kind)
    async with (
        peer("server", layers) as one,
        peer("server", layers) as two,
        peer("plain", layers) as publisher,
    ):
        assert_distinct(one, two, publisher)
        for server in (one, two):
            await server.ask("subscribe", topic="room:1")
        await publisher.ask("broadcast", topic="room:1", event="before", payload={})
        for server in (one, two):
            await heard(server, "before")
        own_redis.stop()
        # Its own subscribers hear it at once; a new topic can be joined; nobody waits for Redis.
        await one.ask("broadcast", topic="room:1", event="meanwhile", payload={})
        await heard(one, "meanwhile")
        async with asyncio.timeout(10):
            await one.ask("subscribe", topic="room:2")
        await one.ask("broadcast", topic="room:2", event="new topic", payload={})
        await heard(one, "new topic")
        own_redis.start()
        # Each end tries again on its own; from some moment on all is as before, in both directions.
        await until_heard(publisher, one, "room:1")
        await until_heard(publisher, one, "room:2")
        await until_heard(one, two, "room:1")


async def until_heard(publisher: Peer, listener: Peer, topic: str) -> None:
    event = f"after {publisher.pid} {topic}"
    async with asyncio.timeout(60):
        while not listener.got(event):
            await publisher.ask("broadcast", topic=topic, event=event, payload={})
            await listener.ask("lost")
            await asyncio.sleep(0.05)


async def test_every_broadcast_that_redis_took_along_is_either_heard_or_counted(
    kind: str, own_redis: RedisServer
) -> None:
    layers = own_redis.layers(kind)
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1")
        await publisher.ask("broadcast", topic="room:1", event="each", payload={})
        await heard(server, "each")
        own_redis.stop()
        sent = 1
        for _ in range(5):
            await publisher.ask("broadcast", topic="room:1", event="each", payload={})
            sent += 1
        own_redis.start()
        async with asyncio.timeout(60):
            while not server.got("last"):
                # Between two of them the layer may be there for the one and not yet for the other.
                await publisher.ask("broadcast", topic="room:1", event="each", payload={})
                await publisher.ask("broadcast", topic="room:1", event="last", payload={})
                sent += 2
                await server.ask("lost")
                await asyncio.sleep(0.05)
        await publisher.ask("broadcast", topic="room:1", event="end", payload={})
        await heard(server, "end")
        lost = sum((await server.ask("lost"))["lost"].values())
        assert len(server.got("each")) + len(server.got("last")) + lost == sent


async def test_what_a_layer_drops_in_silence_is_counted_to_the_last_one(redis_server: RedisServer) -> None:
    layers = redis_server.layers("core", prefix="drops", capacity=5)
    async with peer("server", layers) as server, peer("plain", layers) as publisher:
        await server.ask("subscribe", topic="room:1")
        await publisher.ask("broadcast", topic="room:1", event="each", payload={})
        await heard(server, "each")
        os.kill(server.pid, signal.SIGSTOP)
        sent = 1
        for _ in range(30):
            # Each in a message of its own.
            await publisher.ask("flush_one", topic="room:1", event="each")
            sent += 1
        os.kill(server.pid, signal.SIGCONT)
        while not server.got("last"):
            await publisher.ask("flush_one", topic="room:1", event="last")
            sent += 1
            await server.ask("lost")
        await publisher.ask("broadcast", topic="room:1", event="end", payload={})
        await heard(server, "end")
        lost = sum((await server.ask("lost"))["lost"].values())
        assert lost > 0
        assert len(server.got("each")) + len(server.got("last")) + lost == sent


async def test_a_direct_broadcast_reaches_one_process_only(kind: str, redis_server: RedisServer) -> None:
    layers = redis_server.layers(kind, prefix=f"direct-{kind}")
    async with peer("server", layers) as one, peer("server", layers) as two, peer("server", layers) as three:
        assert_distinct(one, two, three)
        for server in (one, two, three):
            await server.ask("subscribe", topic="room:1")
        name = (await two.ask("node"))["name"]
        for server in (one, two):
            await server.ask("direct", node=name, topic="room:1", event="for two")
            await heard(two, "for two")
        await one.ask("broadcast", topic="room:1", event="for all", payload={})
        for server in (one, two, three):
            await heard(server, "for all")
        assert one.got("for two") == three.got("for two") == []
        assert len(two.got("for two")) == 2
        # What the others did not get is no loss.
        for server in (one, two, three):
            assert (await server.ask("lost"))["lost"] == {}


async def test_a_script_listens_and_leaves_nothing_behind(redis_server: RedisServer) -> None:
    layers = redis_server.layers("core", prefix="script")
    async with peer("server", layers) as script, peer("plain", layers) as publisher:
        await script.ask("listen", topic="room:1", count=2)
        await script.next(listening="room:1")
        for body in ("one", "two"):
            await publisher.ask("broadcast", topic="room:1", event="said", payload={"body": body})
        assert (await script.next(heard=["one", "two"]))["pid"] == script.pid
        assert redis_server.command("KEYS", "script:group:*") == []
