"""Going down in order."""

from __future__ import annotations

import asyncio
import time

import pytest

from django_phoenix.channel import Channel, event
from django_phoenix.socket import Socket
from django_phoenix.transport import drain as drain_module
from django_phoenix.transport.drain import drain
from django_phoenix.transport.loop_state import current_state
from tests.support.peer import Peer, Refused, ok, settle


class Room(Channel):
    gate: asyncio.Event
    ended: list

    @event
    async def slow(self):
        await self.gate.wait()
        return {"done": True}

    @event
    def slow_sync(self):
        time.sleep(0.1)
        return {"done": True}

    @event
    async def echo(self, **payload):
        return payload

    async def terminate(self, reason):
        await asyncio.sleep(0)
        self.ended.append((self.topic, reason))


class Plain(Socket):
    channels = {"room:*": Room}


APP = Plain.as_asgi()


@pytest.fixture(autouse=True)
def _room():
    Room.gate, Room.ended = asyncio.Event(), []


async def test_ch_49_open_connections_are_closed_with_1012_and_new_ones_refused():
    async with Peer(APP) as first, Peer(APP) as second:
        draining = asyncio.create_task(drain(current_state()))
        assert await first.closed() == 1012
        assert await second.closed() == 1012
        with pytest.raises(Refused) as refused:
            await Peer(APP).open()
        assert refused.value.status == 503
    await draining


async def test_who_is_still_shaking_hands_when_the_drain_begins_is_refused():
    gate = asyncio.Event()

    class Slow(Socket):
        async def connect(self, params):
            await gate.wait()

    state = current_state()
    peer = Peer(Slow.as_asgi())
    opening = asyncio.create_task(peer.open())
    await settle()
    await drain(state)
    gate.set()
    with pytest.raises(Refused) as refused:
        await opening
    assert refused.value.status == 503
    assert not state.connections


async def test_ch_49_connections_are_closed_in_slices(monkeypatch, settings):
    settings.DJANGO_PHOENIX = {"DRAIN_SECONDS": 1}
    monkeypatch.setattr(drain_module, "SMALLEST_SLICE", 2)
    monkeypatch.setattr(drain_module, "PAUSE", 0.01)
    monkeypatch.setattr(drain_module, "LAST_WORDS", 0.01)
    peers = [Peer(APP) for _ in range(6)]
    for peer in peers:
        await peer.open()
    draining = asyncio.create_task(drain(current_state()))
    await settle(2)
    assert sum(peer.connection.closed for peer in peers) == 2
    await draining
    assert all(peer.connection.closed for peer in peers)
    for peer in peers:
        await peer.disconnect()


@pytest.mark.parametrize(("connections", "seconds", "count"), [(10, 5, 1), (10_000, 5, 50), (10_000, 0, 1)])
def test_the_slices_are_spread_over_the_seconds_of_the_setting(connections, seconds, count):
    slices = drain_module._slices(range(connections), seconds)
    assert len(slices) == count
    assert sum(map(len, slices)) == connections


@pytest.mark.parametrize("event", ["slow", "slow_sync"])
async def test_what_is_being_handled_is_finished_and_answered_before_the_close(event):
    async with Peer(APP) as peer:
        await peer.join("room:1")
        await peer.push("1", "2", "room:1", event)
        await settle()
        draining = asyncio.create_task(drain(current_state()))
        await settle()
        Room.gate.set()
        assert await peer.next() == ok("2", "room:1", {"done": True})
        assert await peer.closed() == 1012
        assert Room.ended == [("room:1", "closed")]
    await draining


async def test_the_drain_lasts_until_every_channel_has_terminated():
    peers = [Peer(APP) for _ in range(3)]
    for number, peer in enumerate(peers):
        await peer.open()
        await peer.join(f"room:{number}")
    # This one's client is gone already.
    await peers[0].push("1", "2", "room:0", "slow")
    await settle()
    gone = asyncio.create_task(peers[0].disconnect())
    await settle()
    draining = asyncio.create_task(drain(current_state()))
    for peer in peers[1:]:
        assert await peer.closed() == 1012
        await peer.disconnect()
    assert not draining.done()
    Room.gate.set()
    await draining
    assert sorted(Room.ended) == [(f"room:{number}", "closed") for number in range(3)]
    assert current_state().ending == set()
    await gone


async def test_who_never_ends_is_given_up_after_the_grace(settings, caplog):
    settings.DJANGO_PHOENIX = {"SHUTDOWN_GRACE": 0.05}
    async with Peer(APP) as stuck, Peer(APP) as other:
        await stuck.join("room:1")
        await stuck.push("1", "2", "room:1", "slow")
        await settle()
        draining = asyncio.create_task(drain(current_state()))
        assert await other.closed() == 1012
        assert await stuck.closed() == 1012
    await draining
    assert "did not end within" in caplog.text


async def test_no_topic_is_joined_any_more_and_whoever_tries_comes_back_elsewhere_at_once(monkeypatch):
    monkeypatch.setattr(drain_module, "SMALLEST_SLICE", 1)
    async with Peer(APP) as first, Peer(APP) as second:
        await second.join("room:1")
        await second.push("1", "2", "room:1", "slow")
        draining = asyncio.create_task(drain(current_state()))
        await settle(3)
        waiting = next(peer for peer in (first, second) if not peer.connection.closed)
        await waiting.push("7", "7", "room:7", "phx_join")
        if waiting is second:
            await settle()
            Room.gate.set()
            assert await waiting.next() == ok("2", "room:1", {"done": True})
        assert await waiting.closed() == 1012
        Room.gate.set()
    await draining
    assert [topic for topic, _ in Room.ended] == ["room:1"]


async def test_a_joined_topic_works_until_its_connection_is_closed(monkeypatch):
    monkeypatch.setattr(drain_module, "SMALLEST_SLICE", 1)
    async with Peer(APP) as first, Peer(APP) as second:
        for peer in (first, second):
            await peer.join("room:1")
        draining = asyncio.create_task(drain(current_state()))
        await settle(3)
        (waiting,) = [peer for peer in (first, second) if not peer.connection.closed]
        await waiting.push("1", "2", "room:1", "echo", {"n": 1})
        assert await waiting.next() == ok("2", "room:1", {"n": 1})
        assert await waiting.closed() == 1012
    await draining


async def test_a_second_drain_waits_for_the_first():
    async with Peer(APP) as peer:
        await peer.join("room:1")
        await peer.push("1", "2", "room:1", "slow")
        await settle()
        drains = [asyncio.create_task(drain(current_state())) for _ in range(2)]
        await settle()
        assert not any(each.done() for each in drains)
        Room.gate.set()
        assert await peer.closed() == 1012
    await asyncio.gather(*drains)
