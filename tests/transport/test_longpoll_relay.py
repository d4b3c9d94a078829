"""A long-polling request that lands on another event loop than its session: two loops of a process."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from django_phoenix import pubsub
from django_phoenix.channel import Channel, event
from django_phoenix.socket import Socket
from django_phoenix.transport import longpoll_relay
from django_phoenix.transport.loop_state import current_state
from tests.support.longpoll_peer import PollingPeer
from tests.support.peer import Peer, error, ok


class Room(Channel):
    @event
    async def echo(self, **payload):
        return payload

    @event
    async def length(self, data: bytes):
        return {"length": len(data)}


class RoomSocket(Socket):
    channels = {"room:*": Room}

    def id(self):
        return "users:7"


APP = RoomSocket.as_asgi(longpoll={"window_ms": 5000, "pubsub_timeout_ms": 5000})


class Elsewhere:
    """Another loop, in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    async def run(self, function: Callable[[], Awaitable[Any]]) -> Any:
        async def there() -> Any:
            return await function()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(there(), self.loop))

    def stop(self) -> None:
        async def close() -> None:
            await current_state().close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    elsewhere = Elsewhere()
    yield elsewhere
    elsewhere.stop()


@pytest.fixture
async def peer(elsewhere: Elsewhere) -> PollingPeer:
    """Its session is elsewhere, its requests come here."""
    opened = PollingPeer(APP)
    await elsewhere.run(opened.open)
    peer = PollingPeer(APP)
    peer.token, peer.scope = opened.token, opened.scope
    return peer


def impatient(peer: PollingPeer, **options: int) -> PollingPeer:
    """The same client, whose requests come to a mount with these options."""
    other = PollingPeer(RoomSocket.as_asgi(longpoll=options))
    other.token = peer.token
    return other


async def held(peer: PollingPeer, yes: bool = True) -> None:
    """Until a poll is held there, or no more."""
    async with asyncio.timeout(5):
        while peer.connection.outbox.awaited != yes:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_ch_24_messages_go_there_and_back(peer):
    assert (await peer.join("room:1")) == {"status": "ok", "response": {}}
    await peer.push("1", "2", "room:1", "echo", {"text": "größe"})
    assert await peer.next() == ok("2", "room:1", {"text": "größe"})


async def test_binary_lines_go_there(peer):
    await peer.join("room:1")
    line = base64.b64encode(b"\x00\x01\x01\x06\x0619room:1length\x00\xff\x00")
    assert (await peer.post(line)).status == 200
    assert await peer.next() == ok("9", "room:1", {"length": 3})


async def test_a_poll_that_is_held_here_gets_what_comes_there(peer):
    await peer.join("room:1")
    poll = peer.request("GET")
    await held(peer)
    async with Peer(APP) as other:
        await other.join("room:1")
        pubsub.broadcast("room:1", "told", {"n": 1})
        assert (await other.next())[3] == "told"
    answer = await poll.answer()
    assert answer.json["messages"] == ['[null,null,"room:1","told",{"n":1}]']
    assert answer.json["token"] == peer.token


async def test_an_empty_window_is_204_here_too(elsewhere):
    app = RoomSocket.as_asgi(longpoll={"window_ms": 200})
    opened, peer = PollingPeer(app), PollingPeer(app)
    await elsewhere.run(opened.open)
    peer.token = opened.token
    assert (await peer.get()).status == 204


async def test_ch_48_the_end_of_the_session_is_told_to_a_poll_that_is_held_here(peer):
    await peer.join("room:1")
    poll = peer.request("GET")
    await held(peer)
    pubsub.broadcast("users:7", "disconnect", {})
    assert (await poll.answer()).status == 410
    assert (await peer.post("")).json == {"status": 410}


async def test_ch_20_and_24_who_says_that_it_has_no_such_session_is_not_waited_for(peer):
    pubsub.broadcast("users:7", "disconnect", {})
    assert (await peer.get()).status == 410
    answer = await peer.get()
    assert answer.status == 410
    assert answer.json["token"] != peer.token


async def test_a_client_that_hangs_up_here_does_not_take_messages_there(peer):
    await peer.join("room:1")
    poll = peer.request("GET")
    await held(peer)
    poll.abort()
    await poll.task
    await held(peer, False)
    pubsub.broadcast("room:1", "told", {})
    assert (await peer.next())[3] == "told"


async def test_ch_24_who_does_not_confirm_in_time_is_lost(peer, elsewhere):
    blocked, go_on = threading.Event(), threading.Event()

    def block() -> None:
        blocked.set()
        go_on.wait(10)

    elsewhere.loop.call_soon_threadsafe(block)
    await asyncio.to_thread(blocked.wait, 5)
    try:
        for method in ("POST", "GET"):
            request = impatient(peer, pubsub_timeout_ms=200).request(method)
            assert (await request.answer()).status == 410
    finally:
        go_on.set()


async def test_a_batch_whose_answer_is_lost_ends_the_session_for_the_client(peer, monkeypatch):
    """It must not believe that there was nothing."""
    await peer.join("room:1")
    said = longpoll_relay.Relay._say

    def lose_results(self, topic, event, payload):
        if "result" not in payload:
            said(self, topic, event, payload)

    monkeypatch.setattr(longpoll_relay.Relay, "_say", lose_results)
    poll = impatient(peer, window_ms=500, pubsub_timeout_ms=500).request("GET")
    await held(peer)
    pubsub.broadcast("room:1", "told", {})
    assert (await poll.answer()).json == {"status": 410, "token": peer.token, "messages": []}


async def test_a_post_that_is_confirmed_but_not_finished_in_time_is_408(peer, elsewhere):
    # As if an endless POST was being taken.
    await elsewhere.run(peer.connection._posting.acquire)
    assert (await impatient(peer, window_ms=50, pubsub_timeout_ms=5000).post("")).json == {"status": 408}


async def test_no_client_can_join_the_topic_of_a_relay(peer):
    class AnySocket(Socket):
        channels = {"*": Room}

    topic = longpoll_relay.topic_of(current_state().longpoll.id if current_state().longpoll else "x")
    async with Peer(AnySocket.as_asgi()) as nosy:
        await nosy.push("1", "1", topic, "phx_join")
        assert await nosy.next() == error("1", topic, "unmatched topic", join_ref=None)
    assert json.dumps(peer.token).find(topic) == -1
