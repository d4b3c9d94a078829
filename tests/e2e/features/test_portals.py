"""Portals, and focus that stays within an element."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.features import features_on, midway

pytestmark = [pytest.mark.browser, features_on("daphne")]

Open = Callable[[str], Page]


def test_a_portal_holds_forms_streams_components_and_portals(open_page: Open) -> None:
    """LV-106. It stands inside a form; the client shows it outside of the view."""
    page = open_page("/portals/")
    expect(page.locator("#overlays > section.box #heading")).to_have_count(1)
    expect(page.locator("#overlays #rows li")).to_have_text(["one", "two"])
    page.locator("#inner-name").press_sequentially("in")
    expect(page.locator("#said")).to_have_text("|in")
    page.locator("#outer-name").press_sequentially("out")
    expect(page.locator("#said")).to_have_text("out|in")
    midway(page)
    expect(page.locator("#said")).to_have_text("out|in")
    page.click("#save")
    expect(page.locator("#heading")).to_have_text("saved in")
    page.click("#reset")
    expect(page.locator("#rows li")).to_have_text(["three", "two again"])

    page.click("#deeper #deep")
    expect(page.locator("#deeper #deep")).to_have_text("1")
    page.click("#overlays #up-v")
    page.click("#overlays #near-v")
    expect(page.locator("#votes-v")).to_have_text("2")
    expect(page.locator("#up-v")).to_have_text("2 up")

    page.click("#overlays #echo button")
    expect(page.locator("#overlays #echo output")).to_have_text("hi!")

    page.click("#toggle")
    expect(page.locator("#overlays section, #deeper *")).to_have_count(0)
    page.click("#toggle")
    expect(page.locator("#overlays #rows li")).to_have_text(["four"])
    expect(page.locator("#deeper #deep")).to_have_text("1")
    expect(page.locator("#overlays #echo output")).to_have_text("hi")


def test_slots_hold_portals_components_and_views_also_when_passed_on(open_page: Open) -> None:
    page = open_page("/portals/slots/")
    expect(page.locator("#lamp-near")).to_have_text("lit 1")
    expect(page.locator("#deeper #lamp-far")).to_have_text("lit 1")
    midway(page)
    page.click("#more")
    expect(page.locator("article section #plain")).to_have_text("1")
    expect(page.locator("#deeper #far")).to_have_text("1")
    page.click("#slot-echo button")
    expect(page.locator("article section #slot-echo output")).to_have_text("hi!")
    page.click("#overlays #up-s")
    expect(page.locator("article section #votes-s")).to_have_text("1")
    page.click("#deeper #add-t")
    expect(page.locator("#deeper #add-t")).to_have_text("1")


def test_tab_does_not_leave_wrapped_focus(open_page: Open) -> None:
    page = open_page("/portals/focus/")
    page.click("#before")
    expect(page.locator("#first")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#last")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#first")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#first")).to_have_text("First 1")
    expect(page.locator("#link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_have_count(0)
    expect(page.locator("#before")).to_be_focused()
