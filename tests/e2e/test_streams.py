"""A stream with the official client: scrolled through both ways, updated in place, begun again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("site", ["uvicorn"], indirect=True, scope="module"),
]

IDS = "[...document.querySelectorAll('#entries > li')].map(({id}) => Number(id.split('-')[1]))"
UP, DOWN = -300, 300


def shown(page: Page) -> list[int]:
    ids: list[int] = page.evaluate(IDS)
    return ids


def scroll_until(page: Page, step: int, condition: str) -> None:
    """As a wheel does, until the browser has what is waited for."""
    scroll = f"document.querySelector('#journal-scroller').scrollBy(0, {step})"
    page.wait_for_function(f"() => {{ {scroll}; const ids = {IDS}; return {condition} }}", polling=60)


def test_a_list_is_scrolled_through_both_ways_while_the_browser_keeps_a_part_of_it(visitor: Visitor) -> None:
    """LV-51, LV-55, LV-107"""
    page = visitor.context.new_page()
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(frame)))
    page.goto(visitor.site.url + "/journal/")
    page.locator("[data-phx-main].phx-connected").wait_for()
    first = list(range(5000, 4970, -1))
    assert shown(page) == first

    page.get_by_role("button", name="Star entry 4999").click()
    star = page.get_by_role("button", name="Star entry 4999")
    expect(star).to_have_attribute("aria-pressed", "true")
    assert shown(page) == first
    assert sent[-1].count("entries-") == 2  # the item, and where it goes

    scroll_until(page, DOWN, "ids.at(-1) === 4851")
    ids = shown(page)
    assert ids == list(range(4940, 4850, -1))

    scroll_until(page, UP, "ids[0] === 5000")
    ids = shown(page)
    assert ids == list(range(5000, 5000 - len(ids), -1))
    assert len(ids) <= 90
    expect(star).to_have_attribute("aria-pressed", "true")

    scroll_until(page, DOWN, "ids[0] < 5000")
    page.get_by_role("button", name="To the newest").click()
    expect(page.locator("#entries > li")).to_have_count(30)
    assert shown(page) == first
