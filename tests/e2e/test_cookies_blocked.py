"""A browser that takes no cookies, and therefore offers no storage: told once, and no reload loop."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support.browser import ARGUMENTS, CHROMIUM, SITE_SERVERS, Site, Visitor, Watch, running_site

pytestmark = pytest.mark.browser

BLOCKED = {"profile": {"default_content_setting_values": {"cookies": 2}}}


@pytest.fixture(scope="module", params=SITE_SERVERS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with running_site(request.param) as site:
        yield site


@pytest.fixture
def visitor(site: Site, watch: Watch) -> Iterator[Visitor]:
    with tempfile.TemporaryDirectory(prefix="profile-", ignore_cleanup_errors=True) as profile:
        folder = Path(profile, "Default")
        folder.mkdir()
        folder.joinpath("Preferences").write_text(json.dumps(BLOCKED))
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=CHROMIUM, args=ARGUMENTS
            )
            watch.follow(context)
            yield Visitor(context, site)
            context.close()


def test_a_live_page_shows_its_first_state_and_says_what_is_missing(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.site.url + "/counter/")
    assert visitor.context.cookies() == []
    expect(page.locator(".phx-notice")).to_contain_text("needs cookies")
    expect(page.locator(".counter-value")).to_have_text("0")
    page.wait_for_timeout(3000)  # long enough for a loop to show
    assert len(visitor.loads) <= 2, visitor.loads


def test_a_channel_needs_no_cookie(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.site.url + "/chat/")
    page.get_by_label("You are").fill("Ada")
    page.get_by_label("Message", exact=True).fill("Hello from a private place")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message p").last).to_have_text("Hello from a private place")
