"""Clients of real servers see each other, whatever becomes of the servers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.client import ClientChannel, PhoenixClient
from tests.support.redis import RedisServer
from tests.support.servers import SERVERS, ServerProcess, serve

pytestmark = [pytest.mark.redis, pytest.mark.servers]

APP = "tests.support.cluster.asgi:application"
TOPIC = "here:1"
# Seconds of silence after which a process is down, and of a heartbeat.
DOWN_AFTER, BEAT = 3.0, 0.3


def serving(
    server: str, redis: RedisServer, prefix: str, down_after: float = DOWN_AFTER, **options: Any
) -> Any:
    layers = redis.layers("pubsub", prefix=prefix)
    quick = {"PRESENCE_DOWN_AFTER": down_after, "PRESENCE_HEARTBEAT": BEAT, "DRAIN_SECONDS": 1}
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.support.cluster.settings",
        "PEER_LAYERS": json.dumps(layers),
        "PEER_PHOENIX": json.dumps(quick),
    }
    return serve(server, APP, env=env, **options)


@contextlib.asynccontextmanager
async def present(server: ServerProcess, key: str) -> AsyncIterator[tuple[ClientChannel, set[str]]]:
    """A client on the topic, and whom it saw there at first."""
    async with PhoenixClient(server.ws("/socket")) as client:
        channel = await client.join(TOPIC, {"key": key})
        yield channel, set(await channel.next_event("presence_state"))


async def told(channel: ClientChannel, side: str, within: float = 20) -> set[str]:
    """Keys of the next diff that has any on this side."""
    while True:
        keys = set((await channel.next_event("presence_diff", within))[side])
        if keys:
            return keys


@pytest.mark.parametrize("server", SERVERS)
async def test_a_server_that_is_told_to_stop_takes_its_clients_presences_along_at_once(
    server: str, redis_server: RedisServer
) -> None:
    # Its silence would tell later than anybody waits here.
    prefix, silence = f"stop-{server}", 60
    with (
        serving("uvicorn", redis_server, prefix, silence) as one,
        serving(server, redis_server, prefix, silence) as two,
    ):
        async with present(one, "ada") as (ada, _), present(two, "bob"):
            assert await told(ada, "joins") == {"bob"}
            os.kill(two.pid, signal.SIGTERM)
            assert await told(ada, "leaves") == {"bob"}
            await asyncio.to_thread(two.process.wait, 20)
        assert "Traceback" not in two.log


async def test_the_clients_of_a_server_that_is_killed_leave_after_a_while_and_come_back_elsewhere(
    redis_server: RedisServer,
) -> None:
    with serving("uvicorn", redis_server, "kill") as one, serving("uvicorn", redis_server, "kill") as two:
        async with present(one, "ada") as (ada, _):
            async with present(two, "bob") as (_, seen):
                assert await told(ada, "joins") == {"bob"}
                assert seen <= {"ada", "bob"}
                two.kill()
                began = time.monotonic()
            async with present(one, "bob") as (_, seen):
                # Twice for a moment: what is left of the dead one, and the new one.
                assert seen == {"ada", "bob"}
                assert await told(ada, "joins") == {"bob"}
                assert await told(ada, "leaves") == {"bob"}
                assert DOWN_AFTER - 1 < time.monotonic() - began < DOWN_AFTER + 10
            assert await told(ada, "leaves") == {"bob"}


async def test_workers_of_one_server_are_processes_like_any(redis_server: RedisServer) -> None:
    with serving("uvicorn", redis_server, "workers", workers=2) as server:
        async with contextlib.AsyncExitStack() as stack:
            channels = []
            pids: set[int] = set()
            while len(pids) < 2:
                key = f"u{len(channels)}"
                channel, _ = await stack.enter_async_context(present(server, key))
                channels.append(channel)
                pids.add(channel.response["pid"])
                assert len(channels) < 100
            first = channels[0]
            # The last is on the other worker, and both know of all.
            everybody = {f"u{number}" for number in range(1, len(channels))}
            while everybody:
                everybody -= await told(first, "joins")
