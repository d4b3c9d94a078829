"""Crashes, lines that break, work that takes time."""

from __future__ import annotations

import pytest

from django_phoenix.testing import advance
from django_phoenix.testing.live import live
from tests.testing.live.site import PickLive

pytestmark = pytest.mark.usefixtures("site")


def test_a_crash_is_raised_and_the_view_can_be_joined_again(client):
    page = live(client, "/")
    page.element("#inc").click()
    with pytest.raises(ZeroDivisionError, match="a bug"):
        page.render_hook("boom")
    assert not page.connected
    with pytest.raises(AssertionError, match=r"is not connected .* rejoin\(\)"):
        page.element("#inc").click()
    page.rejoin()
    assert page.element("#n").text == "0"


def test_a_crash_that_is_expected_is_told(client):
    page = live(client, "/")
    with page.assert_crash(ZeroDivisionError, match="bug"):
        page.render_hook("boom")
    with pytest.raises(AssertionError, match="no view crashed"), page.assert_crash():
        page.rejoin()


def test_forms_are_recovered_after_a_broken_line_and_a_dead_server(client):
    page = live(client, "/pick/")
    page.form("#pick", {"name": "Ada"}).change()
    for fault in (page.drop, page.kill):
        fault()
        assert not page.connected
        PickLive.seen.clear()
        page.reconnect()
        assert page.connected
        event, data = PickLive.seen[-1]
        assert (event, data["name"], data["_target"]) == ("validate", "Ada", ["name"])


def test_work_beside_the_view_is_waited_for(client):
    page = live(client, "/")
    page.render_hook("later", {"seconds": 0.02})
    assert "waited" in page.render_async()
    page.render_hook("later", {"seconds": 60})
    with pytest.raises(AssertionError, match="wait did not end within"):
        page.render_async(0.01)
    advance(60)
    assert page.element("#said").text == "waited"
