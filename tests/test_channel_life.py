"""after_join, timers, and what is told of a crash."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured

from django_phoenix.channel import Channel, JoinRefused, Reply, Stop, event
from django_phoenix.signals import channel_crashed
from django_phoenix.socket import Socket
from django_phoenix.transport.blueprint import blueprint_of
from tests.support.peer import Peer, error, ok, settle


def socket_of(channel_class):
    return type("OneSocket", (Socket,), {"channels": {"*": channel_class}}).as_asgi()


class Late(Channel):
    def join(self, payload):
        self.push("in join")
        return {"n": 1}

    async def after_join(self):
        self.push("after")
        await asyncio.sleep(0)
        self.assigns.ready = True

    @event
    async def ask(self):
        return {"ready": self.assigns.ready}


async def test_after_join_runs_after_the_reply_and_before_any_event():
    async with Peer(socket_of(Late)) as peer:
        await peer.push("1", "1", "x", "phx_join")
        await peer.push("1", "2", "x", "ask")
        assert await peer.next() == ok("1", "x", {"n": 1})
        assert [(await peer.next())[3] for _ in range(2)] == ["in join", "after"]
        assert await peer.next() == ok("2", "x", {"ready": True})


async def test_after_join_may_be_a_def_and_may_stop():
    class Brief(Channel):
        def after_join(self):
            self.push("thread", {"main": threading.current_thread() is threading.main_thread()})
            return Stop("enough")

    async with Peer(socket_of(Brief)) as peer:
        await peer.join("x")
        assert await peer.next() == ["1", None, "x", "thread", {"main": False}]
        assert await peer.next() == ["1", "1", "x", "phx_close", {}]


@pytest.mark.parametrize("bad", ["raises", "returns"])
async def test_an_after_join_that_fails_is_a_crash_of_the_joined_channel(bad, caplog):
    class Bad(Channel):
        async def after_join(self):
            if bad == "raises":
                raise RuntimeError("late")
            return 5

    async with Peer(socket_of(Bad)) as peer:
        await peer.join("x")
        assert await peer.next() == ["1", "1", "x", "phx_error", {"reason": "channel_crash"}]
    assert "crashed in Bad.after_join" in caplog.text


async def test_a_refused_join_has_no_after_join():
    class Closed(Channel):
        def join(self, payload):
            raise JoinRefused({"reason": "no"})

        def after_join(self):
            raise AssertionError

    async with Peer(socket_of(Closed)) as peer:
        await peer.push("1", "1", "x", "phx_join")
        assert await peer.next() == error("1", "x", "no")
        assert await peer.silent()


class Clock(Channel):
    def join(self, payload):
        self.assigns.seen = 0

    @event
    async def start(self, seconds: float):
        self.assigns.timer = self.send_every(seconds, "tick")
        return {}

    @event
    def start_in_a_thread(self, seconds: float):
        self.send_every(seconds, "tick")

    @event
    async def cancel(self):
        self.assigns.timer.cancel()
        return {}

    @event
    async def hold(self):
        self.assigns.held = asyncio.Event()
        await self.assigns.held.wait()

    async def handle_info(self, message):
        self.assigns.seen += 1
        self.push(message, {"n": self.assigns.seen})


@pytest.mark.parametrize("start", ["start", "start_in_a_thread"])
async def test_an_interval_goes_on_until_it_is_called_off_or_its_channel_ends(start):
    async with Peer(socket_of(Clock)) as peer:
        await peer.join("x")
        await peer.push("1", None, "x", start, {"seconds": 0.01})
        assert [(await peer.next())[3:] for _ in range(3)] == [["tick", {"n": n}] for n in (1, 2, 3)]
        if start == "start":
            await peer.push("1", "2", "x", "cancel")
            while (await peer.next())[1] != "2":
                pass
        else:
            await peer.push("1", "2", "x", "phx_leave")
            while (await peer.next())[3] != "phx_close":
                pass
        await asyncio.sleep(0.03)
        assert await peer.silent()


async def test_an_interval_keeps_its_beat_and_leaves_out_what_nobody_could_take(monkeypatch):
    async with Peer(socket_of(Clock)) as peer:
        await peer.join("x")
        server = peer.connection.topics["x"]
        interval = server.send_every(1.0, "tick")
        begin = interval.due - 1.0
        await peer.push("1", None, "x", "hold")
        await settle()
        for late in (1.0, 2.1, 5.5):
            monkeypatch.setattr(peer.connection.loop, "time", lambda late=late: begin + late)
            interval.handle.cancel()
            interval.fire()
        assert interval.due == pytest.approx(begin + 6)
        monkeypatch.undo()
        assert server.pending == 1
        server.channel.assigns.held.set()
        assert (await peer.next())[3:] == ["tick", {"n": 1}]
        assert await peer.silent()


async def test_a_beat_that_waits_when_the_interval_is_called_off_is_not_handled():
    async with Peer(socket_of(Clock)) as peer:
        await peer.join("x")
        server = peer.connection.topics["x"]
        await peer.push("1", None, "x", "hold")
        await settle()
        interval = server.send_every(60, "tick")
        interval.fire()
        interval.cancel()
        server.channel.assigns.held.set()
        assert await peer.silent()


@pytest.mark.parametrize("seconds", [0, -1])
async def test_an_interval_of_no_time_is_refused(seconds):
    async with Peer(socket_of(Clock)) as peer:
        await peer.join("x")
        with pytest.raises(ValueError, match=r"Clock\.send_every: the seconds should be more than 0"):
            peer.connection.topics["x"].channel.send_every(seconds, "tick")


class Crashing(Channel):
    async def join(self, payload):
        if payload:
            raise RuntimeError("in join")

    @event
    async def go(self):
        raise RuntimeError("100%s in an event")

    @event
    async def query(self):
        return {"count": User.objects.count()}

    @event
    async def tell(self):
        self.send(self.ref, "x")

    def handle_in(self, event, payload):
        raise RuntimeError("in handle_in")

    def handle_info(self, message):
        raise RuntimeError("in handle_info")

    def terminate(self, reason):
        raise RuntimeError("in terminate")


@pytest.fixture
def crashes():
    told = []

    def hear(sender, **arguments):
        told.append((sender, arguments))

    channel_crashed.connect(hear)
    yield told
    channel_crashed.disconnect(hear)


CRASHES = [("go", "go", "go"), ("other%s", "handle_in", "other%s"), ("tell", "handle_info", None)]


@pytest.mark.parametrize(("push", "callback", "told_event"), CRASHES)
async def test_a_crash_is_signalled_and_logged_for_error_trackers(
    push, callback, told_event, crashes, caplog
):
    async with Peer(socket_of(Crashing)) as peer:
        await peer.join("x")
        await peer.push("1", "2", "x", push)
        assert (await peer.next())[3] == "phx_error"
    (sender, told), (_, of_terminate) = crashes
    assert sender is Crashing
    assert (told["label"], told["event"], told["channel"].topic) == (f"Crashing.{callback}", told_event, "x")
    assert told["exc_info"] == (RuntimeError, told["error"], told["error"].__traceback__)
    assert told["error"].__traceback__ is not None
    assert of_terminate["label"] == "Crashing.terminate"
    record = next(each for each in caplog.records if "crashed in" in each.getMessage())
    assert record.levelno == logging.ERROR
    assert record.name == "django_phoenix.channel"
    assert record.exc_info == told["exc_info"]
    assert (record.phoenix_channel, record.phoenix_topic) == ("Crashing", "x")
    assert (record.phoenix_callback, record.phoenix_event) == (f"Crashing.{callback}", told_event)
    assert record.phoenix_user is None


async def test_a_join_that_fails_is_signalled(crashes, caplog):
    async with Peer(socket_of(Crashing)) as peer:
        await peer.push("1", "1", "x", "phx_join", {"a": 1})
        assert await peer.next() == error("1", "x", "join crashed")
    assert [(told["label"], told["event"]) for _, told in crashes] == [("Crashing.join", "phx_join")]


async def test_the_log_names_the_user(caplog):
    class UserSocket(Socket):
        channels = {"*": Crashing}

        async def connect(self, params):
            self.user = User(pk=7)

    async with Peer(UserSocket.as_asgi()) as peer:
        await peer.join("x")
        await peer.push("1", "2", "x", "go")
        assert (await peer.next())[3] == "phx_error"
    assert caplog.records[0].phoenix_user == "7"


async def test_a_receiver_that_fails_harms_nobody(caplog):
    def fail(sender, **arguments):
        raise RuntimeError("in a receiver")

    channel_crashed.connect(fail)
    try:
        async with Peer(socket_of(Crashing)) as peer:
            await peer.join("x")
            await peer.push("1", "2", "x", "go")
            assert (await peer.next())[3] == "phx_error"
    finally:
        channel_crashed.disconnect(fail)


async def test_a_query_in_an_async_callback_is_advised_against(caplog, crashes):
    async with Peer(socket_of(Crashing)) as peer:
        await peer.join("x")
        await peer.push("1", "2", "x", "query")
        assert (await peer.next())[3] == "phx_error"
    (_, told), *_ = crashes
    assert told["error"].__notes__ == [
        "Crashing.query is an `async def`, which runs on the event loop: make it a plain `def`, which runs "
        "in a thread, or use the ORM's async methods (acount, aget, async for)."
    ]
    assert "make it a plain `def`" in caplog.text


class Mistaken(Channel):
    async def join(self, payload):
        if payload.get("refuse"):
            raise JoinRefused("no")
        return {"error": ValueError("no JSON")} if payload else None

    @event
    async def awaits(self):
        await self.broadcast_from("tick", {})

    @event
    async def answers(self):
        return {"at": object()}

    @event
    async def pushes(self):
        self.push("tick", {"at": object()})

    @event
    async def names_no_event(self):
        self.push({"x": 1})

    @event
    async def says_no(self):
        return Reply.error("no")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("awaits", "push, broadcast, send and the like return at once and take no `await`."),
        ("answers", "Mistaken on topic 'x': the reply is not JSON: Object of type object is not"),
        ("pushes", r"Mistaken.push('tick', …): the payload is not JSON: Object of type object is not"),
        ("names_no_event", "Mistaken.push(event, payload): the event should be a string, got {'x': 1}"),
        ("says_no", "A reply's response should be a dict, such as {'reason': …}, or bytes, got 'no'"),
    ],
)
async def test_the_log_says_what_is_wrong_with_a_usual_mistake(name, told, caplog):
    async with Peer(socket_of(Mistaken)) as peer:
        await peer.join("x")
        await peer.push("1", "2", "x", name)
        assert (await peer.next())[3] == "phx_error"
    assert told in caplog.text


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({"refuse": 1}, "JoinRefused takes a dict, such as {'reason': …}, got 'no'"),
        ({"a": 1}, "Mistaken on topic 'x': the reply is not JSON"),
    ],
)
async def test_the_log_says_what_is_wrong_with_a_join(payload, told, caplog):
    async with Peer(socket_of(Mistaken)) as peer:
        await peer.push("1", "1", "x", "phx_join", payload)
        assert await peer.next() == error("1", "x", "join crashed")
    assert told in caplog.text


def test_an_intercept_without_handle_out_is_found():
    class Deaf(Channel):
        intercept = ["sold"]

    with pytest.raises(ImproperlyConfigured, match=r"Deaf\.intercept names 'sold', .* no handle_out"):
        blueprint_of(Deaf)
