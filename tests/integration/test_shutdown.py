"""SIGTERM on every server: nothing that was begun is lost, and the clients come back at a pace."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets

from tests.support.client import PhoenixClient, Reply
from tests.support.servers import SERVERS, ServerProcess, serve

pytestmark = pytest.mark.servers

CLIENTS = 150


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    env = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONDEVMODE": "", "DIARY": str(tmp_path / "diary")}
    with serve(request.param, "tests.asgi:application", env=env) as running:
        yield running


def restarting(server: ServerProcess) -> int:
    return 4012 if server.name == "daphne" else 1012


async def test_what_is_being_handled_is_finished_answered_and_terminated(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with PhoenixClient(server.ws("/socket")) as client, PhoenixClient(server.ws("/socket")) as idle:
        await idle.join("diary:idle")
        pushes = [
            await (await client.join(f"diary:{event}")).send(event, {"seconds": 1})
            for event in ("work", "work_sync")
        ]
        await client.heartbeat()
        os.kill(server.pid, signal.SIGTERM)
        for ref in pushes:
            assert await client.reply_to(ref) == Reply("ok", {"done": True})
        assert await client.wait_closed() == restarting(server), server.log
        assert await idle.wait_closed() == restarting(server)
    await asyncio.to_thread(server.process.wait, 15)
    assert sorted(line for _, line in diary(tmp_path)) == [
        "diary:idle terminated: closed",
        "diary:work terminated: closed",
        "diary:work worked",
        "diary:work_sync terminated: closed",
        "diary:work_sync worked",
    ]
    assert "Traceback" not in server.log


async def test_ch_49_clients_are_sent_away_at_a_pace_and_nobody_is_let_in_meanwhile(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        clients = [PhoenixClient(server.ws("/socket")) for _ in range(CLIENTS)]
        await asyncio.gather(*map(stack.enter_async_context, clients))
        await asyncio.gather(*[client.join("diary:x") for client in clients])
        began = time.monotonic()
        os.kill(server.pid, signal.SIGTERM)
        closing = [asyncio.create_task(client.wait_closed(20)) for client in clients]
        await asyncio.wait(closing, return_when=asyncio.FIRST_COMPLETED)
        # Either nobody listens any more, or we say no.
        with pytest.raises((OSError, websockets.InvalidHandshake)):
            async with PhoenixClient(server.ws("/socket"), open_timeout=5):
                pass
        ends = await asyncio.gather(*closing)
    assert set(ends) == {restarting(server)}, server.log
    await asyncio.to_thread(server.process.wait, 15)
    entries = diary(tmp_path)
    assert [line for _, line in entries] == ["diary:x terminated: closed"] * CLIENTS
    # A tenth of a second between two slices of fifty.
    assert entries[-1][0] - began > 0.15


def diary(folder: Path) -> list[tuple[float, str]]:
    """When, by the clock of all processes, and what."""
    lines = (folder / "diary").read_text().splitlines()
    return [(float(when), line) for when, _, line in (line.partition(" ") for line in lines)]
