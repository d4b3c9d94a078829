"""The same from async tests, under each of the three that run them; always on the test's thread."""

from __future__ import annotations

import asyncio
import time
import unittest

import pytest
from django.contrib.auth.models import Group, User
from django.test import SimpleTestCase, TestCase, override_settings

from django_phoenix.exceptions import JoinRefused
from django_phoenix.pubsub import broadcast
from django_phoenix.testing import Refused, aadvance, aconnect, asettle, asubscribe, connect
from tests.testing.site import RoomSocket, tell_everybody


async def use_a_room(socket):
    """One of everything, with the database seen from every side."""
    room = await socket.join("room:1")
    before = room.response["groups"]
    await room.assert_push("welcome", {"room": 1})
    main = {"groups": before + 1, "main": True}
    await room.assert_reply(await room.push("make", {"name": "one"}), "ok", main)
    await room.assert_reply(await room.push("amake", {"name": "two"}), "ok", {"groups": before + 2})
    for event in ("sync_over_async", "async_over_sync_over_async"):
        await room.assert_reply(await room.push(event), "ok", {"groups": before + 2})
    assert await Group.objects.acount() == before + 2
    await room.push("make_and_tell", {"name": "three"})
    await room.assert_broadcast("made", {"name": "three"})
    await room.push("make_and_tell", {"name": "four", "fail": True})
    await room.refute_broadcast("made")
    await room.push("in_order")
    events = [entry.event for entry in room.received[-4:]]
    assert events == ["first", "second", "third", "phx_reply"]
    async with room.assert_crash(ZeroDivisionError, match="bang") as crash:
        await room.push("boom")
    assert crash.error.args == ("bang",)
    with pytest.raises(LookupError):
        await (await socket.join("room:2")).push("boom_in_a_thread")
    await room.rejoin()
    await room.leave()
    assert await Group.objects.filter(name="ended: left").aexists()
    with pytest.raises(JoinRefused):
        await socket.join("room:13")


class DjangosAsyncTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada = User.objects.create_user("ada")
        Group.objects.create(name="by the test case")

    async def test_everything_works_inside_its_transaction(self):
        socket = await aconnect(RoomSocket, user=self.ada)
        assert socket.instance.user is self.ada
        await use_a_room(socket)

    async def test_nothing_is_left_for_the_next_test(self):
        assert await Group.objects.acount() == 1
        async with aconnect(RoomSocket) as socket:
            await socket.join("room:1")
        assert await Group.objects.filter(name="ended: closed").aexists()

    async def test_what_is_not_closed_ends_with_its_loop(self):
        await (await aconnect(RoomSocket)).join("room:1")
        self.addCleanup(self.check_terminate_ran)

    def check_terminate_ran(self):
        assert Group.objects.filter(name="ended: closed").exists()


class PlainAsyncTests(unittest.IsolatedAsyncioTestCase):
    async def test_a_channel_without_a_database(self):
        socket = await aconnect(RoomSocket, user=User(pk=7))
        assert socket.id == "users:7"
        await socket.heartbeat()
        broadcast("users:7", "disconnect", {})
        assert await socket.assert_closed() == 1001


async def test_async_db_takes_async_orm_into_the_tests_transaction(async_db):
    await Group.objects.acreate(name="by the test")
    await use_a_room(await aconnect(RoomSocket))


async def test_so_that_nothing_is_left_of_it(async_db):
    assert await Group.objects.acount() == 0


@pytest.fixture
async def group(async_db):
    return await Group.objects.acreate(name="by an async fixture")


async def test_async_db_takes_async_fixtures_along(group):
    room = await (await aconnect(RoomSocket)).join("room:1")
    assert room.response == {"groups": 1}


@pytest.fixture
def made_in_a_fixture(db):
    return Group.objects.create(name="by a fixture")


async def test_from_aconnect_on_the_async_orm_is_in_the_transaction_anyhow(made_in_a_fixture):
    await use_a_room(await aconnect(RoomSocket))


@pytest.mark.django_db(transaction=True)
async def test_a_transactional_test_works_alike():
    await use_a_room(await aconnect(RoomSocket))


@pytest.mark.django_db
async def test_what_is_left_open_is_closed_within_the_transaction(request):
    await (await aconnect(RoomSocket)).join("room:1")
    # The plugin closes it before any fixture is undone; this fixture's end would come later.
    request.getfixturevalue("closed_in_time")


@pytest.fixture
def closed_in_time(db):
    yield
    assert Group.objects.filter(name="ended: closed").exists()


async def test_a_view_broadcasts_and_nobody_needs_to_have_joined():
    room = asubscribe("room:1")
    tell_everybody("from a view")
    assert await room.assert_broadcast("said") == {"body": "from a view"}
    await room.refute_broadcast("said")
    await room.close()
    tell_everybody("again")
    await asettle()
    assert len(room.received) == 1


async def test_a_refusal_is_raised():
    with pytest.raises(Refused):
        await aconnect(RoomSocket, {"refuse": 1})


@pytest.mark.django_db
async def test_handlers_run_on_the_tests_own_loop():
    socket = await aconnect(RoomSocket)
    room = await socket.join("room:1")
    room.assigns.pending = None
    room.instance.handle_info = None
    assert room.instance.server.loop is asyncio.get_running_loop()


@pytest.mark.django_db
async def test_assertions_may_wait_beside_each_other():
    first, second = await aconnect(RoomSocket), await aconnect(RoomSocket)
    rooms = await asyncio.gather(first.join("room:1"), second.join("room:1"))
    waiting = asyncio.gather(*(room.assert_push("said") for room in rooms))
    await rooms[0].push("say", {"body": "hi"})
    assert await waiting == [{"body": "hi"}] * 2


@pytest.mark.django_db
async def test_a_handler_that_waits_for_the_test_is_not_waited_for_if_told_so():
    room = await (await aconnect(RoomSocket)).join("room:1")
    other = await (await aconnect(RoomSocket)).join("room:2")
    ref = await room.push("wait_for_it", wait=False)
    await other.assert_reply(await other.push("echo", {"n": 1}))
    await room.refute_reply(ref)
    room.assigns.it.set()
    await room.assert_reply(ref, "ok", {"came": True})
    await room.assert_reply(await room.push("echo", {"n": 2}))


@pytest.mark.django_db
async def test_a_forgotten_await_is_told_by_the_next_call():
    room = await (await aconnect(RoomSocket)).join("room:1")
    room.assert_push("never")
    with pytest.raises(
        AssertionError, match=r"assert_push\('never'\) \(test_async.py, line \d+\) was not awaited"
    ):
        await room.assert_push("welcome")


@pytest.mark.django_db
async def test_time_passes_as_fast_as_one_likes():
    before = asyncio.get_running_loop().time()
    room = await (await aconnect(RoomSocket)).join("room:1")
    room.instance.send_after(3600, "an hour")
    await aadvance(3600)
    await room.assert_push("info", {"message": "an hour"})
    assert asyncio.get_running_loop().time() - before >= 3600


@override_settings(CHANNEL_LAYERS={"default": {"BACKEND": "no.such.Layer"}})
async def test_the_sites_channel_layer_is_left_alone():
    room = asubscribe("room:1")
    tell_everybody("hi")
    await room.assert_broadcast("said")


def test_a_synchronous_test_is_told_what_to_use():
    with pytest.raises(RuntimeError, match=r"synchronous test uses `live\(…\)`, `connect\(…\)`"):
        aconnect(RoomSocket)


def test_sync_and_async_tests_take_turns():
    for _ in range(2):
        connect(RoomSocket).heartbeat()

        async def test():
            async with aconnect(RoomSocket) as socket:
                await socket.heartbeat()

        asyncio.run(test())


def said_of(test):
    """What Django's runner says of an async test method."""

    class Case(SimpleTestCase):
        databases = "__all__"

        async def test(self):
            await test(await aconnect(RoomSocket))

    result = unittest.TestResult()
    Case("test")(result)
    return "".join(text for _, text in [*result.errors, *result.failures])


@pytest.mark.django_db
def test_a_forgotten_await_in_the_last_line_is_told():
    async def test(socket):
        socket.heartbeat()

    assert "heartbeat() (test_async.py" in said_of(test)


@pytest.mark.django_db
def test_a_crash_at_the_very_end_is_told():
    async def test(socket):
        room = await socket.join("room:1")
        room.assigns.fails = True

    assert "ZeroDivisionError: in terminate" in said_of(test)


@pytest.mark.django_db
def test_what_is_going_on_when_the_loop_ends_is_called_off_at_once():
    async def test(socket):
        room = await socket.join("room:1")
        await room.push("sleep_long", wait=False)
        await asyncio.sleep(0)

    began = time.monotonic()
    assert said_of(test) == ""
    assert time.monotonic() - began < 4


@pytest.mark.django_db
def test_it_works_on_uvloop():
    uvloop = pytest.importorskip("uvloop")

    async def test():
        async with aconnect(RoomSocket) as socket:
            await use_a_room(socket)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())


@pytest.mark.django_db
def test_asyncio_run_in_a_test_is_as_good():
    Group.objects.create(name="by the test")

    async def test():
        socket = await aconnect(RoomSocket)
        await use_a_room(socket)
        await socket.join("room:1")

    asyncio.run(test())
    assert Group.objects.filter(name="ended: closed").exists()
