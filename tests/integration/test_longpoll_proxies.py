"""nginx and Caddy, as the documentation configures them, in front of two processes no sticky sessions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.support.client import PhoenixClient, Reply
from tests.support.longpoll_client import PollingClient
from tests.support.proxies import PROXIES
from tests.support.redis import RedisServer
from tests.support.servers import serve

pytestmark = [pytest.mark.redis, pytest.mark.servers]

APP = "tests.support.cluster.asgi:application"


@pytest.fixture(scope="module", params=PROXIES)
def url(request: pytest.FixtureRequest, redis_server: RedisServer) -> Iterator[str]:
    layers = redis_server.layers("pubsub", prefix="proxies")
    env = {"DJANGO_SETTINGS_MODULE": "tests.support.cluster.settings", "PEER_LAYERS": json.dumps(layers)}
    with (
        serve("uvicorn", APP, env=env) as one,
        serve("uvicorn", APP, env=env) as two,
        request.param(one, two) as url,
    ):
        yield url


async def test_long_polling_needs_no_sticky_sessions(url: str) -> None:
    pids = set()
    for session in range(40):
        if session >= 6 and len(pids) == 2:
            # Caddy throws a coin for each request: six may all fall on one side.
            break
        async with PollingClient(f"{url}/socket") as client:
            room = await client.join("room:proxied")
            pids.add(room.response["pid"])
            for number in range(10):
                assert await room.push("echo", {"n": number}) == Reply("ok", {"n": number})
    assert len(pids) == 2


async def test_websocket_and_long_polling_meet(url: str) -> None:
    async with (
        PhoenixClient(f"{url.replace('http', 'ws')}/socket") as one,
        PollingClient(f"{url}/socket") as two,
    ):
        here, there = await one.join("room:both"), await two.join("room:both")
        for speaker in (here, there):
            await speaker.send("tell", {"body": "hello"})
            assert await here.next_event("told") == {"body": "hello"}
            assert await there.next_event("told") == {"body": "hello"}


async def test_the_own_origin_is_known_behind_the_proxy(url: str) -> None:
    headers = {"Origin": url}
    async with PhoenixClient(f"{url.replace('http', 'ws')}/socket", headers=headers) as client:
        assert await client.heartbeat() == Reply("ok", {})
    async with PollingClient(f"{url}/socket") as polling:
        polling.http.headers.update(headers)
        await polling.join("room:1")


async def test_a_large_message_gets_through(url: str) -> None:
    async with PollingClient(f"{url}/socket") as client:
        room = await client.join("room:large")
        text = "x" * 2_000_000
        assert await room.push("echo", {"text": text}) == Reply("ok", {"text": text})


async def test_a_poll_is_held_and_ends_by_its_window(url: str) -> None:
    async with PollingClient(f"{url}/polling") as client:
        await asyncio.sleep(2.5)
        room = await client.join("room:held")
        assert await room.push("echo", {}) == Reply("ok", {})
