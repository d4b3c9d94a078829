"""Presence across processes, through a real Redis: some are killed, some are cut off, one only asks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pytest

from tests.support.presence_peer import TOPIC, PresencePeer, presence_peer
from tests.support.redis import RedisServer

pytestmark = pytest.mark.redis


@pytest.fixture(params=["core", "pubsub"])
def layers(request: pytest.FixtureRequest, redis_server: RedisServer) -> dict[str, Any]:
    """Each of the layers of channels-redis."""
    return redis_server.layers(request.param, prefix=f"presence-{request.node.name}")


@pytest.fixture
def pubsub_layers(request: pytest.FixtureRequest, redis_server: RedisServer) -> dict[str, Any]:
    return redis_server.layers("pubsub", prefix=f"presence-{request.node.name}")


@contextlib.asynccontextmanager
async def cluster(layers: dict[str, Any], count: int, **phoenix: Any) -> Any:
    async with contextlib.AsyncExitStack() as stack:
        starting = [presence_peer("server", layers, **phoenix) for _ in range(count)]
        yield list(await asyncio.gather(*map(stack.enter_async_context, starting)))


async def watch(server: PresencePeer) -> None:
    """Tell every diff from now on."""
    await server.ask("subscribe", topic=TOPIC)


def told(server: PresencePeer) -> tuple[list[str], list[str]]:
    """Keys that subscribers were told of: who has come, who has gone."""
    diffs = server.got("presence_diff")
    return (
        sorted(key for diff in diffs for key in diff["joins"]),
        sorted(key for diff in diffs for key in diff["leaves"]),
    )


async def test_who_comes_and_goes_on_one_process_is_told_on_all_once(layers: dict[str, Any]) -> None:
    async with cluster(layers, 3) as servers:
        for server in servers:
            await watch(server)
        await servers[0].track("ada", status="on")
        await servers[1].track("bob")
        for server in servers:
            await server.sees("ada", "bob")
        await servers[0].ask("update", key="ada", meta={"status": "away"})
        await servers[1].ask("end", key="bob")
        for server in servers:
            await server.sees("ada")
            await server.has("ada", status="away")
            await server.ask("settle")
            assert told(server) == (["ada", "ada", "bob"], ["ada", "bob"])
        metas = [(await server.present())["ada"]["metas"][0] for server in servers]
        assert metas[0] == metas[1] == metas[2]


async def test_a_newcomer_learns_of_all_at_once(layers: dict[str, Any]) -> None:
    # No heartbeat would tell it so soon.
    async with cluster(layers, 2, PRESENCE_HEARTBEAT=30, PRESENCE_DOWN_AFTER=60) as servers:
        await servers[0].ask("crowd", prefix="a", count=1500)
        await servers[1].ask("crowd", prefix="b", count=20)
        everybody = [*(f"a{n}" for n in range(1500)), *(f"b{n}" for n in range(20))]
        await servers[1].sees(*everybody)
        async with presence_peer("server", layers, PRESENCE_HEARTBEAT=30, PRESENCE_DOWN_AFTER=60) as new:
            await new.sees(*everybody, within=10)


async def test_the_presences_of_a_process_that_is_killed_leave_after_the_documented_time(
    layers: dict[str, Any],
) -> None:
    async with cluster(layers, 3) as (one, two, killed):
        await watch(one)
        await one.track("ada")
        await killed.track("bob", "ada")
        for server in (one, two, killed):
            await server.sees("ada", "bob")
        assert len((await two.present())["ada"]["metas"]) == 2
        await killed.kill()
        began = time.monotonic()
        for server in (one, two):
            await server.sees("ada")
            assert len((await server.present())["ada"]["metas"]) == 1
        # Two seconds, one heartbeat, and what a busy machine needs.
        assert 1.5 < time.monotonic() - began < 10
        # Nor do they come back.
        async with presence_peer("server", layers) as new:
            await new.sees("ada")
            await asyncio.sleep(1)
            for server in (one, two, new):
                assert list(await server.present()) == ["ada"]


async def test_a_process_that_ends_in_order_takes_its_presences_along_at_once(layers: dict[str, Any]) -> None:
    async with cluster(layers, 2, PRESENCE_DOWN_AFTER=60) as (one, two):
        await one.track("ada")
        await two.track("bob")
        await one.sees("ada", "bob")
        await two.ask("leave")
        await one.sees("ada", within=10)


async def test_a_split_is_seen_on_both_sides_and_heals(layers: dict[str, Any]) -> None:
    async with cluster(layers, 3) as (one, two, three):
        for server in (one, two, three):
            await watch(server)
        for server, key in ((one, "a"), (two, "b"), (three, "c")):
            await server.track(key)
        for server in (one, two, three):
            await server.sees("a", "b", "c")
        await three.ask("split")
        for server in (one, two):
            await server.sees("a", "b")
        await three.sees("c")
        # Life goes on, on either side.
        await one.track("a2")
        await two.ask("end", key="b")
        await three.track("c2")
        await three.ask("end", key="c")
        await two.sees("a", "a2")
        await three.ask("heal")
        for server in (one, two, three):
            await server.sees("a", "a2", "c2")
            # What subscribers were told adds up to that.
            await server.ask("settle")
            joined, left = told(server)
            for key in left:
                joined.remove(key)
            assert joined == ["a", "a2", "c2"]


async def test_a_process_that_was_blocked_takes_nobody_for_dead(pubsub_layers: dict[str, Any]) -> None:
    async with cluster(pubsub_layers, 2) as (one, two):
        await watch(one)
        await one.track("ada")
        await two.track("bob")
        await one.sees("ada", "bob")
        await one.ask("block", seconds=4)
        await one.sees("ada", "bob")
        await one.ask("settle")
        assert told(one) == (["ada", "bob"], [])
        # The other one has missed it, and found it again.
        await two.sees("ada", "bob")


async def test_when_redis_is_away_for_long_both_sides_lose_each_other_and_find_each_other_again(
    own_redis: RedisServer,
) -> None:
    async with cluster(own_redis.layers("pubsub"), 2) as (one, two):
        await one.track("ada")
        await two.track("bob")
        for server in (one, two):
            await server.sees("ada", "bob")
        own_redis.stop()
        await one.sees("ada")
        await two.sees("bob")
        await one.track("ada2")
        own_redis.start()
        for server in (one, two):
            await server.sees("ada", "ada2", "bob", within=30)


async def test_when_redis_is_away_for_a_moment_nobody_seems_to_leave(own_redis: RedisServer) -> None:
    async with cluster(own_redis.layers("pubsub"), 2, PRESENCE_DOWN_AFTER=30) as (one, two):
        await watch(one)
        await one.track("ada")
        await two.track("bob")
        await one.sees("ada", "bob")
        own_redis.stop()
        await two.track("joe")
        await two.ask("end", key="bob")
        own_redis.start()
        await one.sees("ada", "joe", within=30)
        await one.ask("settle")
        assert told(one) == (["ada", "bob", "joe"], ["bob"])


async def test_a_process_without_an_event_loop_can_ask_who_is_there(layers: dict[str, Any]) -> None:
    async with cluster(layers, 2) as (one, two), presence_peer("plain", layers) as plain:
        await one.track("ada", n=1)
        await two.track("bob")
        await one.sees("ada", "bob")
        answer = await plain.ask("list", topic=TOPIC)
        assert sorted(answer["present"]) == ["ada", "bob"]
        assert answer["present"]["ada"]["metas"][0]["n"] == 1
        # From now on it hears of it.
        await two.ask("end", key="bob")
        await plain.sees("ada")
