"""One client among a thousand that does not read what it is sent."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from django_phoenix.conf import DEFAULTS
from tests.support.client import ClientChannel, PhoenixClient, Reply
from tests.support.servers import SERVERS, ServerProcess, serve

pytestmark = [pytest.mark.servers, pytest.mark.slow]

CLIENTS = 1000
ECHOES = 300
# Daphne and Granian cut a connection whose client does not answer the close in time.
CODES = {"daphne": {4013, 1006}, "granian": {1013, 1006}}
# Twice what may wait for a client.
FRAME = 100_000
FLOOD = 2 * DEFAULTS["OUTBOX_BYTES"] // FRAME


@pytest.fixture(scope="module", autouse=True)
def _files() -> Iterator[None]:
    """Enough of them for all clients, here and in the servers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * CLIENTS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    env = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with serve(request.param, "tests.asgi:application", env=env) as running:
        yield running


def narrow(server: ServerProcess) -> socket.socket:
    """A connection that takes little at a time. To be used at once: servers close what says nothing."""
    connected = socket.create_connection(("127.0.0.1", server.port))
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    connected.setblocking(False)
    return connected


@contextlib.asynccontextmanager
async def crowd(server: ServerProcess) -> AsyncIterator[list[ClientChannel]]:
    async with contextlib.AsyncExitStack() as stack:
        channels: list[ClientChannel] = []
        for _ in range(CLIENTS // 50):
            some = [PhoenixClient(server.ws("/bench")) for _ in range(50)]
            await asyncio.gather(*map(stack.enter_async_context, some))
            channels += await asyncio.gather(*[client.join("bench:crowd") for client in some])
        yield channels


async def p99(channels: list[ClientChannel]) -> float:
    """Of echoes of clients taken at random, one after the other, in seconds."""
    took = []
    for number in range(ECHOES):
        began = time.perf_counter()
        reply = await random.choice(channels).push("echo", {"n": number})
        took.append(time.perf_counter() - began)
        assert reply == Reply("ok", {"n": number})
        await asyncio.sleep(0.002)
    return sorted(took)[int(0.99 * ECHOES)]


async def test_the_others_do_not_notice_memory_is_bounded_and_it_is_closed_with_1013(
    server: ServerProcess,
) -> None:
    async with crowd(server) as channels, PhoenixClient(server.ws("/socket"), sock=narrow(server)) as slow:
        room = await slow.join("room:1")
        calm = await p99(channels)
        process = psutil.Process(server.pid)
        before = memory_of(process)
        slow.ws.transport.pause_reading()
        codes = CODES.get(server.name, {1013})
        try:
            for _ in range(10):
                await room.send("flood", {"count": FLOOD // 10, "size": FRAME})
        except ConnectionClosed:
            # It was closed before the last of them, of which nobody takes notice but by a reset.
            codes = codes | {1006}
        during = await p99(channels)
        grown = memory_of(process) - before
        slow.ws.transport.resume_reading()
        assert await slow.wait_closed() in codes, server.log
        assert "does not read" in server.log
        received = len(slow.unread)
        assert received < FLOOD
        # The machine of the tests is busy.
        assert during < max(5 * calm, 0.2)
        assert grown < 2 * DEFAULTS["OUTBOX_BYTES"]
        assert await p99(channels) < max(5 * calm, 0.2)


def memory_of(process: psutil.Process) -> int:
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])
