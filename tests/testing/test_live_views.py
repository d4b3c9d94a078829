"""Live views are channels: what is to come for them stands on the same client, line and thread."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client, TestCase, override_settings

from django_phoenix.live.endpoint import LiveSocket
from django_phoenix.testing import connect, settle
from tests.live.conftest import SETTINGS
from tests.support.live_client import LiveClient, Page


def join_payload(page):
    return LiveClient().payload(page)


@override_settings(**SETTINGS)
class LiveViewTests(TestCase):
    def open(self, url):
        client = Client()
        page = Page(url, client.get(url))
        socket = connect(LiveSocket, {"_csrf_token": page.csrf}, client=client)
        return socket.join(page.topic, join_payload(page))

    def test_a_view_is_joined_and_answers_events_in_the_tests_transaction(self):
        Group.objects.create(name="one")
        view = self.open("/counter/")
        assert "rendered" in view.response
        ref = view.push("event", {"type": "click", "event": "inc", "value": {}})
        view.assert_reply(ref, "ok", {"diff": {}})

    def test_a_view_that_asks_the_database_sees_the_tests_transaction(self):
        Group.objects.create(name="made in the test")
        assert "made in the test" in str(self.open("/lazy/").response)

    def test_a_crash_of_a_view_is_raised(self):
        click = {"type": "click", "event": "boom", "value": {}}
        view = self.open("/crash/")
        # It says so in terminate, too.
        with view.assert_crash(RuntimeError, match="secret in handler"):
            view.push("event", click)
        view = self.open("/crash/")
        with pytest.raises(RuntimeError, match="secret in handler"):
            view.push("event", click)
        with pytest.raises(RuntimeError, match="secret in terminate"):
            settle()
