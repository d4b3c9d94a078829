"""The kit as a site's author uses it in a TestCase, feature by feature."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import connection
from django.test import Client, SimpleTestCase, TestCase, TransactionTestCase

from django_phoenix.exceptions import ConnectRefused, JoinRefused
from django_phoenix.pubsub import broadcast
from django_phoenix.testing import Refused, advance, connect, settle, subscribe
from tests.testing.site import RoomSocket, tell_everybody


class ConnectTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada = User.objects.create_user("ada", password="pw")

    def test_params_are_those_of_a_url(self):
        socket = connect(RoomSocket, {"n": 5, "yes": True, "filter": {"tags": ["a&b", "c"]}, "none": None})
        assert socket.assigns.params == {
            "n": "5",
            "yes": "true",
            "filter": {"tags": {"0": "a&b", "1": "c"}},
            "vsn": "2.0.0",
        }

    def test_what_the_mount_captured_comes_with_the_params(self):
        socket = connect(RoomSocket, captures={"tenant": "acme"})
        assert socket.assigns.params["tenant"] == "acme"

    def test_a_visitor_is_anonymous_and_has_an_empty_session(self):
        socket = connect(RoomSocket)
        assert isinstance(socket.instance.user, AnonymousUser)
        assert dict(socket.instance.session) == {}
        assert socket.id is None

    def test_a_user_is_the_very_object_and_costs_no_query(self):
        with self.assertNumQueries(0):
            socket = connect(RoomSocket, user=self.ada, session={"theme": "dark"})
        assert socket.instance.user is self.ada
        assert socket.instance.session["theme"] == "dark"
        assert socket.instance.session["_auth_user_id"] == str(self.ada.pk)
        assert socket.id == f"users:{self.ada.pk}"

    def test_a_page_without_a_csrf_token_is_a_stranger(self):
        socket = connect(RoomSocket, user=self.ada, session=None)
        assert socket.instance.session is None
        assert socket.instance.user.is_anonymous

    def test_a_django_test_client_lends_its_cookies(self):
        client = Client()
        client.force_login(self.ada)
        socket = connect(RoomSocket, client=client)
        assert socket.instance.user == self.ada
        assert socket.instance.session.session_key == client.session.session_key

    def test_headers_and_language_are_those_of_the_handshake(self):
        socket = connect(RoomSocket, headers={"Accept-Language": "de", "X-Device": "phone"})
        assert socket.instance.language == "de"
        assert socket.instance.connect_info.headers["x-device"] == "phone"

    def test_an_auth_token_travels_as_the_official_client_sends_it(self):
        socket = connect(RoomSocket, auth_token="a/b+c")
        assert socket.instance.connect_info.auth_token == "a/b+c"

    def test_a_refusal_is_raised_with_the_response_that_the_client_would_get(self):
        with pytest.raises(ConnectRefused) as caught:
            connect(RoomSocket, {"refuse": 1})
        refusal = caught.value
        assert isinstance(refusal, Refused)
        assert (refusal.reason, refusal.status) == ("too many", 429)
        assert refusal.response.content == b"too many"

    def test_a_foreign_origin_is_refused_unless_the_mount_allows_it(self):
        headers = {"Origin": "https://evil.example"}
        with pytest.raises(Refused):
            connect(RoomSocket, headers=headers)
        connect(RoomSocket, headers=headers, check_origin=["https://evil.example"])

    def test_what_connect_raises_is_raised_here(self):
        with self.assertRaisesMessage(ZeroDivisionError, "in connect"):
            connect(RoomSocket, {"boom": 1})

    def test_a_broadcast_to_its_id_closes_the_socket(self):
        socket = connect(RoomSocket, user=self.ada)
        broadcast(f"users:{self.ada.pk}", "disconnect", {})
        assert socket.assert_closed() == 1001
        with self.assertRaisesMessage(AssertionError, "the connection was closed with 1001"):
            socket.join("room:1")

    def test_a_new_password_closes_the_users_sockets(self):
        mine, other = connect(RoomSocket, user=self.ada), connect(RoomSocket)
        self.ada.set_password("new")
        self.ada.save()
        mine.assert_closed(1001)
        other.heartbeat()

    def test_logging_out_closes_the_sockets_of_that_browser(self):
        client = Client()
        client.force_login(self.ada)
        socket = connect(RoomSocket, client=client)
        client.logout()
        socket.assert_closed(1001)

    def test_a_socket_that_stays_open_is_no_closed_one(self):
        with self.assertRaisesMessage(AssertionError, "the connection is still open"):
            connect(RoomSocket).assert_closed(timeout=0.01)


class JoinTests(TestCase):
    def setUp(self):
        self.socket = connect(RoomSocket)

    def test_the_reply_and_the_channel_itself_can_be_looked_at(self):
        room = self.socket.join("room:1", {"as": "ada"})
        assert room.response == {"groups": 0, "as": "ada"}
        assert (room.topic, room.joined) == ("room:1", True)
        assert room.assigns.room == 1
        assert room.instance.params == {"room": 1}

    def test_a_refusal_is_raised_with_its_response(self):
        with pytest.raises(JoinRefused) as caught:
            self.socket.join("room:13")
        assert caught.value.response == {"reason": "unlucky"}

    def test_a_topic_without_a_channel_says_which_there_are(self):
        with pytest.raises(JoinRefused) as caught:
            self.socket.join("rome:1")
        assert caught.value.response == {"reason": "unmatched topic"}
        assert "'room:<int:room>', 'lounge'" in caught.value.__notes__[0]

    def test_what_join_raises_is_raised_here(self):
        with self.assertRaisesMessage(ZeroDivisionError, "in join"):
            self.socket.join("room:14")

    def test_leaving_runs_terminate(self):
        room = self.socket.join("room:1")
        room.leave()
        assert not room.joined
        assert Group.objects.get().name == "ended: left"

    def test_closing_runs_terminate(self):
        self.socket.join("room:1")
        self.socket.close()
        assert Group.objects.get().name == "ended: closed"

    def test_a_second_join_of_a_topic_ends_the_first(self):
        first, second = self.socket.join("room:1"), self.socket.join("room:1")
        first.assert_close()
        assert (first.joined, second.joined) == (False, True)
        second.assert_reply(second.push("echo", {"n": 1}), "ok", {"n": 1})


class MessageTests(TestCase):
    def setUp(self):
        self.socket = connect(RoomSocket)
        self.room = self.socket.join("room:1")

    def test_a_reply_is_matched_and_returned(self):
        ref = self.room.push("echo", {"n": 1, "deep": {"list": [1, 2]}})
        assert self.room.assert_reply(ref, "ok", {"deep": {"list": [1, int]}})["n"] == 1
        self.room.assert_reply(self.room.push("no"), "error", {"reason": "because"})
        self.room.refute_reply(ref, "error")
        self.room.refute_reply(ref, "ok", {"n": 2})

    def test_a_push_without_a_reply_can_be_refuted(self):
        self.room.refute_reply(self.room.push("say", {"body": "hi"}))

    def test_a_handlers_effects_are_there_when_push_returns(self):
        self.room.push("make", {"name": "one"})
        assert Group.objects.filter(name="one").exists()
        self.room.push("nap")
        assert self.room.received[-1].event == "awake"

    def test_pushes_are_taken_in_any_order_and_once(self):
        self.room.assert_push("welcome", {"room": 1})
        self.room.push("flood", {"times": 3})
        self.room.assert_push("flood", {"number": 2})
        self.room.assert_push("flood")
        self.room.refute_push("flood", {"number": 0})
        self.room.refute_push("flood", {"number": 2})

    def test_all_that_came_stays_in_order(self):
        self.room.push("in_order")
        assert [(entry.kind, entry.event) for entry in self.room.received][-4:] == [
            ("broadcast", "first"),
            ("push", "second"),
            ("broadcast", "third"),
            ("reply", "phx_reply"),
        ]

    def test_a_broadcast_reaches_every_member_and_broadcast_from_all_others(self):
        other = connect(RoomSocket).join("room:1")
        self.room.push("say", {"body": "hi"})
        self.room.assert_push("said", {"body": "hi"})
        other.assert_push("said", {"body": "hi"})
        self.room.push("say_to_others", {"body": "you"})
        self.room.refute_push("said")
        other.assert_push("said", {"body": "you"})
        self.room.assert_broadcast("said", {"body": "you"})

    def test_what_is_intercepted_was_broadcast_all_the_same(self):
        self.room.push("whisper", {"body": "psst"})
        self.room.assert_broadcast("whisper", {"body": "psst"})
        self.room.assert_push("whisper", {"heard": "psst"})

    def test_a_view_broadcasts_and_nobody_needs_to_have_joined(self):
        room = subscribe("room:1")
        tell_everybody("from a view")
        assert room.assert_broadcast("said") == {"body": "from a view"}
        room.refute_broadcast("said")
        room.close()
        tell_everybody("again")
        settle()
        assert len(room.received) == 1

    def test_bytes_go_both_ways(self):
        ref = self.room.push("blob", b"\x00\x01\xff")
        assert self.room.assert_reply(ref) == b"\xff\x01\x00"
        self.room.assert_push("blob", b"\x00\x01\xff")
        self.room.assert_push("blobs", b"\x00\x01\xff")
        self.room.assert_broadcast("blobs", bytes)

    def test_a_reply_may_come_later(self):
        ref = self.room.push("later")
        self.room.refute_reply(ref)
        self.room.push("now")
        self.room.assert_reply(ref, "ok", {"late": True})

    def test_what_takes_time_is_waited_for(self):
        self.room.push("remind")
        self.room.assert_push("info", {"message": "remember"})
        self.room.push("from_a_thread")
        self.room.assert_push("from a thread")

    def test_a_message_in_python_reaches_handle_info(self):
        self.room.instance.send(self.room.instance.ref, "hello")
        self.room.assert_push("info", {"message": "hello"})

    def test_patterns_know_what_json_makes_of_values(self):
        key = uuid.uuid4()
        ref = self.room.push("echo", {"key": key, "day": date(2026, 1, 2), "text": "abc", "pair": (1, 2)})
        self.room.assert_reply(
            ref, "ok", {"key": key, "day": date(2026, 1, 2), "text": re.compile("^ab"), "pair": (1, ...)}
        )


class CrashTests(TestCase):
    def setUp(self):
        self.room = connect(RoomSocket).join("room:1")

    def test_an_unexpected_crash_is_raised_by_the_call_that_meets_it(self):
        with self.assertRaisesMessage(ZeroDivisionError, "bang") as caught:
            self.room.push("boom")
        assert caught.exception.__notes__ == ["Raised in RoomChannel.boom, event 'boom' on topic 'room:1'."]
        with pytest.raises(LookupError):
            connect(RoomSocket).join("room:1").push("boom_in_a_thread")

    def test_a_crash_that_a_broadcast_caused_is_raised_by_the_next_call(self):
        self.room.instance.send(self.room.instance.ref, "boom")
        with self.assertRaisesMessage(ZeroDivisionError, "in handle_info"):
            self.room.refute_push("info")

    def test_an_expected_crash_is_caught_and_the_client_joins_again(self):
        with self.room.assert_crash(ZeroDivisionError, match="ba.g") as crash:
            self.room.push("boom")
        assert crash.error.args == ("bang",)
        assert not self.room.joined
        self.room.rejoin()
        assert self.room.joined
        self.room.assert_reply(self.room.push("echo", {"n": 1}), "ok", {"n": 1})

    def test_another_crash_than_the_expected_one_is_told(self):
        with (
            self.assertRaisesMessage(AssertionError, "expected LookupError") as caught,
            self.room.assert_crash(LookupError),
        ):
            self.room.push("boom")
        assert isinstance(caught.exception.__cause__, ZeroDivisionError)

    def test_no_crash_is_told(self):
        with self.assertRaisesMessage(AssertionError, "did not crash"), self.room.assert_crash():
            self.room.push("echo")

    def test_terminate_gets_the_exception(self):
        with self.room.assert_crash(ZeroDivisionError):
            self.room.push("boom")
        assert Group.objects.get().name == "ended: bang"

    def test_a_terminate_that_fails_is_caught_too(self):
        self.room.assigns.fails = True
        with self.room.assert_crash(ZeroDivisionError, match="in terminate"):
            self.room.leave()

    def test_a_normal_end_is_no_crash(self):
        ref = self.room.push("stop_now")
        self.room.assert_reply(ref, "ok", {"bye": True})
        self.room.assert_close()
        assert not self.room.joined


class TransactionalTests(TransactionTestCase):
    def test_there_too_all_happens_on_the_tests_thread_and_connection(self):
        room = connect(RoomSocket).join("room:1")
        Group.objects.create(name="by the test")
        assert not connection.in_atomic_block
        room.assert_reply(room.push("make", {"name": "one"}), "ok", {"groups": 2, "main": True})
        room.assert_reply(room.push("amake", {"name": "two"}), "ok", {"groups": 3})
        room.push("make_and_tell", {"name": "three"})
        room.assert_broadcast("made", {"name": "three"})


class NoDatabaseTests(SimpleTestCase):
    def test_a_channel_that_needs_no_database_is_tested_without_one(self):
        socket = connect(RoomSocket, user=User(pk=7, username="ada"))
        assert socket.id == "users:7"
        socket.heartbeat()


class TimeTests(TestCase):
    def setUp(self):
        self.socket = connect(RoomSocket)
        self.room = self.socket.join("room:1")

    def test_a_timer_of_an_hour_takes_no_time(self):
        self.room.instance.send_after(3600, "an hour")
        self.room.instance.send_after(60, "a minute")
        advance(59)
        self.room.refute_push("info")
        advance(1)
        self.room.assert_push("info", {"message": "a minute"})
        advance(3600)
        self.room.assert_push("info", {"message": "an hour"})

    def test_timers_that_timers_start_fire_in_their_turn(self):
        self.room.instance.send_after(10, "chain")
        advance(60)
        told = [entry.payload["message"] for entry in self.room.received if entry.event == "info"]
        assert told == ["chain 1", "chain 2", "chain 3", "chain 4", "chain 5", "chain 6"]

    def test_the_client_keeps_the_connection_alive_meanwhile(self):
        advance(1000)
        self.socket.heartbeat()

    def test_a_handler_that_crashes_meanwhile_is_told(self):
        self.room.instance.send_after(10, "boom")
        with pytest.raises(ZeroDivisionError):
            advance(20)


def test_connecting_for_a_whole_class_is_refused():
    class Case(TestCase):
        @classmethod
        def setUpClass(cls):
            connect(RoomSocket)

    with pytest.raises(RuntimeError, match="Case: what is connected for the whole class"):
        Case.setUpClass()


def test_an_async_test_is_told_what_to_use():
    import asyncio

    async def test():
        connect(RoomSocket)

    with pytest.raises(RuntimeError, match=r"async test uses `alive\(…\)`, `aconnect\(…\)`"):
        asyncio.run(test())


def test_a_socket_of_another_test_is_over():
    case = ConnectTests("test_params_are_those_of_a_url")
    sockets = []

    class Case(SimpleTestCase):
        def test(self):
            sockets.append(connect(RoomSocket))

    del case
    result = Case("test").run()
    assert result.wasSuccessful()
    with pytest.raises(RuntimeError, match="is over"):
        sockets[0].heartbeat()
    sockets[0].close()
