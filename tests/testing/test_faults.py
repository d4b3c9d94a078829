"""Lines that break, processes that die, clients that do not read, broadcasts that get lost or mixed up."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import SimpleTestCase, TestCase, override_settings

from django_phoenix.pubsub import broadcast
from django_phoenix.signals import channel_ended, messages_lost, slow_client
from django_phoenix.testing import aconnect, connect, drop, reorder, settle, subscribe
from tests.testing.site import RoomSocket


class LineTests(TestCase):
    def setUp(self):
        self.socket = connect(RoomSocket)
        self.room = self.socket.join("room:1", {"as": "ada"})

    def test_a_broken_line_ends_the_channels_and_is_no_close_of_the_servers(self):
        self.socket.drop()
        assert self.socket.assert_closed() == 1006
        assert Group.objects.get().name == "ended: closed"
        with self.assertRaisesMessage(AssertionError, "closed with 1006"):
            self.room.push("echo")

    def test_what_is_said_meanwhile_is_missed(self):
        self.socket.drop()
        broadcast("room:1", "said", {})
        self.socket.reconnect()
        self.room.refute_push("said")

    def test_reconnecting_joins_again_with_the_same_payload(self):
        first = self.room.instance
        self.room.assert_push("welcome")
        self.socket.drop()
        self.socket.reconnect()
        assert self.room.instance is not first
        assert self.room.response["as"] == "ada"
        self.room.assert_push("welcome")
        self.room.assert_reply(self.room.push("echo", {"n": 1}), "ok", {"n": 1})

    def test_what_was_left_is_not_joined_again(self):
        other = self.socket.join("room:2")
        other.leave()
        self.socket.reconnect()
        assert (self.room.joined, other.joined) == (True, False)

    def test_a_server_process_that_dies_runs_nothing_any_more(self):
        ended = []

        def note(channel, reason, **_):
            ended.append((channel, reason))

        channel_ended.connect(note)
        self.addCleanup(channel_ended.disconnect, note)
        self.socket.kill()
        assert self.socket.assert_closed() == 1006
        assert Group.objects.count() == 0
        assert ended == [(self.room.instance, "killed")]
        self.socket.reconnect()
        assert self.room.joined

    def test_a_channel_that_dies_is_joined_again(self):
        self.room.kill()
        assert not self.room.joined
        assert Group.objects.count() == 0
        self.room.rejoin()
        self.room.assert_reply(self.room.push("echo", {"n": 1}))
        with self.assertRaisesMessage(AssertionError, "no channel to kill"):
            self.room.leave()
            self.room.kill()

    def test_a_channel_that_is_killed_while_it_handles_something(self):
        self.room.push("nap", wait=False)
        self.room.kill()
        self.room.refute_push("awake")

    def test_a_slow_client_gets_all_in_order_once_it_reads(self):
        with self.socket.slow():
            self.room.push("flood", {"times": 5})
            self.room.refute_push("flood")
        assert [entry.payload["number"] for entry in self.room.received if entry.event == "flood"] == list(
            range(5)
        )

    def test_a_client_that_never_reads_is_given_up(self):
        told = []

        def note(frames, **_):
            told.append(frames)

        slow_client.connect(note)
        self.addCleanup(slow_client.disconnect, note)
        with override_settings(DJANGO_PHOENIX={"OUTBOX_FRAMES": 3}), self.socket.slow():
            self.room.push("flood", {"times": 10})
        self.socket.assert_closed(1013)
        assert told == [4]


class BroadcastTests(TestCase):
    def setUp(self):
        self.room = connect(RoomSocket).join("room:1")

    def test_dropped_broadcasts_are_lost_and_reported(self):
        reported = []

        def note(topic, count, reason, **_):
            reported.append((topic, count, reason))

        messages_lost.connect(note)
        self.addCleanup(messages_lost.disconnect, note)
        with drop("room:1") as lost:
            broadcast("room:1", "said", {"n": 1})
            broadcast("room:2", "said", {"n": 2})
            self.room.push("say", {"body": "hi"})
        assert [each.event for each in lost] == ["said", "said"]
        assert reported == [("room:1", 1, "a test has dropped them")] * 2
        self.room.refute_push("said")
        broadcast("room:1", "said", {"n": 3})
        self.room.assert_push("said", {"n": 3})

    def test_dropping_all_leaves_the_packages_own_alone(self):
        socket = connect(RoomSocket)
        with drop():
            broadcast("room:1", "said", {})
            self.room.refute_push("said")
        socket.heartbeat()

    def test_reordered_broadcasts_arrive_the_other_way_round(self):
        with reorder("room:1"):
            for number in range(3):
                broadcast("room:1", "said", {"n": number})
            self.room.refute_push("said")
        self.room.assert_push("said", {"n": 0})
        numbers = [entry.payload["n"] for entry in self.room.received if entry.event == "said"]
        assert numbers == [2, 1, 0]

    def test_or_in_an_order_of_ones_own(self):
        with reorder("room:1", lambda held: [held[1], held[2], held[0]]):
            for number in range(3):
                broadcast("room:1", "said", {"n": number})
        self.room.assert_push("said", {"n": 0})
        numbers = [entry.payload["n"] for entry in self.room.received if entry.event == "said"]
        assert numbers == [1, 2, 0]


class HistoryTests(SimpleTestCase):
    def setUp(self):
        self.socket = connect(RoomSocket)
        self.news = self.socket.join("news")
        tell(0)
        self.news.assert_push("said", {"n": 0})

    def test_who_comes_back_gets_what_was_missed_in_order(self):
        self.socket.drop()
        tell(1, 2)
        self.socket.reconnect()
        assert self.news.response["phx_history"]["gap"] is False
        assert [entry.payload["n"] for entry in self.news.received if entry.event == "said"] == [0, 1, 2]

    def test_or_is_told_of_a_gap(self):
        self.socket.drop()
        tell(1, 2, 3, 4, 5)
        self.socket.reconnect()
        assert self.news.response["phx_history"]["gap"] is True
        self.news.refute_push("said")

    def test_a_crash_is_survived_alike(self):
        self.news.kill()
        tell(1)
        self.news.rejoin()
        self.news.assert_push("said", {"n": 1})

    def test_a_client_that_is_new_gets_nothing_old(self):
        connect(RoomSocket).join("news").refute_push("said")


def tell(*numbers):
    for number in numbers:
        broadcast("news", "said", {"n": number})
    settle()


def test_a_fault_without_anything_connected_says_so():
    with pytest.raises(RuntimeError, match="Nothing is connected"):
        drop("room:1")


@pytest.mark.django_db
async def test_the_async_face_has_the_same_faults():
    socket = await aconnect(RoomSocket)
    room = await socket.join("room:1")
    await socket.drop()
    assert await socket.assert_closed() == 1006
    await socket.reconnect()
    await room.assert_push("welcome")
    async with socket.slow():
        await room.push("flood", {"times": 2})
        await room.refute_push("flood")
    await room.assert_push("flood", {"number": 1})
    await room.kill()
    await room.rejoin()
    with drop("room:1"):
        await room.push("say", {"body": "hi"})
    await room.refute_push("said")
    await socket.kill()
    await socket.reconnect()
    assert room.joined


@pytest.mark.django_db
def test_subscriptions_miss_what_is_dropped():
    room = subscribe("room:1")
    with drop():
        broadcast("room:1", "said", {})
    room.refute_broadcast("said")
