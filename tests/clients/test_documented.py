"""The documented client beyond the script: what else its page promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.clients.documented import documented
from tests.clients.site import Site

pytestmark = [pytest.mark.servers, pytest.mark.asyncio(loop_scope="module")]

client = documented("client/write_a_client.md", "phoenix_client.py")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url() -> AsyncIterator[str]:
    site = Site("uvicorn")
    await site.start()
    yield site.ws("/socket")
    await site.stop()


def events_of(channel: Any, *names: str) -> asyncio.Queue[str]:
    """The names of those events, as they come."""
    seen: asyncio.Queue[str] = asyncio.Queue()
    for name in names:
        channel.on(name, lambda _, name=name: seen.put_nowait(name))
    return seen


async def test_its_heartbeats_are_answered(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "HEARTBEAT", 0.01)
    answered: asyncio.Queue[str] = asyncio.Queue()
    async with client.Socket(url) as socket:
        ask = socket.ask

        async def recorded(join_ref: Any, ref: Any, topic: str, event: str, payload: Any) -> Any:
            response = await ask(join_ref, ref, topic, event, payload)
            answered.put_nowait(event)
            return response

        socket.ask = recorded
        async with asyncio.timeout(10):
            assert [await answered.get() for _ in range(5)] == ["heartbeat"] * 5


async def test_a_heartbeat_without_an_answer_makes_it_connect_anew(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client.Socket(url) as socket:
        room = socket.channel("stage:silence", {"name": "ada"})
        seen = events_of(room, "phx_error", "phx_join")
        await room.join()
        # From here on nothing is heard.
        monkeypatch.setattr(socket, "_receive", lambda *message: None)
        monkeypatch.setattr(client, "ANSWER_WITHIN", 0.1)
        monkeypatch.setattr(client, "HEARTBEAT", 0.01)
        beat = asyncio.create_task(socket._beat(socket._ws))
        async with asyncio.timeout(10):
            assert [await seen.get(), await seen.get()] == ["phx_join", "phx_error"]
            beat.cancel()
            monkeypatch.undo()
            assert await seen.get() == "phx_join"


async def test_a_push_that_is_not_answered_times_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with client.Socket(url) as socket:
        room = socket.channel("stage:quiet", {"name": "ada"})
        await room.join()
        monkeypatch.setattr(client, "ANSWER_WITHIN", 0.05)
        with pytest.raises(TimeoutError):
            await room.push("note", {})
        monkeypatch.undo()
        assert await room.push("echo", {"n": 1}) == {"n": 1}


async def test_after_leaving_it_may_join_again(url: str) -> None:
    async with client.Socket(url) as socket:
        for _ in range(3):
            room = socket.channel("stage:again", {"name": "ada"})
            assert await room.join() == {"hello": "ada"}
            await room.leave()
        assert socket.channels == {}
