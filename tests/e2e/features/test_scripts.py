"""Hooks, scripts and styles that stand in templates; what a site's own script gives the client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.features import features_on, midway

pytestmark = [pytest.mark.browser, features_on("uvicorn")]

Open = Callable[[str], Page]


def color_of(page: Page, selector: str) -> str:
    color: str = page.locator(selector).evaluate("element => getComputedStyle(element).color")
    return color


def test_code_beside_its_markup_reaches_its_elements(open_page: Open) -> None:
    """Hooks of a view, a component, a live component and an included file; modules; styles."""
    page = open_page("/scripts/")
    expect(page.locator("#tick")).to_have_text("ticks")
    page.locator("#phone").press_sequentially("5551234567")
    expect(page.locator("#phone")).to_have_value("555-123-4567")
    midway(page)
    page.click("#draw")
    expect(page.locator("#chart")).to_have_text("1 2 3")
    expect(page.locator("#chart")).to_have_attribute("title", "thank you")
    expect(page.locator("#chart")).to_have_attribute("data-seen", "3 drawn")
    page.click("#dice")
    expect(page.locator("#dice")).to_have_attribute("title", "6")

    assert page.evaluate("document.documentElement.dataset.colocated") == "ran"
    assert page.evaluate("DjangoPhoenix.colocated.default.limits.most") == 9
    page.evaluate("customElements.define('x-gauge', DjangoPhoenix.colocated.elements.Gauge)")
    expect(page.locator("#gauge")).to_have_text("gauge 3")

    assert color_of(page, "#own") == "rgb(200, 0, 0)"
    assert color_of(page, "#tick") == "rgb(0, 128, 0)"
    border = page.locator("#styled").evaluate("element => getComputedStyle(element).borderTopColor")
    assert border == "rgb(1, 2, 3)"
    assert not page.locator("#styled").evaluate("element => /export default|<style/.test(element.innerHTML)")


def test_the_client_takes_hooks_of_the_page_and_options_of_the_sites_script(open_page: Open) -> None:
    """LV-93: the page runs scripts of runtime hooks, also later ones, by a nonce alone."""
    page = open_page("/scripts/runtime/")
    expect(page.locator("#now")).to_have_text("runs")
    page.click("#more")
    expect(page.locator("#later")).to_have_text("runs too")

    page = open_page("/scripts/options/")
    expect(page.locator("#plain")).to_have_text("mounted")
    expect(page.locator("#zone")).to_have_text("DIV Europe/Oslo")
    page.locator("#kept").evaluate("element => { element.dataset.open = 'yes' }")
    midway(page)
    page.click("#where", modifiers=["Shift"])
    expect(page.locator("#where")).to_have_text("True 1")
    expect(page.locator("#kept")).to_have_class("True 1")
    expect(page.locator("#kept")).to_have_attribute("data-open", "yes")
