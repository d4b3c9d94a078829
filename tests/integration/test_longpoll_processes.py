"""Long-polling over two processes and one Redis, where no request knows which of them it will meet."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import httpx
import pytest

from tests.support.client import PhoenixClient, Reply
from tests.support.longpoll_client import NDJSON, PollingClient
from tests.support.redis import RedisServer
from tests.support.servers import ServerProcess, serve

pytestmark = [pytest.mark.redis, pytest.mark.servers]

Servers = tuple[ServerProcess, ServerProcess]
APP = "tests.support.cluster.asgi:application"


def environment(redis: RedisServer, kind: str) -> dict[str, str]:
    layers = redis.layers(kind, prefix=f"longpoll-{kind}")
    return {"DJANGO_SETTINGS_MODULE": "tests.support.cluster.settings", "PEER_LAYERS": json.dumps(layers)}


@pytest.fixture(scope="module", params=["core", "pubsub"])
def servers(request: pytest.FixtureRequest, redis_server: RedisServer) -> Iterator[Servers]:
    env = environment(redis_server, request.param)
    with serve("uvicorn", APP, env=env) as one, serve("hypercorn", APP, env=env) as two:
        yield one, two
        for server in (one, two):
            assert "Traceback" not in server.log
            assert "never" not in server.log


@pytest.fixture
async def client(servers: Servers) -> AsyncIterator[PollingClient]:
    async with PollingClient(*(f"{server.url}/socket" for server in servers)) as client:
        yield client


async def test_ch_24_requests_find_their_session_wherever_they_land(client: PollingClient) -> None:
    room = await client.join("room:find")
    for number in range(20):
        assert await room.push("echo", {"n": number}) == Reply("ok", {"n": number})


async def test_ch_24_a_message_reaches_a_poll_that_another_process_holds(
    servers: Servers, client: PollingClient
) -> None:
    room = await client.join("room:held")
    async with PhoenixClient(servers[0].ws("/socket")) as other:
        theirs = await other.join("room:held")
        for number in range(6):
            # Now one process holds the poll, now the other.
            await theirs.send("tell", {"body": str(number)})
            assert await room.next_event("told") == {"body": str(number)}


async def test_ch_19_lines_and_binary_get_through_to_the_other_process(client: PollingClient) -> None:
    room = await client.join("room:lines")
    for _ in range(2):
        refs = [client.next_ref() for _ in range(80)]
        pushes = [json.dumps([room.join_ref, ref, room.topic, "echo", {"ref": ref}]) for ref in refs]
        binary_ref = client.next_ref()
        parts = [room.join_ref, binary_ref, room.topic, "length"]
        binary = bytes((0, *map(len, parts))) + "".join(parts).encode() + b"\x00\xff\n" * 500
        assert await client.post(*pushes, base64.b64encode(binary).decode()) == 200
        for ref in refs:
            assert await client.reply_to(ref) == Reply("ok", {"ref": ref})
        assert await client.reply_to(binary_ref) == Reply("ok", {"length": 1500})


async def test_ch_42_a_flood_arrives_complete_and_in_order(client: PollingClient) -> None:
    room = await client.join("room:flood")
    await room.send("flood", {"count": 3000})
    assert [(await room.next_event("flood"))["n"] for _ in range(3000)] == list(range(3000))


async def test_a_large_message_gets_through_both_ways(client: PollingClient) -> None:
    room = await client.join("room:large")
    text = "größe" * 200_000
    for _ in range(2):
        assert await room.push("echo", {"text": text}) == Reply("ok", {"text": text})


async def test_ch_48_a_disconnect_is_told_to_a_poll_that_another_process_holds(servers: Servers) -> None:
    bases = [f"{server.url}/socket" for server in servers]
    for first in (bases, bases[::-1]):
        async with PollingClient(*first, params={"id": "users:1"}) as client:
            await client.join("room:1")
            async with PhoenixClient(servers[0].ws("/socket")) as other:
                theirs = await other.join("room:1")
                await theirs.send("disconnect", {"id": "users:1"})
                assert await client.wait_lost() == 410


async def test_ch_20_and_24_a_session_that_is_lost_elsewhere_is_told_at_once(servers: Servers) -> None:
    """Its process lives and says so: nobody waits for a timeout."""
    urls = [f"{server.url}/socket/longpoll?vsn=2.0.0" for server in servers]
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        token = (await http.get(f"{urls[0]}&id=users:2")).json()["token"]
        async with PhoenixClient(servers[0].ws("/socket")) as other:
            theirs = await other.join("room:1")
            await theirs.send("disconnect", {"id": "users:2"})
            await other.heartbeat()
        # What was left of it is fetched.
        assert (await http.get(f"{urls[0]}&token={token}")).json()["status"] == 410
        began = time.monotonic()
        assert (await http.post(f"{urls[1]}&token={token}")).json() == {"status": 410}
        answer = (await http.get(f"{urls[1]}&token={token}")).json()
        assert time.monotonic() - began < 1.9
        assert (answer["status"], answer["messages"]) == (410, [])
        assert answer["token"] != token


async def test_ch_24_a_process_that_was_killed_is_noticed_within_two_seconds(
    redis_server: RedisServer,
) -> None:
    env = environment(redis_server, "pubsub")
    with ExitStack() as stack:
        one, two = (stack.enter_context(serve("uvicorn", APP, env=env)) for _ in range(2))
        async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
            token = (await http.get(f"{one.url}/socket/longpoll?vsn=2.0.0")).json()["token"]
            url = f"{two.url}/socket/longpoll?vsn=2.0.0&token={token}"
            post = partial(http.post, headers=NDJSON)
            assert (await post(url)).json() == {"status": 200}
            one.kill()
            for request in (post, http.get):
                began = time.monotonic()
                assert (await request(url)).json()["status"] == 410
                # Long before a poll's window is over, on a busy machine, too.
                assert 1.9 < time.monotonic() - began < 8


async def test_a_poll_held_elsewhere_does_not_hang_when_the_session_s_process_is_killed(
    redis_server: RedisServer,
) -> None:
    env = environment(redis_server, "pubsub")
    with ExitStack() as stack:
        one, two = (stack.enter_context(serve("uvicorn", APP, env=env)) for _ in range(2))
        async with PollingClient(f"{one.url}/polling") as client:
            client._poller.cancel()
            async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
                url = f"{two.url}/polling/longpoll?vsn=2.0.0&token={client.token}"
                poll = asyncio.create_task(http.get(url))
                await asyncio.sleep(0.5)
                one.kill()
                # Its window, and what it is given to answer.
                assert (await asyncio.wait_for(poll, 10)).json()["status"] == 410


async def test_redis_going_away_and_coming_back_does_not_break_sessions_of_the_own_process(
    own_redis: RedisServer,
) -> None:
    with serve("uvicorn", APP, env=environment(own_redis, "pubsub")) as server:
        async with PollingClient(f"{server.url}/socket") as client:
            room = await client.join("room:away")
            own_redis.stop()
            assert await room.push("echo", {"n": 1}) == Reply("ok", {"n": 1})
            async with PollingClient(f"{server.url}/socket") as newcomer:
                await newcomer.join("room:away")
            own_redis.start()
            assert await room.push("echo", {"n": 2}) == Reply("ok", {"n": 2})


def test_the_window_of_the_test_site_is_short() -> None:
    from tests.support.cluster import asgi

    options: Any = asgi.application.mounts[1].options
    assert options["longpoll"]["window_ms"] < 5000
