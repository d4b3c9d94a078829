"""What the kit says to who uses it wrongly, or whose own class is wrong: who, expected, got, what to do."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from django_phoenix.channel import Channel, event
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.presence import Presence
from django_phoenix.socket import Socket
from django_phoenix.testing import Refused, connect


class Undecided(Channel):
    rate = "often"


class Answering(Channel):
    @event
    async def ask(self):
        return {"answer": 42}


class Nameless(Presence):
    """Its fetch loses the metas."""

    async def fetch(self, topic, presences):
        return {key: {"name": "?"} for key in presences}


class Watched(Channel):
    presence = Nameless

    async def join(self, payload):
        self.track("ada")


class Site(Socket):
    channels = {"undecided": Undecided, "answering": Answering, "watched": Watched}


class Numbered(Socket):
    def id(self):
        return 7


class Silent(Socket):
    async def connect(self, params):
        raise ConnectRefused


class MistakeTests(SimpleTestCase):
    def test_a_channel_is_no_socket(self):
        with pytest.raises(TypeError, match=r"to a Socket class, got .*Answering.*connect\(UserSocket\)"):
            connect(Answering)

    def test_a_name_is_no_user(self):
        with pytest.raises(TypeError, match=r"user= should be a user such as .*, got 'ada'"):
            connect(Site, user="ada")

    def test_a_refusal_says_why_as_far_as_it_was_logged(self):
        with pytest.raises(Refused) as refused:
            connect(Numbered)
        assert refused.value.__notes__ == [
            "Numbered: a connection was refused, id() should return a string or None, got 7."
        ]

    def test_a_channel_that_is_declared_wrongly_says_so(self):
        with pytest.raises(ImproperlyConfigured, match=r"Undecided\.rate: A rate should be"):
            connect(Site).join("undecided")

    def test_the_status_comes_before_the_pattern(self):
        room = connect(Site).join("answering")
        ref = room.push("ask")
        with pytest.raises(TypeError, match=r"the status should be 'ok' or 'error', got \{'answer': 42\}"):
            room.assert_reply(ref, {"answer": 42})

    def test_the_event_comes_before_the_pattern(self):
        room = connect(Site).join("answering")
        with pytest.raises(TypeError, match=r"the event should be a string, got \{'answer': 42\}"):
            room.assert_push({"answer": 42})

    def test_a_presence_that_fails_fails_the_test(self):
        with pytest.raises(TypeError, match=r"Nameless\.fetch should keep the metas of 'ada'"):
            connect(Site).join("watched")
