"""One slow handler delays nobody else: proven on a real server, with a real database file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.client import PhoenixClient, Reply
from tests.support.servers import ROOT, serve

pytestmark = pytest.mark.servers

BLOCKED_SECONDS = 2
QUICK = 0.050
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


async def timed(channel, event, number):
    start = time.perf_counter()
    reply = await channel.push(event, {"n": number})
    took = time.perf_counter() - start
    assert reply.status == "ok"
    assert reply.response["n"] == number
    return took


async def test_sixteen_blocked_sockets_delay_no_other_one(server):
    async with clients(server, 16) as blocked, clients(server, 3) as free:
        blocking, quick = await channels_of(blocked), await channels_of(free)
        for name, channel in zip(("echo", "echo_sync", "query"), quick, strict=True):
            await timed(channel, name, 0)

        refs = [await channel.send("block", {"seconds": BLOCKED_SECONDS}) for channel in blocking[:8]]
        refs += [await channel.send("slow_query", {"seconds": BLOCKED_SECONDS}) for channel in blocking[8:]]
        await asyncio.sleep(0.2)
        started = time.perf_counter()
        times: dict[str, list[float]] = {"echo": [], "echo_sync": [], "query": []}
        for number in range(10):
            for (name, taken), channel in zip(times.items(), quick, strict=True):
                taken.append(await timed(channel, name, number))
        assert time.perf_counter() - started < BLOCKED_SECONDS - 0.5, "they were not blocked any more"
        assert {name: max(taken) < QUICK for name, taken in times.items()} == dict.fromkeys(times, True), (
            times
        )

        for channel, ref in zip(blocking, refs, strict=True):
            reply = await channel.client.reply_to(ref)
            assert reply.status == "ok"


async def test_a_slow_join_delays_neither_heartbeat_nor_other_topics(server):
    async with clients(server, 1) as (client,):
        joining = {"slow_join": "91", "blocking_join": "92"}
        for topic, ref in joining.items():
            await client.send(ref, ref, topic, "phx_join", {"seconds": BLOCKED_SECONDS})
        channel = await client.join("isolation:0")
        for number in range(10):
            start = time.perf_counter()
            assert await client.heartbeat() == Reply("ok", {})
            assert time.perf_counter() - start < QUICK
            for name in ("echo", "echo_sync", "query"):
                assert await timed(channel, name, number) < QUICK * 2
        assert not client.unread, "the joins were answered too early to prove anything"
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
            refs = [
                (channel, await channel.send("block", {"seconds": 0.3}))
                for channel in channels
                for _ in "abc"
            ]
            for channel, ref in refs:
                assert await channel.client.reply_to(ref) == Reply("ok", {})
            report = (await channels[0].push("report")).response
        assert report["exhausted"]
        assert report["exhausted"][0]["waiting"] > 0
        assert report["exhausted"][0]["wait"] > 0
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
            refs = [await topic.send("block", {"seconds": 0.5}) for topic in topics]
            (channel,) = await channels_of([modest])
            taken = [await timed(channel, "echo_sync", number) for number in range(5)]
            assert max(taken) < 0.25, taken
            for ref in refs:
                assert await greedy.reply_to(ref, 20) == Reply("ok", {})


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
