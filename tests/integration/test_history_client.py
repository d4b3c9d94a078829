"""The official client, with the documentation's lines, behind a load balancer whose servers are killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

import django_phoenix
from tests.docs.snippets import DOCS, snippets_of
from tests.support.gateway import gateway
from tests.support.merge import node
from tests.support.pubsub_peer import Peer, peer
from tests.support.redis import RedisServer
from tests.support.servers import ServerProcess, serve

pytestmark = [pytest.mark.redis, pytest.mark.servers]

PHOENIX = Path(django_phoenix.__file__).parent / "static" / "django_phoenix" / "phoenix.mjs"
SCRIPT = Path(__file__).parents[1] / "support" / "history_client.mjs"
TOPIC = "remembered:1"
WITHIN = 30


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    """The function that the page shows, as a module."""
    [code] = [each.code for each in snippets_of(DOCS / "server" / "history.md") if each.language == "js"]
    path = tmp_path / "join_with_history.mjs"
    path.write_text(code)
    return path


@pytest.fixture
def layers(redis_server: RedisServer, tmp_path: Path) -> dict[str, Any]:
    return redis_server.layers("pubsub", prefix=tmp_path.name)


@contextlib.contextmanager
def started(layers: dict[str, Any], name: str) -> Iterator[ServerProcess]:
    env = {"DJANGO_SETTINGS_MODULE": "tests.support.cluster.settings", "PEER_LAYERS": json.dumps(layers)}
    with serve(name, "tests.support.cluster.asgi:application", env=env) as server:
        yield server


class Client:
    """What the Node process tells."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.bodies: list[str] = []

    async def next(self, key: str) -> Any:
        """The next line with this key."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN):
            while line := await self.process.stdout.readline():
                told = json.loads(line)
                if "body" in told:
                    self.bodies.append(told["body"])
                if key in told:
                    return told
        raise AssertionError("the client has ended")

    async def has(self, *bodies: str) -> None:
        """It has got these, and no other, in this order."""
        while len(self.bodies) < len(bodies):
            await self.next("body")
        assert self.bodies == list(bodies)


@contextlib.asynccontextmanager
async def official_client(port: int, documented: Path) -> AsyncIterator[Client]:
    process = await asyncio.create_subprocess_exec(
        *(node(), SCRIPT, PHOENIX, documented, f"ws://127.0.0.1:{port}/socket", TOPIC),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Client(process)
    finally:
        process.kill()
        await process.wait()


async def say(by: Peer, body: str) -> None:
    await by.ask("broadcast", topic=TOPIC, event="shout", payload={"body": body})


async def test_a_client_that_comes_back_to_another_process_misses_nothing(
    layers: dict[str, Any], documented: Path
) -> None:
    with started(layers, "uvicorn") as one, started(layers, "daphne") as two:
        async with gateway() as balancer, peer("plain", layers) as task:
            balancer.target = one.port
            async with official_client(balancer.port, documented) as client:
                first = await client.next("joined")
                await say(task, "one")
                await client.has("one")
                balancer.target = None
                balancer.drop()
                for body in ("two", "three"):
                    await say(task, body)
                # A process that has never heard of the topic.
                balancer.target = two.port
                second = await client.next("joined")
                assert second["joined"] != first["joined"]
                assert second["told"]["gap"] is False
                await say(task, "four")
                await client.has("one", "two", "three", "four")
                # And back, as that one is killed.
                balancer.target = one.port
                two.kill()
                await say(task, "five")
                third = await client.next("joined")
                assert third["joined"] == first["joined"]
                await say(task, "six")
                await client.has("one", "two", "three", "four", "five", "six")


async def test_a_client_whose_only_server_was_restarted_is_told_of_the_gap(
    layers: dict[str, Any], documented: Path
) -> None:
    async with gateway() as balancer, peer("plain", layers) as task:
        with started(layers, "uvicorn") as one:
            balancer.target = one.port
            async with official_client(balancer.port, documented) as client:
                await client.next("joined")
                await say(task, "one")
                await client.has("one")
                balancer.target = None
                one.kill()
                await say(task, "two")
                with started(layers, "uvicorn") as two:
                    balancer.target = two.port
                    await client.next("gap")
                    await say(task, "three")
                    await client.has("one", "three")
