"""Features that stand in one another, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from tests.support.browser import joined, reconnect
from tests.support.features import features_on

pytestmark = [pytest.mark.browser, features_on("uvicorn")]

Open = Callable[[str], Page]


def test_a_component_in_a_child_view_has_all_that_others_have(
    open_page: Open, context: BrowserContext
) -> None:
    """Forms, uploads, hooks, live queries, flash, patches and navigation of the component; LV-83, LV-108."""
    page = open_page("/mixed/")
    expect(page.locator("#overlays #echo")).to_have_text("heard you")
    other = context.new_page()
    other.goto("/mixed/")
    joined(other)
    page.bring_to_front()
    page.click("#tick")
    page.fill("#edit [name=text]", "first")
    expect(page.locator("#kept")).to_have_text("first||")
    file: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"abc"}
    chosen = page.locator("#edit input[type=file]")
    chosen.set_input_files(file)
    expect(chosen).to_have_attribute("data-phx-active-refs", "0")
    page.click("#save")
    expect(page.locator("#kept")).to_have_text("first|abc|saved first")
    for each in (page, other):
        expect(each.locator("#overlays #mixed-notes li")).to_have_text(["mixed first"])
    page.fill("#edit [name=text]", "typed")
    expect(page.locator("#kept")).to_have_text("typed|abc|saved first")
    reconnect(page)
    expect(page.locator("#kept")).to_have_text("typed||")
    expect(page.locator("#overlays #mixed-notes li")).to_have_text(["mixed first"])
    expect(page.locator("#echo")).to_have_text("heard you")
    page.click("#deep")
    expect(page.locator("h1")).to_have_text("3")
    expect(page).to_have_url(re.compile(r"/mixed/\?step=3$"))
    page.click("#toggle")
    expect(page.locator("#overlays #box")).to_have_count(0)
    page.click("#toggle")
    expect(page.locator("#overlays #mixed-notes li")).to_have_text(["mixed first"])
    page.click("#tick")
    page.click("#go")
    expect(page.locator("h1")).to_have_text("Two 1")
    expect(page.locator("#flash")).to_have_text("on we go")
    expect(page.locator("#tick")).to_have_text("1")
    expect(page.locator("#overlays #box")).to_have_count(1)
    page.go_back()
    expect(page.locator("h1")).to_have_text("3")
    expect(page.locator("#overlays #echo")).to_have_text("heard you")
