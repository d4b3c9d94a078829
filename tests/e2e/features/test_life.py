"""Values that come later, hooks, temporary assigns, patches without end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.features import features_on, midway

pytestmark = [pytest.mark.browser, features_on("uvicorn")]


def test_values_come_later_fail_and_are_called_off(open_page: Callable[[str], Page]) -> None:
    page = open_page("/life/later/")
    name = page.locator("#name")
    expect(name).to_have_text("Ada Lovelace")
    midway(page)
    expect(name).to_have_text("Ada Lovelace")
    page.click("#load")
    expect(name.locator("b")).to_have_text("Grace Hopper")
    page.click("#miss")
    expect(name.locator("u")).to_have_text("Nothing found")
    page.click("#load")
    expect(name.locator("b")).to_have_text("Grace Hopper")
    page.click("#hang")
    expect(name).to_have_text("Grace Hopper …")
    page.click("#cancel")
    expect(name).to_have_text("Grace Hopper")


def test_a_component_loads_by_itself_and_anew(open_page: Callable[[str], Page]) -> None:
    page = open_page("/life/later/")
    expect(page.locator("#card b")).to_have_text("Detail")
    midway(page)
    expect(page.locator("#card b")).to_have_text("Detail")
    page.click("#reload")
    expect(page.locator("#card b")).to_have_text("Once More")


def test_the_items_of_a_stream_come_later(open_page: Callable[[str], Page]) -> None:
    page = open_page("/life/later/")
    expect(page.locator("#rows li")).to_have_text(["1", "2", "3"])
    midway(page)
    expect(page.locator("#rows-state")).to_have_text("ready")
    page.click("#more")
    expect(page.locator("#rows li")).to_have_text(["1", "2", "3", "4", "5", "6"])


def test_hooks_see_events_and_take_them_away(open_page: Callable[[str], Page]) -> None:
    page = open_page("/life/hooks/")
    page.click("#sort")
    expect(page.locator("#sorted")).to_have_text("a b c")
    midway(page)
    before = int(page.locator("#clicks").inner_text())
    page.click("#say")
    expect(page.locator("#said")).to_have_text("1")
    page.click("#off")
    page.click("#sort")
    expect(page.locator("#sorted")).to_have_text("unsorted")
    expect(page.locator("#clicks")).to_have_text(str(before + 3))


def test_the_page_shows_what_the_server_has_forgotten(open_page: Callable[[str], Page]) -> None:
    page = open_page("/life/temporary/")
    page.click("#ask")
    expect(page.locator("#held")).to_have_text("0 held")
    midway(page)
    expect(page.locator("#report li")).to_have_text(["one", "two"])
    page.click("#renew")
    expect(page.locator("#report li")).to_have_text(["three"])
    page.click("#ask")
    expect(page.locator("#report li")).to_have_text(["three"])


def test_after_patches_without_end_the_view_comes_back_where_they_led(
    open_page: Callable[[str], Page],
) -> None:
    """LV-82"""
    page = open_page("/life/loop/")
    page.click("#go")
    expect(page.locator("#page")).to_have_text("25")
    midway(page)
    expect(page.locator("#page")).to_have_text("25")
    expect(page).to_have_url("/life/loop/?page=25")
