"""Broadcasts that wait for a commit, though a TestCase never commits."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import TestCase

from django_phoenix.pubsub import broadcast
from django_phoenix.testing import connect, subscribe
from tests.testing.site import RoomSocket


def say_and_roll_back(event):
    with transaction.atomic():
        broadcast("room:1", event, {})
        transaction.set_rollback(True)


class OnCommitTests(TestCase):
    def setUp(self):
        self.room = subscribe("room:1")

    def test_a_broadcast_waits_for_the_end_of_the_outermost_block(self):
        with transaction.atomic():
            with transaction.atomic():
                broadcast("room:1", "said", {"n": 1})
            self.room.refute_broadcast("said")
        self.room.assert_broadcast("said", {"n": 1})

    def test_a_rollback_drops_it(self):
        say_and_roll_back("said")
        self.room.refute_broadcast("said")

    def test_a_rollback_of_an_inner_block_drops_what_was_said_there(self):
        with transaction.atomic():
            broadcast("room:1", "outer", {})
            say_and_roll_back("inner")
        self.room.assert_broadcast("outer")
        self.room.refute_broadcast("inner")

    def test_on_commit_false_does_not_wait(self):
        with transaction.atomic():
            broadcast("room:1", "said", {}, on_commit=False)
            self.room.assert_broadcast("said")

    def test_without_a_block_of_the_sites_own_it_goes_at_once(self):
        broadcast("room:1", "said", {})
        self.room.assert_broadcast("said")

    def test_djangos_way_to_run_on_commit_hooks_sends_it_once(self):
        with self.captureOnCommitCallbacks(execute=True):
            with transaction.atomic():
                broadcast("room:1", "said", {})
            transaction.on_commit(lambda: broadcast("room:1", "hooked", {}))
        self.room.assert_broadcast("said")
        self.room.refute_broadcast("said")
        self.room.assert_broadcast("hooked")

    def test_order_is_kept(self):
        with transaction.atomic():
            for number in range(3):
                broadcast("room:1", "said", {"n": number})
        broadcast("room:1", "said", {"n": 3})
        self.room.assert_broadcast("said", {"n": 3})
        assert [entry.payload["n"] for entry in self.room.received] == [0, 1, 2, 3]

    def test_in_a_channel_it_is_the_same(self):
        room = connect(RoomSocket).join("room:1")
        room.push("make_and_tell", {"name": "one"})
        room.assert_push("made", {"name": "one"})
        room.push("make_and_tell", {"name": "two", "fail": True})
        room.refute_push("made")
        assert Group.objects.get().name == "one"


@pytest.mark.django_db(transaction=True)
def test_a_real_commit_sends_it_once():
    room = subscribe("room:1")
    with transaction.atomic():
        broadcast("room:1", "said", {})
        room.refute_broadcast("said")
    room.assert_broadcast("said")
    room.refute_broadcast("said")
