"""Streams in the browser: that follow a query, are scrolled both ways, stand beside other children."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import PATIENCE, joined
from tests.support.features import features_on, midway

pytestmark = [pytest.mark.browser, features_on("uvicorn")]

Open = Callable[[str], Page]

TITLES = "[...document.querySelectorAll('#notes > [data-title]')].map(li => li.dataset.title)"


def has_titles(page: Page, *titles: str) -> None:
    expect(page.locator("#notes > [data-title]")).to_have_count(len(titles))
    assert page.evaluate(TITLES) == list(titles)


def add(page: Page, title: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Add").click()


def row(title: str) -> str:
    return f'[data-title="{title}"]'


def test_all_who_look_see_what_others_save_and_delete(open_page: Open, context: BrowserContext) -> None:
    page, other = open_page("/streams/notes/?of=q"), context.new_page()
    other.goto("/streams/notes/?of=q")
    joined(other)
    expect(other.locator("#notes-none")).to_be_visible()
    for title in ("q3", "q1", "q2"):
        add(page, title)
        expect(other.locator(row(title))).to_be_visible()
    add(page, "elsewhere")
    midway(page)
    for each in (page, other):
        has_titles(each, "q1", "q2", "q3")
    other.locator(f"{row('q3')} [name=up]").click()
    expect(page.locator("#notes > :nth-child(1)")).to_have_attribute("data-title", "q03")
    has_titles(page, "q03", "q1", "q2")
    page.locator(f"{row('q1')} [name=close]").click()
    expect(other.locator(row("q1"))).to_have_count(0)
    other.locator(f"{row('q2')} [name=drop]").click()
    for each in (page, other):
        has_titles(each, "q03")
    assert page.locator("#notes > :last-child").get_attribute("id") == "notes-none"


def test_a_query_is_scrolled_through_both_ways_while_the_browser_has_a_part_of_it(open_page: Open) -> None:
    """LV-51, LV-107"""
    page = open_page("/streams/scroll/")
    page.set_viewport_size({"width": 400, "height": 300})
    all_titles = [f"s{n:03}" for n in range(100)]

    def shown() -> list[str]:
        found: list[str] = page.locator("#rows > li").all_inner_texts()
        return found

    def scroll_until(by: int, title: str) -> list[str]:
        """As a wheel does. What is shown is a piece of the whole, and never much."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            page.wait_for_timeout(20)
            now = shown()
            if not now:
                continue  # all anew, which the client holds back until the answer to another event is here
            assert now == all_titles[all_titles.index(now[0]) :][: len(now)]
            assert len(now) <= 60
            if title in now:
                return now
            page.mouse.wheel(0, -by // 20)
            page.mouse.wheel(0, by)
        raise AssertionError(f"{title} never came")

    assert shown() == all_titles[:20]
    scroll_until(400, "s099")
    midway(page)
    page.mouse.move(10, 10)
    assert scroll_until(-400, "s000")[0] == "s000"
    all_titles[0] = "s000!"
    page.locator("#rename").click()
    expect(page.locator("#rows > li").first).to_have_text("s000!")
    now = shown()
    assert now == all_titles[: len(now)]


WORDS = "[...document.querySelector('#left-list').children].map(li => li.textContent.trim()).join(' ')"
BLANKS = "[...document.querySelector('#left-list').childNodes].filter(node => node.nodeType == 3).length"


def put(page: Page, word: str, **options: object) -> None:
    """Has the component insert a word, as a button would."""
    page.evaluate(
        "([value]) => liveSocket.execJS(document.querySelector('#fill'),"
        " JSON.stringify([['push', {event: 'put', value, target: '#left-list'}]]))",
        [{"word": word, **options}],
    )


def test_a_stream_stands_beside_other_children_in_a_component_and_in_a_table(open_page: Open) -> None:
    page = open_page("/streams/beside/")
    rows = page.locator("#left-list > li")
    assert page.evaluate(WORDS) == "a0 b0 last very last"
    blanks = page.evaluate(BLANKS)
    put(page, "c", at=-1)
    expect(rows).to_have_count(5)
    put(page, "d", at=0)
    put(page, "e", at=1)
    put(page, "b", at=0, n=7)
    put(page, "z", at=0, only=True)
    expect(page.locator("#left-b")).to_have_text("b7")
    assert page.evaluate(WORDS) == "d1 e1 a0 b7 c1 last very last"
    assert page.evaluate(BLANKS) == blanks
    # Gone and back: the component is another one, and its stream begins again.
    page.locator("#toggle").click()
    expect(page.locator("#left-list")).to_have_count(0)
    page.locator("#toggle").click()
    expect(rows).to_have_count(4)
    midway(page)
    assert page.evaluate(WORDS) == "a0 b0 last very last"

    nothing = page.locator("#table-none")
    expect(nothing).to_be_visible()
    page.locator("#fill").click()
    expect(page.locator("#table-rows > tr")).to_have_count(4)
    assert page.locator("#table-rows > tr").all_inner_texts()[:3] == ["z\t0", "y\t0", "x\t0"]
    page.locator("#clear").click()
    expect(page.locator("#table-rows > tr")).to_have_count(1)
