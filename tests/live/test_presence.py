"""A live view shows who is there, and is there itself while it is connected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path

from django_phoenix import presence, pubsub
from django_phoenix.live_view import Broadcast, LiveView
from django_phoenix.presence import Presence
from tests.support.live_client import LiveClient
from tests.support.peer import settle


class RoomPresence(Presence):
    pass


class WhoLive(LiveView):
    template = "<div>{{ who|join:' ' }}</div>"

    class Assigns:
        who: list[str] = []

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.subscribe("room:1")
        self.ref = RoomPresence.track(self, params["as"], {"view": True}, topic="room:1")
        self.show()

    def handle_info(self, message: Broadcast) -> None:
        assert message.event == "presence_diff"
        self.show()

    def show(self) -> None:
        self.assigns.who = sorted(RoomPresence.list("room:1"))


urlpatterns = [path("who/", WhoLive.as_view())]


@pytest.fixture(autouse=True)
def this_site(live_site: None) -> Iterator[None]:
    pubsub.reset()
    presence.reset()
    with override_settings(ROOT_URLCONF=__name__):
        yield
    presence.reset()


async def test_a_view_is_present_while_it_is_connected_and_hears_of_others(browser: LiveClient) -> None:
    page = await browser.get("/who/?as=ada")
    # At GET nobody is there yet.
    assert RoomPresence.list("room:1") == {}
    view = await browser.join(page)
    assert [meta["view"] for meta in RoomPresence.list("room:1")["ada"]["metas"]] == [True]
    async with LiveClient() as other:
        await other.open("/who/?as=bob")
        diff = await view.pushed("diff")
        assert diff == {"0": "ada bob"}
    await presence.settle()
    assert await view.pushed("diff") == {"0": "ada"}
    await browser.disconnect()
    await settle()
    assert RoomPresence.list("room:1") == {}


async def test_a_view_says_where_it_is_present(browser: LiveClient) -> None:
    view = WhoLive()
    view._live = type("Connected", (), {"channel": type("Channel", (), {"server": object()})})()
    with pytest.raises(TypeError, match="RoomPresence: say where 'ada' is present: topic="):
        RoomPresence.track(view, "ada")
