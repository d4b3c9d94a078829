"""CSRF_USE_SESSIONS: the secret is in the session instead of a cookie; nothing else is different."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import SITE_SERVERS, Site, Visitor, joined, reconnect, running_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=SITE_SERVERS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with running_site(request.param, CSRF_USE_SESSIONS="1") as site:
        yield site


def count(page: Page) -> None:
    page.get_by_role("button", name="One more").click()
    expect(page.locator(".counter-value")).to_have_text("1")


def test_a_first_visit_works_at_once(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    count(page)
    assert [cookie["name"] for cookie in visitor.context.cookies()] == ["sessionid"]
    page.wait_for_timeout(3000)  # long enough for a loop to show
    assert len(visitor.loads) == 1


def test_a_new_connection_works(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    reconnect(page)
    joined(page)
    count(page)
    assert len(visitor.loads) == 1


def test_a_login_works(visitor: Visitor) -> None:
    page = visitor.log_in("ada")
    page.get_by_role("button", name="Wave").click()
    expect(page.get_by_role("button", name="Wave (1)")).to_be_visible()
