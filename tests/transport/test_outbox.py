"""The way out, with sends that behave like each server's."""

from __future__ import annotations

import asyncio
import functools

import pytest

from django_phoenix.transport import outbox as outbox_module
from django_phoenix.transport.outbox import Outbox
from django_phoenix.transport.servers import UNKNOWN, Server
from tests.support.peer import settle


class Wire:
    """A ``send`` as a coroutine that waits while ``open`` is not set."""

    def __init__(self):
        self.sent = []
        self.open = asyncio.Event()
        self.open.set()
        self.error = None

    async def send(self, event):
        if self.error is not None:
            raise self.error
        if not self.open.is_set():
            await self.open.wait()
        self.sent.append(event.get("text", event.get("bytes", event.get("code"))))


@pytest.fixture
async def wire():
    return Wire()


def outbox_for(send, server=UNKNOWN):
    return Outbox(send, server, asyncio.get_running_loop())


async def test_a_send_that_does_not_wait_takes_no_task(wire):
    outbox = outbox_for(wire.send)
    outbox.put("a")
    outbox.put(b"b")
    assert wire.sent == ["a", b"b"]
    assert len(asyncio.all_tasks()) == 1


class Owner:
    """With a server whose close goes out only when nobody listens."""

    def __init__(self, wire):
        self.wire = wire
        self.listens = True

    def overflow(self, frames, size):
        raise AssertionError("nothing overflows here")

    def stop_listening(self):
        self.listens = False
        asyncio.get_running_loop().call_soon(self.wire.open.set)


async def test_where_a_close_needs_it_the_owner_stops_to_listen_and_waits_until_it_is_out(wire):
    outbox = outbox_for(wire.send, Server("granian", close_waits=True))
    outbox.owner = owner = Owner(wire)
    await outbox.close_is_out(60)
    wire.open.clear()
    outbox.close(1001)
    assert not owner.listens
    assert wire.sent == []
    await outbox.close_is_out(60)
    assert wire.sent == [1001]


async def test_a_close_that_does_not_get_out_is_not_waited_for_for_ever(wire):
    outbox = outbox_for(wire.send, Server("granian", close_waits=True))
    wire.open.clear()
    outbox.close(1001)
    await outbox.close_is_out(0.01)
    assert wire.sent == []


async def test_frames_behind_one_that_waits_keep_their_order(wire):
    outbox = outbox_for(wire.send)
    wire.open.clear()
    for number in range(100):
        outbox.put(str(number))
    outbox.close(1001)
    assert wire.sent == []
    assert outbox.busy
    wire.open.set()
    await settle()
    assert wire.sent == [*map(str, range(100)), 1001]
    assert not outbox.busy


async def test_a_send_may_wait_many_times(wire):
    outbox = outbox_for(wire.send)
    for number in range(5):
        wire.open.clear()
        outbox.put(str(number))
        await settle()
        wire.open.set()
        await settle()
    assert wire.sent == ["0", "1", "2", "3", "4"]


async def test_a_send_that_yields_to_the_loop_is_gone_on_with():
    sent = []

    async def send(event):
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        sent.append(event["text"])

    outbox = outbox_for(send)
    outbox.put("a")
    outbox.put("b")
    while outbox.busy:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    assert sent == ["a", "b"]


@pytest.mark.parametrize("waits", [False, True])
async def test_an_error_means_gone_and_never_reaches_the_sender(wire, waits):
    outbox = outbox_for(wire.send)
    if waits:
        wire.open.clear()
        outbox.put("a")
    wire.error = ConnectionError("gone")
    outbox.put("b")
    wire.open.set()
    await settle()
    outbox.put("c")
    wire.error = None
    outbox.put("d")
    outbox.close(1001)
    await settle()
    assert wire.sent == (["a"] if waits else [])


async def test_nothing_is_sent_after_the_close(wire):
    outbox = outbox_for(wire.send)
    outbox.close(1001)
    outbox.put("late")
    outbox.close(1012)
    assert wire.sent == [1001]


async def test_the_close_code_is_the_server_s(wire):
    outbox = outbox_for(wire.send, Server("daphne", private_codes=True))
    outbox.close(1012)
    assert wire.sent == [4012]


class Future:
    """Granian's: no coroutine, calls back on the loop's thread."""

    def __init__(self):
        self.callback = None
        self.is_done = False

    def done(self):
        return self.is_done

    def add_done_callback(self, callback):
        self.callback = callback

    def finish(self):
        self.is_done = True
        if self.callback is not None:
            self.callback(self)


async def test_a_server_whose_send_returns_a_future_has_one_in_flight():
    sent, futures = [], []

    def send(event):
        sent.append(event.get("text", event.get("code")))
        futures.append(Future())
        return futures[-1]

    outbox = outbox_for(send)
    for text in ("a", "b", "c"):
        outbox.put(text)
    outbox.close(1001)
    assert sent == ["a"]
    for future in futures:
        future.finish()
    assert sent == ["a", "b", "c", 1001]


async def test_it_has_drained_when_the_last_future_is_done():
    futures, drained = [], []

    def send(event):
        futures.append(Future())
        return futures[-1]

    outbox = outbox_for(send)
    outbox.put("a")
    outbox.put("b")
    outbox.when_drained(lambda: drained.append(True))
    futures[0].finish()
    assert not drained
    futures[1].finish()
    assert drained


async def test_a_future_that_is_done_at_once_is_not_waited_for():
    sent = []

    def send(event):
        sent.append(event["text"])
        future = Future()
        future.finish()
        return future

    outbox = outbox_for(send)
    outbox.put("a")
    outbox.put("b")
    assert sent == ["a", "b"]
    assert not outbox.busy


class Transport:
    """Twisted's, as far as it is asked."""

    def __init__(self):
        self.dataBuffer = b""
        self.offset = 0
        self._tempDataLen = 0


class Protocol:
    def __init__(self):
        self.transport = Transport()
        self.sent = []

    async def handle_reply(self, event):
        self.sent.append(event)
        self.transport._tempDataLen += len(event.get("text", ""))


async def test_a_server_whose_send_never_waits_is_asked_for_its_backlog(monkeypatch):
    monkeypatch.setattr(outbox_module, "METER_PAUSE", 0.001)
    protocol = Protocol()

    async def handle_reply(protocol, event):
        await protocol.handle_reply(event)

    outbox = outbox_for(functools.partial(handle_reply, protocol), Server("daphne", measure_backlog=True))
    for _ in range(20):
        outbox.put("x" * 65_536)
    assert 4 <= len(protocol.sent) <= 6
    assert outbox.busy
    protocol.transport._tempDataLen = 0
    while outbox.busy:
        protocol.transport._tempDataLen = 0
        await asyncio.sleep(0.002)
    assert len(protocol.sent) == 20


async def test_a_task_that_finishes_a_send_can_be_cancelled(wire):
    outbox = outbox_for(wire.send)
    wire.open.clear()
    outbox.put("a")
    await settle()
    (task,) = asyncio.all_tasks() - {asyncio.current_task()}
    task.cancel()
    await settle()
    assert not outbox.busy
