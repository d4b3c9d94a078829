"""Two real servers, one Redis: what one client says another one hears on the other process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.support.client import ClientChannel, PhoenixClient
from tests.support.pubsub_peer import peer
from tests.support.redis import RedisServer
from tests.support.servers import ServerProcess, serve

pytestmark = [pytest.mark.redis, pytest.mark.servers]

Servers = tuple[ServerProcess, ServerProcess]


@pytest.fixture(scope="module", params=["core", "pubsub"])
def layers(request: pytest.FixtureRequest, redis_server: RedisServer) -> dict[str, Any]:
    return redis_server.layers(request.param, prefix=f"cluster-{request.param}")


@pytest.fixture(scope="module")
def servers(layers: dict[str, Any]) -> Iterator[Servers]:
    env = {"DJANGO_SETTINGS_MODULE": "tests.support.cluster.settings", "PEER_LAYERS": json.dumps(layers)}
    app = "tests.support.cluster.asgi:application"
    with serve("uvicorn", app, env=env) as one, serve("daphne", app, env=env) as two:
        yield one, two


@contextlib.asynccontextmanager
async def joined(server: ServerProcess, topic: str) -> AsyncIterator[ClientChannel]:
    """A client in the room; its ``response`` tells the pid of the process that serves it."""
    async with PhoenixClient(server.ws("/socket")) as client:
        yield await client.join(topic)


@contextlib.asynccontextmanager
async def both(servers: Servers, topic: str) -> AsyncIterator[list[ClientChannel]]:
    """A client on each of two processes."""
    async with joined(servers[0], topic) as one, joined(servers[1], topic) as two:
        assert one.response["pid"] != two.response["pid"], "both clients landed on one process"
        yield [one, two]


async def test_a_broadcast_from_one_process_arrives_on_the_other_while_its_handler_still_runs(
    servers: Servers,
) -> None:
    async with both(servers, "room:runs") as (one, two):
        for said_by, heard_by in ((one, two), (two, one)):
            beside = await said_by.client.join("room:beside")
            ref = await said_by.send("shout", {"body": "hello", "gate": "said"})
            heard = await heard_by.next_event("shout")
            own = await said_by.next_event("shout")
            assert heard == own == {"from": said_by.response["pid"], "body": "hello"}
            # Only now does the handler go on.
            await beside.send("open", {"gate": "said"})
            reply = await said_by.client.reply_to(ref)
            assert reply.response == {"pid": said_by.response["pid"]}


async def test_broadcast_from_leaves_out_its_sender_on_either_process(
    servers: Servers,
) -> None:
    async with both(servers, "room:from") as (one, two), joined(servers[0], "room:from") as neighbour:
        await one.push("shout_to_others", {"body": "hello"})
        for each in (two, neighbour):
            assert (await each.next_event("shout"))["from"] == one.response["pid"]
        assert await one.client.silent()


async def test_a_django_view_and_a_process_without_any_server_reach_the_clients_of_both(
    servers: Servers, layers: dict[str, Any]
) -> None:
    async with both(servers, "room:views") as channels:
        with await asyncio.to_thread(
            urllib.request.urlopen, f"{servers[0].url}/shout/room:views/?body=view", timeout=10
        ) as response:
            assert json.load(response)["pid"] == channels[0].response["pid"]
        for each in channels:
            assert await each.next_event("shout") == {"from": channels[0].response["pid"], "body": "view"}
        async with peer("plain", layers) as publisher:
            await publisher.ask("broadcast", topic="room:views", event="shout", payload={"body": "shell"})
            for each in channels:
                assert await each.next_event("shout") == {"publisher": publisher.pid, "body": "shell"}


async def test_a_broadcast_right_after_the_join_reply_is_not_missed(
    servers: Servers,
) -> None:
    async with joined(servers[0], "room:first") as speaker:
        for number in range(10):
            async with joined(servers[1], f"room:{number}") as fresh:
                speaker_there = await speaker.client.join(f"room:{number}")
                await speaker_there.push("shout_to_others", {"body": "first"})
                assert (await fresh.next_event("shout"))["from"] == speaker.response["pid"]


async def test_a_callback_that_blocks_the_loop_is_named_in_the_log(
    servers: Servers,
) -> None:
    async with joined(servers[0], "room:block") as channel:
        await channel.send("block", {"seconds": 0.5})
        await channel.push("shout_to_others", {"body": "after"})
    assert "The event loop has been blocked" in servers[0].log
    assert "RoomChannel on topic 'room:block'" in servers[0].log
    assert "in RoomChannel.block" in servers[0].log


async def test_a_channel_sends_to_another_one_by_its_ref_wherever_that_is(servers: Servers) -> None:
    async with both(servers, "room:refs") as (one, two), joined(servers[0], "room:refs") as neighbour:
        ref = (await one.push("address")).response["ref"]
        message = {"a": [1, None, "ä"], "b": True}
        for sender in (two, neighbour, one):
            await sender.send("send_to", {"ref": ref, "message": message})
            assert await one.next_event("info") == {"pid": one.response["pid"], "message": message}
        for each in (two, neighbour):
            assert await each.client.silent()
