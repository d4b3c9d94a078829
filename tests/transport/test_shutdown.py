"""Hearing early that the server is about to stop."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
import uvloop

from django_phoenix.socket import Socket
from django_phoenix.transport import shutdown
from django_phoenix.transport.loop_state import current_state
from django_phoenix.transport.shutdown import TermHandler, heed_shutdown
from tests.support.peer import Peer, settle


class Plain(Socket):
    pass


APP = Plain.as_asgi()


async def plain_send(event):
    """Of no server that is known."""


@pytest.fixture(autouse=True)
def _signals():
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


async def test_the_server_s_own_handler_runs_after_the_drain_and_at_once_the_second_time():
    called = []
    handler = TermHandler(current_state(), lambda number, frame: called.append(number))
    async with Peer(APP) as peer:
        handler(15, None)
        assert called == []
        assert await peer.closed() == 1012
        handler(15, None)
        assert called == [15]
    await current_state().drained
    await settle()
    assert called == [15, 15]


async def test_a_handler_of_the_process_is_put_off():
    called = asyncio.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: called.set())
    heed_shutdown(current_state(), plain_send)
    async with Peer(APP) as peer:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await peer.closed() == 1012
        assert not called.is_set()
    await asyncio.wait_for(called.wait(), 5)


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_handler_of_the_loop_is_put_off_where_the_server_heeds_sigint_as_well(new_loop):
    async def check():
        loop, called = asyncio.get_running_loop(), asyncio.Queue()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, called.put_nowait, number)
        heed_shutdown(current_state(), plain_send)
        async with Peer(APP) as peer:
            os.kill(os.getpid(), signal.SIGTERM)
            assert await peer.closed() == 1012
            assert called.empty()
            os.kill(os.getpid(), signal.SIGTERM)
            assert await called.get() == signal.SIGINT
        await current_state().drained
        assert await called.get() == signal.SIGINT

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(asyncio.wait_for(check(), 10))


async def test_a_handler_of_the_loop_for_sigterm_alone_is_left_in_peace():
    loop, called = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, called.set)
    heed_shutdown(current_state(), plain_send)
    async with Peer(APP) as peer:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(called.wait(), 5)
        assert not peer.connection.closed
    loop.remove_signal_handler(signal.SIGTERM)


async def test_the_default_of_the_signal_is_left_in_peace():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    heed_shutdown(current_state(), plain_send)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


class Stream:
    """Hypercorn's connection, as far as we look at it."""

    class config:
        graceful_timeout = 3.0

    def __init__(self) -> None:
        self.context = self
        self.terminated = asyncio.Event()

    async def app_send(self, event):
        """Its ``send``."""


async def test_a_worker_of_hypercorn_is_watched_and_given_less_than_its_time(monkeypatch):
    seconds = []

    async def drain(state, spread):
        seconds.append(spread)

    monkeypatch.setattr(shutdown, "drain", drain)
    stream = Stream()
    heed_shutdown(current_state(), stream.app_send)
    await settle()
    assert seconds == []
    stream.terminated.set()
    await settle()
    assert seconds == [pytest.approx(2.4)]
    assert current_state().listener.done()
