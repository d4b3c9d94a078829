"""Parts of the kit that a test does not meet by themselves."""

from __future__ import annotations

import asyncio
import gc

import pytest
from django.contrib.auth.models import Group

from django_phoenix.testing import connect, world
from django_phoenix.testing.clock import Clock
from django_phoenix.testing.forgotten import Owed
from django_phoenix.testing.frames import Arrival, encode, read
from django_phoenix.testing.handshake import encode_params
from django_phoenix.testing.inbox import Inbox, Received, received
from django_phoenix.testing.same_thread import SameThread
from django_phoenix.transport.query import parse_params
from django_phoenix.wire.serializer import V2
from tests.testing.site import RoomSocket


async def answer():
    await asyncio.sleep(0)
    return 42


def owed(told):
    return Owed(answer(), lambda work: work, told.append, "answer()", depth=1)


def test_what_is_owed_can_be_awaited_gathered_and_put_into_a_task():
    async def test():
        assert await owed(told) == 42
        assert await asyncio.gather(owed(told), owed(told)) == [42, 42]
        async with asyncio.TaskGroup() as group:
            task = group.create_task(owed(told))
        return task.result()

    told = []
    assert asyncio.run(test()) == 42
    assert told == []


def test_what_is_owed_can_be_called_off():
    async def test():
        task = asyncio.create_task(owed(told))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    told = []
    asyncio.run(test())
    owed(told).close()
    assert told == []


def test_what_is_thrown_away_is_told_with_its_line():
    told = []
    owed(told)
    gc.collect()
    assert len(told) == 1
    assert told[0].startswith("answer() (test_parts.py, line ")


@pytest.mark.parametrize("payload", [{"a": [1, None, "ü"]}, b"\x00\xff", b""])
def test_the_server_understands_what_the_client_sends(payload):
    message = V2.decode(encode("1", "2", "room:ü", "say", payload))
    assert message == ("1", "2", "room:ü", "say", payload)


@pytest.mark.parametrize("payload", [{"a": 1}, b"\x00\xff", b""])
def test_the_client_understands_what_the_server_sends(payload):
    push, reply = V2.encode_push("1", "t", "e", payload), V2.encode_reply("1", "2", "t", "ok", payload)
    answer = {"status": "ok", "response": payload}
    assert read(push) == Arrival("1", None, "t", "e", payload)
    assert read(reply) == Arrival("1", "2", "t", "phx_reply", answer)
    assert read(V2.encode_broadcast("t", "e", payload)) == Arrival(None, None, "t", "e", payload)
    assert read(V2.encode_control("1", "t", "phx_close", {})) == Arrival("1", "1", "t", "phx_close", {})


def test_params_are_written_as_the_server_reads_them():
    params = {"a": {"b c": "1&2", "list": ["x", "y"]}, "n": 5, "yes": True, "none": None, "é": "ü"}
    assert parse_params(encode_params(params).encode()) == {
        "a": {"b c": "1&2", "list": {"0": "x", "1": "y"}},
        "n": "5",
        "yes": "true",
        "é": "ü",
    }


def test_a_long_inbox_is_listed_from_its_end():
    inbox = Inbox("Somebody")
    assert inbox.listing() == "Nothing has come."
    for number in range(25):
        inbox.add(Received("push", "tick", {"n": number}))
    assert inbox.listing().splitlines()[:3] == [
        "What has come, oldest first:",
        "  (5 before that)",
        "  push 'tick' {'n': 5}",
    ]


def test_a_failure_says_why_each_candidate_is_not_the_one():
    inbox = Inbox("Somebody")
    inbox.add(Received("push", "tick", {"n": 1}, taken=True))
    inbox.add(received(Arrival(None, None, "t", "tick", {"n": 2})))
    inbox.add(received(Arrival("1", "4", "t", "phx_reply", {"status": "ok", "response": {}})))
    inbox.add(received(Arrival("1", "1", "t", "phx_error", {"reason": "channel_crash"})))
    assert inbox.missing("push", "tick", {"n": 3}, 1.0) == (
        "Somebody: no push 'tick' with {'n': 3} came, and the server has been idle for 1 s.\n"
        "What has come, oldest first:\n"
        "  push 'tick' {'n': 1} (taken by an earlier assertion)\n"
        "  broadcast 'tick' {'n': 2}\n"
        "      n: expected 3, got 2\n"
        "  reply to push 4: ok {}\n"
        "  phx_error {'reason': 'channel_crash'}"
    )


@pytest.mark.django_db
def test_a_call_on_the_same_thread_sees_no_event_loop():
    async def test():
        future = SameThread().submit(Group.objects.count)
        assert asyncio.get_running_loop() is not None
        return future.result()

    assert asyncio.run(test()) == 0


def test_what_a_call_on_the_same_thread_raises_is_in_its_future():
    assert isinstance(SameThread().submit(lambda: 1 / 0).exception(), ZeroDivisionError)


def test_a_clock_that_cannot_be_put_forward_says_so():
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="event loop of asyncio's own"):
            Clock(loop).next_timer()
    finally:
        loop.close()


@pytest.mark.django_db
def test_a_handler_that_never_returns_is_named(monkeypatch):
    room = connect(RoomSocket).join("room:1")
    # Not by the clock: by then the handler has begun, however busy the machine is.
    monkeypatch.setattr(world.Patience, "is_over", lambda self: self._turns > world.EAGER_TURNS)
    with pytest.raises(AssertionError, match="RoomChannel on topic 'room:1' is at work, and does not return"):
        room.push("sleep_long")
    room.kill()


def test_without_a_test_to_end_the_last_socket_takes_all_along(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    with connect(RoomSocket) as first:
        with connect(RoomSocket) as second:
            second.heartbeat()
        first.heartbeat()
    with pytest.raises(RuntimeError, match="is over"):
        first.heartbeat()
    with pytest.raises(RuntimeError, match="Nothing is connected"):
        world.open_node()
