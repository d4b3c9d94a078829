"""One slow handler delays nobody else: proven on a real server, with a real database file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.client import PhoenixClient, Reply
from tests.support.servers import ROOT, serve

pytestmark = pytest.mark.servers

# What blocks waits behind it.
GATE = {"gate": "here"}
POOL_MAX_THREADS = 32


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("isolation") / "db.sqlite3"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE": str(path)}
    run = [sys.executable, "-m", "django"]
    subprocess.run([*run, "migrate", "-v0", "--skip-checks"], env=env, cwd=ROOT, check=True, timeout=60)
    create = "from django.contrib.auth.models import User; User.objects.create_user('ada')"
    subprocess.run([*run, "shell", "-c", create], env=env, cwd=ROOT, check=True, timeout=60)
    return path


@pytest.fixture
def server(database):
    env = {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE": str(database)}
    with serve("uvicorn", "tests.asgi:application", env=env) as running:
        yield running


@contextlib.asynccontextmanager
async def clients(server, count):
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(PhoenixClient(server.ws("/isolation"))) for _ in range(count)]


async def channels_of(opened):
    return [await client.join(f"isolation:{number}") for number, client in enumerate(opened)]


async def answered(channel, event, number):
    reply = await channel.push(event, {"n": number})
    assert reply.status == "ok"
    assert reply.response["n"] == number


async def waiting(channel, count):
    """Until so many wait behind the gate."""
    while (await channel.push("waiting", GATE)).response["waiting"] < count:
        pass


async def open_gate(channel):
    assert await channel.push("open", GATE) == Reply("ok", {})


async def test_sixteen_blocked_sockets_delay_no_other_one(server):
    async with clients(server, 16) as blocked, clients(server, 3) as free:
        blocking, quick = await channels_of(blocked), await channels_of(free)
        refs = [await channel.send("block", GATE) for channel in blocking[:8]]
        refs += [await channel.send("slow_query", GATE) for channel in blocking[8:]]
        await waiting(quick[0], 16)
        for number in range(10):
            for name, channel in zip(("echo", "echo_sync", "query"), quick, strict=True):
                await answered(channel, name, number)
        await open_gate(quick[0])
        for channel, ref in zip(blocking, refs, strict=True):
            reply = await channel.client.reply_to(ref)
            assert reply.status == "ok"


async def test_a_slow_join_delays_neither_heartbeat_nor_other_topics(server):
    async with clients(server, 1) as (client,):
        joining = {"slow_join": "91", "blocking_join": "92"}
        for topic, ref in joining.items():
            await client.send(ref, ref, topic, "phx_join", GATE)
        channel = await client.join("isolation:0")
        await waiting(channel, 2)
        for number in range(10):
            assert await client.heartbeat() == Reply("ok", {})
            for name in ("echo", "echo_sync", "query"):
                await answered(channel, name, number)
        await open_gate(channel)
        for ref in joining.values():
            assert await client.reply_to(ref) == Reply("ok", {})


async def test_an_exhausted_pool_is_told_and_loses_nothing(database):
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE": str(database),
        "TEST_POOL_THREADS": "2",
    }
    with serve("uvicorn", "tests.asgi:application", env=env) as server:
        async with clients(server, 6) as opened:
            channels = await channels_of(opened)
            # On another topic than those that block.
            reporter = await opened[0].join("isolation:reporter")
            refs = [(channel, await channel.send("block", GATE)) for channel in channels for _ in "abc"]
            while not (told := (await reporter.push("report")).response["exhausted"]):
                pass
            await open_gate(reporter)
            for channel, ref in refs:
                assert await channel.client.reply_to(ref) == Reply("ok", {})
        assert told[0]["waiting"] > 0
        assert told[0]["wait"] > 0
        assert "wait" in server.log


async def test_one_socket_never_holds_more_than_its_share(database):
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE": str(database),
        "TEST_POOL_THREADS": "4",
    }
    with serve("uvicorn", "tests.asgi:application", env=env) as server:
        async with clients(server, 2) as (greedy, modest):
            topics = [await greedy.join(f"isolation:{number}") for number in range(12)]
            refs = [await topic.send("block", GATE) for topic in topics]
            (channel,) = await channels_of([modest])
            await waiting(channel, 1)
            for number in range(5):
                await answered(channel, "echo_sync", number)
            await open_gate(channel)
            for ref in refs:
                assert await greedy.reply_to(ref) == Reply("ok", {})


async def test_after_ten_thousand_callbacks_few_connections_are_open_and_none_in_a_transaction(
    server, database
):
    async with clients(server, 20) as opened:
        channels = await channels_of(opened)

        async def many(channel):
            for number in range(250):
                ref = await channel.send("query", {"n": number})
                assert (await channel.push("query_sync", {"n": number})).status == "ok"
                assert (await channel.client.reply_to(ref)).status == "ok"

        await asyncio.gather(*(many(channel) for channel in channels))
        report = (await channels[0].push("report")).response
        assert report["connections"] <= POOL_MAX_THREADS
        assert report["in_transaction"] == 0
        assert _open_files(server.pid, database) <= POOL_MAX_THREADS


def _open_files(pid: int, path: Path) -> int:
    folder = Path(f"/proc/{pid}/fd")
    if not folder.exists():
        return 0
    names = []
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            names.append(entry.readlink())
    return names.count(path)
