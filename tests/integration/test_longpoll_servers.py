"""Long-polling with every ASGI server that we say we support, each a real process."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.support.client import ClientChannel, Frame, PhoenixClient, Reply
from tests.support.longpoll_client import NDJSON, PollingClient
from tests.support.servers import SERVERS, ServerProcess, serve

pytestmark = pytest.mark.servers

ENV = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONDEVMODE": ""}
TROUBLE = ("never retrieved", "never awaited", "Exception in ASGI application", "Unhandled", "Traceback")


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    with serve(request.param, "tests.asgi:application", env=ENV) as running:
        yield running
        for trouble in TROUBLE:
            assert trouble not in running.log


@pytest.fixture
async def client(server: ServerProcess) -> AsyncIterator[PollingClient]:
    async with PollingClient(f"{server.url}/socket") as client:
        yield client


async def test_the_whole_conversation(client: PollingClient) -> None:
    room = await client.join("room:7", {"hello": "world"})
    assert room.response == {"room": 7, "hello": "world"}
    assert await room.push("echo", {"n": 1, "text": "größe ✓"}) == Reply("ok", {"n": 1, "text": "größe ✓"})
    assert await room.push("echo_sync", {"n": 2}) == Reply("ok", {"n": 2})
    await room.send("shout", {"n": 3})
    assert await room.next_event("shout") == {"n": 3}
    assert await room.push("phx_leave") == Reply("ok", {})
    assert await client.receive() == Frame(room.join_ref, room.join_ref, "room:7", "phx_close", {})


async def test_ch_15_16_and_20_what_requests_are_answered(server: ServerProcess) -> None:
    url = f"{server.url}/polling/longpoll?vsn=2.0.0"
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        answer = (await http.get(url)).json()
        assert (answer["status"], answer["messages"]) == (410, [])
        url = f"{url}&token={answer['token']}"
        assert (await http.get(url)).json() == {"status": 204, "token": answer["token"], "messages": []}
        assert (await http.post(url, headers=NDJSON)).json() == {"status": 200}
        lost = await http.post(f"{url}x", content=b'[null,"1","phoenix","heartbeat",{}]', headers=NDJSON)
        assert (lost.status_code, lost.json()) == (200, {"status": 410})


async def test_ch_21_a_preflight(server: ServerProcess) -> None:
    headers = {"access-control-request-headers": "x-phoenix-longpoll-token", "origin": server.url}
    async with httpx.AsyncClient(trust_env=False) as http:
        response = await http.options(f"{server.url}/socket/longpoll", headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["access-control-allow-headers"] == "x-phoenix-longpoll-token"
    assert response.headers["access-control-allow-methods"] == "get, post, options"


async def test_binary_comes_in_as_base64(client: PollingClient) -> None:
    room = await client.join("room:1")
    binary = b"\x00\x01\x01\x06\x04" + room.join_ref.encode() + b"9room:1blobabc"
    assert await client.post(base64.b64encode(binary).decode()) == 200
    assert await client.reply_to("9") == Reply("error", {"reason": "binary is not supported"})


async def test_ch_42_a_flood_arrives_complete_and_in_order(client: PollingClient) -> None:
    room = await client.join("room:1")
    ref = await room.send("flood", {"count": 5000, "size": 300})
    numbers = [(await room.next_event("flood"))["n"] for _ in range(5000)]
    assert numbers == list(range(5000))
    assert await client.reply_to(ref) == Reply("ok", {})


async def test_broadcasts_go_between_transports(server: ServerProcess, client: PollingClient) -> None:
    async with PhoenixClient(server.ws("/socket")) as other:
        room, theirs = await client.join("room:2"), await other.join("room:2")
        for speaker in (room, theirs):
            await speaker.send("shout", {"n": 1})
            assert await theirs.next_event("shout") == {"n": 1}
            assert await room.next_event("shout") == {"n": 1}


async def polls(channel: ClientChannel, count: int) -> None:
    """Until the server holds so many."""
    while (await channel.push("polls")).response["polls"] != count:
        pass


async def test_a_client_that_hangs_up_loses_nothing_of_what_comes_after(server: ServerProcess) -> None:
    url = f"{server.url}/socket"
    async with PhoenixClient(server.ws("/socket")) as other, PollingClient(url) as client:
        theirs = await other.join("room:3")
        room = await client.join("room:3")
        for number in range(5):
            await polls(theirs, 1)
            # The connection of the poll is cut; then the server has noticed it.
            client._poller.cancel()
            await asyncio.wait([client._poller])
            await polls(theirs, 0)
            await theirs.send("shout", {"n": number})
            assert await theirs.next_event("shout") == {"n": number}
            client._poller = asyncio.create_task(client._poll())
            assert await room.next_event("shout") == {"n": number}


async def test_a_body_that_is_too_large_is_refused(server: ServerProcess, client: PollingClient) -> None:
    url = f"{server.url}/socket/longpoll?vsn=2.0.0&token={client.token}"
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        try:
            response = await http.post(url, content=b"x" * 8_000_001, headers=NDJSON)
        except httpx.NetworkError:
            pass  # cut while it was sent
        else:
            assert (response.status_code, response.json()) == (413, {"status": 413})
    room = await client.join("room:1")
    large = "x" * 3_000_000
    assert await room.push("echo", {"text": large}) == Reply("ok", {"text": large})


async def test_ch_48_a_disconnect_is_told_at_once(server: ServerProcess) -> None:
    async with PollingClient(f"{server.url}/socket", params={"id": "users:9"}) as client:
        room = await client.join("room:1")
        await room.send("broadcast_to", {"topic": "users:9", "event": "disconnect"})
        assert await client.wait_lost() == 410


async def test_an_ordinary_request_beside_a_poll_is_not_delayed(
    server: ServerProcess, client: PollingClient
) -> None:
    answered: list[str] = []

    async def note(response: httpx.Response) -> None:
        answered.append(response.url.path)

    async with PhoenixClient(server.ws("/socket")) as other:
        await polls(await other.join("room:4"), 1)
    client.http.event_hooks["response"].append(note)
    assert (await client.http.get(f"{server.url}/hello/")).content == b"hello"
    # The poll is held as before.
    assert answered == ["/hello/"]


@pytest.mark.parametrize("name", SERVERS)
async def test_ch_49_sigterm_does_not_wait_for_polls(name: str) -> None:
    if name == "hypercorn" and sys.version_info >= (3, 12):
        pytest.skip("from Python 3.12 on, Hypercorn 0.18 waits for its clients to go and tells nobody")
    with serve(name, "tests.asgi:application", env=ENV) as server:
        async with PollingClient(f"{server.url}/socket") as client:
            await client.join("room:1")
            os.kill(server.pid, signal.SIGTERM)
            assert await client.wait_lost(15) in (410, 0), server.log
        server.process.wait(15)
        # Hypercorn logs the tasks that it has cancelled itself.
        for trouble in TROUBLE[: -1 if name == "hypercorn" else None]:
            assert trouble not in server.log
