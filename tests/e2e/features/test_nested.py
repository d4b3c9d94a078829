"""Views in views, sticky views and views of ordinary pages, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Watch, reconnect
from tests.support.features import features_on, midway

pytestmark = [pytest.mark.browser, features_on("daphne")]

Open = Callable[[str], Page]

# The element itself, so that it can be told whether it is still the same one.
MARK = "element => { element.seen = 'yes' }"


def connected(page: Page, *ids: str) -> None:
    """Wait until these views have joined."""
    for id in ids:
        expect(page.locator(f"#{id}.phx-connected")).to_be_attached()


def text(page: Page, id: str) -> Locator:
    return page.locator(f"#{id} .text")


def test_children_live_beside_each_other_and_talk_to_their_parent(open_page: Open) -> None:
    """LV-5, LV-83"""
    page = open_page("/nested/")
    connected(page, "left", "right")
    page.click("#left .inc")
    expect(text(page, "left")).to_have_text("left 1")
    page.click("#left .inc")
    page.click("#right .inc")
    expect(text(page, "left")).to_have_text("left 2")
    expect(text(page, "right")).to_have_text("right 1")
    page.fill("#right input", "typed")
    page.click("#left .tell")
    expect(page.locator("h1")).to_have_text("left says 2")
    expect(page.locator("#right input")).to_have_value("typed")
    page.click("#right .patch")
    expect(page.locator("#from")).to_have_text("right")
    expect(page).to_have_url(re.compile(r"/nested/\?from=right$"))
    expect(text(page, "left")).to_have_text("left 2")
    page.click("#more")
    connected(page, "third")
    page.click("#third .inc")
    expect(text(page, "third")).to_have_text("third 1")
    page.click("#less")
    expect(page.locator("#third")).to_have_count(0)
    midway(page)
    page.go_back()
    expect(page.locator("#from")).to_have_text("")
    expect(page.locator("#left")).to_be_visible()


def test_a_crash_of_a_child_stays_its_own(open_page: Open, watch: Watch) -> None:
    watch.allow("view crashed")
    page = open_page("/nested/")
    connected(page, "left", "right")
    page.click("#right .inc")
    page.click("#left .inc")
    expect(text(page, "left")).to_have_text("left 1")
    page.click("#left .crash")
    expect(text(page, "left")).to_have_text("left 0")
    expect(text(page, "right")).to_have_text("right 1")
    midway(page)
    connected(page, "left", "right")
    page.click("#left .tell")
    expect(page.locator("h1")).to_have_text("left says 0")


def test_views_that_are_items_of_a_stream_beside_a_stream_of_the_same_name(open_page: Open) -> None:
    page = open_page("/nested/items/")
    connected(page, "items-1", "items-2", "list")
    midway(page)
    connected(page, "items-1", "items-2", "list")
    page.click("#items-2 .inc")
    page.click("#add")
    connected(page, "items-3")
    assert page.locator("#items > *").evaluate_all("all => all.map((each) => each.id)") == [
        "items-3",
        "items-1",
        "items-2",
    ]
    expect(text(page, "items-2")).to_have_text("b 1")
    page.click("#remove")
    expect(page.locator("#items-1")).to_have_count(0)
    page.click("#reset")
    connected(page, "items-4")
    expect(page.locator("#items > *")).to_have_count(1)
    expect(page.locator("#list-items li")).to_have_text(["x", "y"])


def test_a_radio_plays_on_across_navigation(open_page: Open) -> None:
    """LV-86: it stands in a frame that the pages extend, over several levels."""
    page = open_page("/nested/one/")
    connected(page, "radio")
    audio = page.locator("#radio audio")
    audio.evaluate(MARK)
    audio.evaluate("audio => audio.play()")
    midway(page)
    connected(page, "radio")
    page.click("#radio .next")
    page.click("#to-two")
    expect(page.locator("h1")).to_have_text("Two")
    connected(page, "child")
    page.click("#child .inc")
    expect(text(page, "child")).to_have_text("Two's 1")
    assert audio.evaluate("audio => [audio.seen, audio.paused]") == ["yes", False]
    page.go_back()
    expect(page.locator("h1")).to_have_text("One")
    page.click("#radio .go")  # it navigates itself
    expect(page.locator("h1")).to_have_text("Two")
    expect(page.locator("#radio .station")).to_be_visible()
    assert audio.evaluate("audio => [audio.seen, audio.paused]") == ["yes", False]
    page.click("#radio .next")
    expect(page.locator("#radio .station")).to_have_text("3")
    page.click("#to-bare")
    expect(page.locator("h1")).to_have_text("Bare")
    expect(page.locator("#radio")).to_have_count(0)
    page.click("#to-one")
    connected(page, "radio")
    expect(page.locator("#radio .station")).to_have_text("1")


def test_a_navigation_overtakes_a_child_that_is_joining(open_page: Open, page: Page) -> None:
    open_page("/nested/one/")
    connected(page, "radio")
    page.click("#to-slow")
    assert page.request.get("/nested/joining/").ok
    page.click("#to-two")
    expect(page.locator("h1")).to_have_text("Two")
    connected(page, "child")
    midway(page)
    assert page.request.get("/nested/open-gate/").ok
    connected(page, "child")
    page.click("#child .inc")
    expect(text(page, "child")).to_have_text("Two's 1")
    page.click("#to-slow")
    connected(page, "slow")
    expect(page.locator("h1")).to_have_text("Slow")


def test_a_view_around_the_live_region_stays_while_the_region_changes(open_page: Open) -> None:
    page = open_page("/nested/around/")
    connected(page, "outer-radio")
    page.locator("#outer-radio audio").evaluate(MARK)
    midway(page)
    connected(page, "outer-radio")
    page.click("#outer-radio .next")
    page.click("#go")
    expect(page.locator("h1")).to_have_text("Around two")
    page.click("#outer-radio .next")
    expect(page.locator("#outer-radio .station")).to_have_text("3")
    assert page.locator("#outer-radio audio").evaluate("audio => audio.seen") == "yes"
    page.click("#go")
    expect(page.locator("h1")).to_have_text("Around one")


def test_two_views_live_in_an_ordinary_page(page: Page) -> None:
    page.goto("/nested/ordinary/")
    connected(page, "first", "second")
    page.click("#first .inc")
    page.click("#second .next")
    expect(text(page, "first")).to_have_text("first 1")
    expect(page.locator("#second .station")).to_have_text("2")
    reconnect(page)
    expect(text(page, "first")).to_have_text("first 0")
    connected(page, "first", "second")
    page.click("#first .inc")
    expect(text(page, "first")).to_have_text("first 1")
    page.click("#second .go")  # where no main view is, the page is loaded
    expect(page.locator("h1")).to_have_text("Two")


def test_an_ordinary_page_whose_views_are_refused_is_not_loaded_for_ever(page: Page, watch: Watch) -> None:
    watch.allow("unauthorized live_redirect")
    page.goto("/nested/ordinary/?spoilt=1")
    expect(page.locator(".phx-notice")).to_have_attribute("data-kind", "stale")
