"""The same conversation with every ASGI server that we say we support, each a real process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.error
import urllib.request

import pytest
import websockets

from tests.support.client import Frame, PhoenixClient, Reply
from tests.support.servers import SERVERS, serve

pytestmark = pytest.mark.servers

ENV = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONDEVMODE": ""}
# Not every server can shape a refusal, and Daphne takes no close codes below 3000.
SHAPED = {"uvicorn", "hypercorn", "granian"}


@pytest.fixture(scope="module", params=SERVERS)
def server(request):
    with serve(request.param, "tests.asgi:application", env=ENV) as running:
        yield running
        for trouble in ("never retrieved", "never awaited", "Exception in ASGI application", "Unhandled"):
            assert trouble not in running.log


def code(server, number):
    return number + 3000 if server.name == "daphne" else number


@pytest.fixture
async def client(server):
    async with PhoenixClient(server.ws("/socket")) as client:
        yield client


async def refused(server, path="/socket", **options):
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with PhoenixClient(server.ws(path), **options):
            pass
    return caught.value.response


async def test_the_whole_conversation(client):
    assert await client.heartbeat() == Reply("ok", {})
    room = await client.join("room:7", {"hello": "world"})
    assert room.response == {"room": 7, "hello": "world"}
    assert await room.push("echo", {"n": 1, "text": "größe ✓"}) == Reply("ok", {"n": 1, "text": "größe ✓"})
    assert await room.push("echo_sync", {"n": 2}) == Reply("ok", {"n": 2})
    assert await room.push("nope") == Reply("error", {"reason": "unknown event"})
    await room.send("shout", {"n": 3})
    assert await room.next_event("shout") == {"n": 3}
    assert await room.leave() == Reply("ok", {})
    closing = await client.receive_frame()
    assert closing == Frame(room.join_ref, room.join_ref, "room:7", "phx_close", {})


async def test_binary_both_ways(client):
    room = await client.join("room:1")
    await client.send_raw(b"\x00\x01\x01\x06\x04" + room.join_ref.encode() + b"9room:1blobabc")
    assert await client.receive() == b"\x00\x01\x06\x04" + room.join_ref.encode() + b"room:1blobabc"
    assert await client.receive() == b"\x01\x01\x01\x06\x02" + room.join_ref.encode() + b"9room:1okcba"


async def test_ch_42_a_flood_arrives_complete_and_in_order(client):
    room = await client.join("room:1")
    ref = await room.send("flood", {"count": 5000, "size": 100})
    numbers = [(await client.receive_frame()).payload["n"] for _ in range(5000)]
    assert numbers == list(range(5000))
    assert await client.reply_to(ref) == Reply("ok", {})


async def test_a_client_that_reads_slowly_gets_everything_in_order(client):
    room = await client.join("room:1")
    ref = await room.send("flood", {"count": 200, "size": 50_000})
    await asyncio.sleep(0.5)
    for number in range(200):
        assert (await client.receive_frame()).payload["n"] == number
    assert await client.reply_to(ref) == Reply("ok", {})


async def test_broadcasts_reach_other_clients(server, client):
    async with PhoenixClient(server.ws("/socket")) as other:
        room, theirs = await client.join("room:2"), await other.join("room:2")
        await room.send("shout", {"n": 1})
        assert await theirs.next_event("shout") == {"n": 1}
        assert await room.next_event("shout") == {"n": 1}


async def test_a_crash_tells_the_client_nothing(client):
    room = await client.join("room:1")
    await room.send("crash")
    assert await client.receive_frame() == Frame(
        room.join_ref, room.join_ref, "room:1", "phx_error", {"reason": "channel_crash"}
    )
    assert (await client.join("room:1")).response == {"room": 1}


async def test_a_slow_join_and_a_slow_def_handler_delay_nobody(client):
    gate = {"gate": "slow"}
    await client.send("90", "90", "slow_join", "phx_join", gate)
    room = await client.join("room:1")
    slow = await room.send("hold", gate)
    other = await client.join("room:2")
    while (await other.push("waiting", gate)).response["waiting"] < 2:
        pass
    assert await client.heartbeat() == Reply("ok", {})
    assert await other.push("echo_sync", {"n": 1}) == Reply("ok", {"n": 1})
    assert await other.push("open", gate) == Reply("ok", {})
    assert await client.reply_to("90") == Reply("ok", {})
    assert await client.reply_to(slow) == Reply("ok", {})


async def test_ch_58_nonsense_closes_the_connection(server, client):
    await client.send_raw("nonsense")
    assert await client.wait_closed() == code(server, 1002)


async def test_a_binary_frame_that_is_cut_closes_the_connection(server, client):
    await client.send_raw(b"\x00\xff\xff\xff\xff")
    assert await client.wait_closed() == code(server, 1002)


async def test_invalid_utf_8_closes_the_connection(server, client):
    await client.ws.send(b"\xff\xfe", text=True)
    assert await client.wait_closed() != 1000


async def test_a_frame_that_is_too_large_closes_the_connection(server, client):
    # Daphne cuts the connection itself, at 1 MiB, while the client still sends.
    with contextlib.suppress(websockets.ConnectionClosed):
        await client.send_raw('["1","1","room:1","echo",{"pad":"' + "x" * 9_000_000 + '"}]')
    assert await client.wait_closed() in (code(server, 1009), 1009, 1006)
    async with PhoenixClient(server.ws("/socket")) as next_client:
        assert await next_client.heartbeat() == Reply("ok", {})


async def test_ch_4_a_foreign_origin_is_refused_before_the_upgrade(server):
    response = await refused(server, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


async def test_ch_4_the_own_origin_is_allowed(server):
    async with PhoenixClient(server.ws("/socket"), headers={"Origin": server.url}) as client:
        assert await client.heartbeat() == Reply("ok", {})


@pytest.mark.parametrize("vsn", ["x", "1.1.0", "3.0.0"])
async def test_ch_3_an_unsupported_vsn_is_refused(server, vsn):
    assert (await refused(server, vsn=vsn)).status_code == 403


async def test_ch_9_a_token_among_the_sub_protocols(server):
    offered = ["phoenix", "base64url.bearer.phx.c2VjcmV0"]
    async with PhoenixClient(server.ws("/phone"), subprotocols=offered) as client:
        assert client.ws.subprotocol == "phoenix"
        assert (await client.join("me")).response == {"token": "secret"}
    response = await refused(server, path="/phone", subprotocols=["mqtt"])
    assert response.status_code == 403
    # Without the option nobody answers a sub-protocol.
    async with PhoenixClient(server.ws("/socket"), subprotocols=offered) as client:
        assert client.ws.subprotocol is None


async def test_version_1(server):
    async with PhoenixClient(server.ws("/socket"), vsn=None) as client:
        await client.ws.send('{"topic":"room:1","event":"phx_join","payload":{},"ref":"1"}')
        assert json.loads(await client.ws.recv()) == {
            "topic": "room:1",
            "event": "phx_reply",
            "payload": {"status": "ok", "response": {"room": 1}},
            "ref": "1",
        }


async def test_ch_6_a_refusal_is_shaped_where_the_server_can(server):
    response = await refused(server, params={"refuse": "1"})
    if server.name in SHAPED:
        assert (response.status_code, response.body) == (429, b"too many")
    else:
        assert response.status_code == 403


async def test_an_unknown_path_is_refused(server):
    response = await refused(server, path="/nowhere")
    assert response.status_code == (404 if server.name in SHAPED else 403)


def test_ch_7_an_ordinary_request_on_the_path_is_400(server):
    for method in ("GET", "POST"):
        request = urllib.request.Request(f"{server.url}/socket/websocket?vsn=2.0.0", method=method)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=5)
        assert caught.value.code == 400
        assert caught.value.read() == b""


def test_other_requests_reach_django(server):
    with urllib.request.urlopen(f"{server.url}/hello/", timeout=5) as response:
        assert response.read() == b"hello"


async def test_a_client_that_vanishes_leaves_nothing_behind(server):
    async with PhoenixClient(server.ws("/socket")) as watching:
        room = await watching.join("room:3")
        for _ in range(5):
            client = await PhoenixClient(server.ws("/socket")).__aenter__()
            await client.join("room:3")
            client.ws.transport.abort()
        await room.send("shout", {"n": 1})
        assert await room.next_event("shout") == {"n": 1}
