"""Sessions, CSRF and logins as a browser has them: all works, or is explained once, and nothing loops."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visitor, joined, reconnect

pytestmark = pytest.mark.browser

LONG_ENOUGH_FOR_A_LOOP = 3000  # milliseconds; the client reloads at once on "stale"


# As a proxy or a cache might do that serves a page with tokens of another day.
FORGE_TOKENS = """
if (!sessionStorage.getItem("honest")) new MutationObserver(() => {
  document.querySelector("[data-phx-session]")?.setAttribute("data-phx-session", "forged")
}).observe(document, {childList: true, subtree: true})
"""


def count(page: Page, expected: int = 1) -> None:
    page.get_by_role("button", name="One more").click()
    expect(page.locator(".counter-value")).to_have_text(str(expected))


def no_loop(visitor: Visitor, loads: int) -> None:
    visitor.page.wait_for_timeout(LONG_ENOUGH_FOR_A_LOOP)
    assert len(visitor.loads) == loads, visitor.loads


def test_a_first_visit_without_cookies_works_at_once(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    count(page)
    no_loop(visitor, loads=1)


def test_a_stale_page_whose_reload_does_not_help_says_so_and_stops(visitor: Visitor) -> None:
    visitor.page.add_init_script(FORGE_TOKENS)
    visitor.page.goto(visitor.site.url + "/counter/")
    notice = visitor.page.locator(".phx-notice")
    expect(notice).to_contain_text("could not be brought to life")
    no_loop(visitor, loads=2)
    expect(visitor.page.get_by_role("heading", name="Counter")).to_be_visible()
    visitor.page.evaluate("sessionStorage.setItem('honest', 'yes')")
    notice.get_by_role("button", name="Reload").click()
    joined(visitor.page)
    count(visitor.page)


def test_a_login_in_another_tab_leaves_the_open_page_working(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    count(page)
    visitor.log_in("ada", visitor.context.new_page())
    count(page, 2)
    assert len(visitor.loads) == 1


def test_after_a_login_in_another_tab_a_new_connection_loads_the_page_once(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    visitor.log_in("ada", visitor.context.new_page())
    reconnect(page)
    expect(page.get_by_role("navigation", name="Account")).to_contain_text("ada")
    joined(page)
    count(page)
    no_loop(visitor, loads=2)


def test_a_logout_in_one_tab_takes_the_others_to_the_login_page_by_itself(visitor: Visitor) -> None:
    page = visitor.log_in("ada")
    other = visitor.tab("/account/")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("link", name="Log in")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/account/login/\?next=/account/$"))


def test_a_page_that_is_being_left_is_not_loaded_anew_in_place_of_the_next_one(visitor: Visitor) -> None:
    """The connection ends at a logout, before the browser has the answer to it."""
    page = visitor.log_in("ada")
    other = visitor.tab("/account/")
    loads = len(visitor.loads)
    page.evaluate("window.dispatchEvent(new Event('beforeunload'))")
    received: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(str(frame))))
    other.get_by_role("button", name="Log out").click()
    while not any('"error"' in frame for frame in received):
        page.wait_for_timeout(20)
    page.evaluate("new Promise(resolve => setTimeout(resolve))")
    assert len(visitor.loads) == loads


def test_another_user_in_another_tab_takes_over_the_page_at_the_next_connection(visitor: Visitor) -> None:
    page = visitor.log_in("ada")
    other = visitor.tab("/account/")
    # Away from the network, so that it does not hear of the logout.
    page.evaluate("liveSocket.disconnect()")
    other.get_by_role("button", name="Log out").click()
    visitor.log_in("joe", other)
    page.evaluate("liveSocket.connect()")
    expect(page.get_by_role("heading", name="Hello, joe")).to_be_visible()
    joined(page)


def test_a_live_navigation_to_a_guarded_page_is_a_full_load_through_the_guard(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    link = page.get_by_role("link", name="Shared counter")
    link.evaluate("link => link.href = '/account/'")
    page.evaluate("window.marker = 'the same page'")
    link.click()
    expect(page).to_have_url(re.compile(r"/account/login/\?next=/account/$"))
    assert page.evaluate("window.marker") is None
