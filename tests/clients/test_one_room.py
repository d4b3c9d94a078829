"""Clients of all kinds in one room: two versions of the protocol, a dialect, two transports, one topic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.clients.kinds import KINDS, InChromium
from tests.clients.remote import Socket
from tests.clients.site import Site

pytestmark = [pytest.mark.servers, pytest.mark.asyncio(loop_scope="module")]

TOPIC = "realtime:hall"
GUESTS = [kind for kind in KINDS if kind.server == "uvicorn" and not isinstance(kind, InChromium)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room() -> AsyncIterator[dict[str, Socket]]:
    """One socket of each kind, by its name."""
    site = Site("uvicorn")
    await site.start()
    async with AsyncExitStack() as guests:
        sockets = {}
        for kind in GUESTS:
            client = await guests.enter_async_context(kind.start(site.url))
            sockets[kind.name] = client.socket(kind.name)
            await sockets[kind.name].connect(site.ws(kind.mount), {})
            reply = await sockets[kind.name].join(TOPIC, kind.name)
            assert reply.status == "ok", reply
        yield sockets
    await site.stop()


async def test_everybody_sees_everybody(room: dict[str, Socket]) -> None:
    names = sorted(room)
    await asyncio.gather(*(socket.wait_for("presence", keys=names) for socket in room.values()))


async def test_everybody_hears_everybody(room: dict[str, Socket]) -> None:
    for name, socket in room.items():
        await socket.send(TOPIC, "shout", {"from": name, "text": "grüße"})
    for socket in room.values():
        heard = [(await socket.event(TOPIC, "shout"))["from"] for _ in room]
        assert sorted(heard) == sorted(room)


async def test_the_documented_room_does_what_its_page_shows(room: dict[str, Socket]) -> None:
    ada, joe = room["supabase-js-v2-node"], room["realtime-python"]
    assert (await ada.push(TOPIC, "say", {"body": "hello"})).status == "ok"
    assert await ada.event(TOPIC, "said") == {"body": "hello"}
    assert await joe.event(TOPIC, "said") == {"body": "hello"}
