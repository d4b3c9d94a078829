from __future__ import annotations

import asyncio

import pytest

from django_phoenix.socket import Socket
from django_phoenix.transport import drain as drain_module
from django_phoenix.transport.drain import TermHandler, drain
from django_phoenix.transport.loop_state import current_state
from tests.support.peer import Peer, Refused, settle


class Plain(Socket):
    pass


APP = Plain.as_asgi()


async def test_ch_49_open_connections_are_closed_with_1012_and_new_ones_refused():
    async with Peer(APP) as first, Peer(APP) as second:
        await drain(current_state())
        assert await first.closed() == 1012
        assert await second.closed() == 1012
        with pytest.raises(Refused) as refused:
            await Peer(APP).open()
        assert refused.value.status == 503


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


async def test_the_server_s_own_handler_runs_after_the_drain_and_at_once_the_second_time():
    called = []
    handler = TermHandler(current_state(), lambda number, frame: called.append(number))
    async with Peer(APP) as peer:
        handler(15, None)
        assert called == []
        assert await peer.closed() == 1012
        await settle()
        assert called == [15]
        handler(15, None)
        assert called == [15, 15]
