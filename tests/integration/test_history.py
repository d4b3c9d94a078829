"""Clients that come back to another process than they left, through a real Redis."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.pubsub_peer import Peer, peer
from tests.support.redis import RedisServer

pytestmark = pytest.mark.redis

TOPIC = "room:1"


@pytest.fixture(params=["core", "pubsub"])
def layers(request: pytest.FixtureRequest, redis_server: RedisServer) -> dict[str, Any]:
    return redis_server.layers(request.param, prefix=f"history-{request.node.name}"[:80])


async def say(by: Peer, *bodies: str, heard_by: Peer | None = None) -> None:
    for body in bodies:
        await by.ask("broadcast", topic=TOPIC, event="said", payload={"body": body})
        if heard_by is not None:
            while body not in bodies_of(heard_by.got("said")):
                await heard_by.next(got="said")


def bodies_of(payloads: list[Any]) -> list[str]:
    return [payload["body"] for payload in payloads]


async def missed(by: Peer, offset: str) -> list[str]:
    answer = await by.ask("catch_up", topic=TOPIC, offset=offset)
    assert answer["gap"] is False
    return bodies_of(answer["missed"])


async def test_a_process_that_never_heard_of_the_topic_gets_it_from_one_that_has(
    layers: dict[str, Any],
) -> None:
    async with peer("server", layers) as one, peer("server", layers) as two, peer("plain", layers) as task:
        offset = (await one.ask("catch_up", topic=TOPIC))["offset"]
        await say(one, "from a server")
        await say(task, "from a task", "once more", heard_by=one)
        await one.ask("binary", topic=TOPIC, event="file", content="00ff")
        answer = await two.ask("catch_up", topic=TOPIC, offset=offset)
        assert answer["gap"] is False
        assert bodies_of(answer["missed"][:3]) == ["from a server", "from a task", "once more"]
        assert answer["missed"][3:] == ["00ff"]
        # And from now on by itself.
        here = (await two.ask("catch_up", topic=TOPIC))["offset"]
        await say(task, "later", heard_by=two)
        assert await missed(two, here) == ["later"]


async def test_who_was_on_a_process_that_was_killed_goes_on_with_another(layers: dict[str, Any]) -> None:
    async with peer("server", layers) as one, peer("server", layers) as two, peer("plain", layers) as task:
        for server in (one, two):
            await server.ask("catch_up", topic=TOPIC)
        offset = (await one.ask("catch_up", topic=TOPIC))["offset"]
        await two.ask("knows_another", topic=TOPIC)
        await one.kill()
        await say(task, "missed", heard_by=two)
        assert await missed(two, offset) == ["missed"]


async def test_a_history_outlives_every_process_that_began_it(layers: dict[str, Any]) -> None:
    async with peer("plain", layers) as task, peer("server", layers) as one:
        offset = (await one.ask("catch_up", topic=TOPIC))["offset"]
        await say(task, "heard", heard_by=one)
        async with peer("server", layers) as two:
            # Its first client is new: what the process takes over is for others, later.
            await two.ask("catch_up", topic=TOPIC)
            await say(one, "missed", heard_by=two)
            assert await missed(two, offset) == ["heard", "missed"]
            await one.kill()
            async with peer("server", layers) as three:
                assert await missed(three, offset) == ["heard", "missed"]
                await two.kill()
                await say(task, "last", heard_by=three)
                # The first one's offset, though nobody is left who has known it.
                assert await missed(three, offset) == ["heard", "missed", "last"]


async def test_where_nobody_knows_there_is_a_gap_after_a_moment(layers: dict[str, Any]) -> None:
    async with peer("plain", layers) as task:
        async with peer("server", layers) as one:
            offset = (await one.ask("catch_up", topic=TOPIC))["offset"]
            await say(task, "heard", heard_by=one)
        async with peer("server", layers) as two:
            answer = await two.ask("catch_up", topic=TOPIC, offset=offset)
            assert answer["gap"] is True
            assert answer["missed"] == []
            # Bounded; on a busy machine by more than the second that is meant.
            assert answer["seconds"] < 5
            # Whoever comes next does not wait for the same once more.
            assert (await two.ask("catch_up", topic=TOPIC, offset=offset))["seconds"] < 1


async def test_while_redis_is_away_nobody_waits_for_others(own_redis: RedisServer) -> None:
    layers = own_redis.layers("pubsub")
    async with peer("server", layers) as one, peer("server", layers) as two:
        offset = (await one.ask("catch_up", topic=TOPIC))["offset"]
        await two.ask("catch_up", topic="another")
        own_redis.stop()
        await say(one, "here", heard_by=one)
        assert await missed(one, offset) == ["here"]
        answer = await two.ask("catch_up", topic=TOPIC, offset=offset)
        assert answer["gap"] is True
        assert answer["seconds"] < 10


async def test_after_redis_was_away_nobody_can_say_what_was_missed(own_redis: RedisServer) -> None:
    layers = own_redis.layers("pubsub")
    async with peer("server", layers) as one, peer("plain", layers) as task:
        offset = (await one.ask("catch_up", topic=TOPIC))["offset"]
        await say(task, "before", heard_by=one)
        own_redis.stop()
        await say(one, "here", heard_by=one)
        own_redis.start()
        await say_until_heard(task, one)
        assert (await one.ask("catch_up", topic=TOPIC, offset=offset))["gap"] is True
        # From here on it knows again.
        offset = (await one.ask("catch_up", topic=TOPIC))["offset"]
        await say(task, "after", heard_by=one)
        assert await missed(one, offset) == ["after"]


async def say_until_heard(by: Peer, listener: Peer) -> None:
    async with asyncio.timeout(60):
        while "again" not in bodies_of(listener.got("said")):
            await by.ask("broadcast", topic=TOPIC, event="said", payload={"body": "again"})
            await listener.ask("lost")
            await asyncio.sleep(0.05)
