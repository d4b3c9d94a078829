"""Language and time zone are the page's, in each callback and rendering, and never another socket's."""

from __future__ import annotations

import itertools
from contextlib import AsyncExitStack

import pytest
from django.test import override_settings
from django.utils import timezone, translation

from tests.support.live_client import LiveClient
from tests.support.live_site import settings as site
from tests.support.tree import flat

MIDDLEWARE = [*site.MIDDLEWARE, "tests.support.live_site.views.FromQuery"]
TWINS = pytest.mark.parametrize("path", ["/locale/", "/async-locale/"])
PLACES = [
    ("de", "Europe/Berlin", "Montag", "13:00"),
    ("fr", "America/New_York", "lundi", "07:00"),
    ("en", "UTC", "Monday", "12:00"),
    ("de", "Asia/Tokyo", "Montag", "21:00"),
]


@pytest.fixture(autouse=True)
def middleware():
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        yield


def query(language, zone):
    return f"?language={language}&zone={zone}"


@TWINS
@pytest.mark.parametrize(("language", "zone", "monday", "noon"), PLACES)
async def test_a_view_speaks_its_pages_language(browser, path, language, zone, monday, noon):
    view = await browser.open(path + query(language, zone))
    first = str(view.joined["rendered"])
    assert monday.lower() in first.lower()
    assert noon in first
    assert (await view.event("ask"))["diff"]["r"] == {"language": language, "zone": zone}


async def test_interleaved_views_keep_their_languages(transactional_db):
    """Four languages, def and async def, on sockets of their own and together on one, all at once."""
    async with AsyncExitStack() as stack:
        shared = await stack.enter_async_context(LiveClient())
        views = []
        for language, zone, *_ in PLACES:
            own = await stack.enter_async_context(LiveClient())
            for path, browser in itertools.product(("/locale/", "/async-locale/"), (own, shared)):
                view = await browser.open(path + query(language, zone))
                views.append((view, {"language": language, "zone": zone}))
        for _ in range(10):
            asked = [(view, await view.send_event("inc"), expected) for view, expected in views]
            for view, ref, expected in asked:
                response = (await view.client.reply(ref)).response
                assert response["diff"]["r"] == expected
    assert translation.get_language() == "en"
    assert str(timezone.get_current_timezone()) == "UTC"


@TWINS
async def test_a_view_may_change_its_language_and_time_zone(browser, path):
    view = await browser.open(path)
    diff = (await view.event("switch", {"language": "de", "zone": "Asia/Tokyo"}))["diff"]
    assert "Montag" in str(diff)
    assert "21:00" in str(diff)
    assert (await view.event("ask"))["diff"]["r"] == {"language": "de", "zone": "Asia/Tokyo"}


@TWINS
async def test_the_language_of_the_browser_is_not_the_pages(transactional_db, path):
    async with LiveClient(**{"accept-language": "fr"}) as browser:
        view = await browser.open(path)
        assert (await view.event("ask"))["diff"]["r"] == {"language": "en", "zone": "UTC"}


@TWINS
async def test_what_mount_activates_is_the_views(browser, path):
    page = await browser.get(f"{path}?activate=de")
    assert "Montag" in page.inner
    assert translation.get_language() == "en"
    view = await browser.join(page)
    assert "Montag" in str(view.joined["rendered"])
    assert (await view.event("ask"))["diff"]["r"] == {"language": "de", "zone": "Asia/Tokyo"}


def test_a_get_leaves_nothing_active(client, db):
    for path in ("/locale/?activate=de", "/async-locale/?activate=de"):
        client.get(path)
        assert translation.get_language() == "en"
        assert str(timezone.get_current_timezone()) == "UTC"


class FixedOffset:
    """A middleware that knows the visitor's offset and no more."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(timezone.get_fixed_timezone(int(request.GET["offset"]))):
            return self.get_response(request)


@TWINS
@pytest.mark.parametrize(("offset", "noon"), [(0, "12:00"), (330, "17:30"), (-570, "02:30")])
async def test_a_fixed_offset_goes_with_the_page(browser, path, offset, noon):
    with override_settings(MIDDLEWARE=[*site.MIDDLEWARE, f"{__name__}.FixedOffset"]):
        page = await browser.get(f"{path}?offset={offset}")
    view = await browser.join(page)
    assert noon in page.inner
    assert page.inner == flat(view.joined["rendered"])
    assert "diff" in await view.event("inc")
