"""Every `phx-*` binding, group by group. Those of scrolling: `test_streams.py`."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import joined
from tests.support.features import features_on, midway

pytestmark = [pytest.mark.browser, features_on("daphne")]

Open = Callable[[str], Page]


def test_clicks_keys_and_focus_tell_what_happened(open_page: Open) -> None:
    page = open_page("/bindings/keys/")
    said = page.locator("#said")
    page.click("#click")
    expect(said).to_have_text("click by-hand=yes id=7 value=v")
    page.click("#link")
    expect(said).to_have_text("link")
    page.click("#menu")
    page.click("#said")
    expect(said).to_have_text("away")
    midway(page)
    page.locator("#keys").press("ArrowUp")
    expect(said).to_have_text("up key=ArrowUp of=keys value=")
    page.locator("#any").press("q")
    expect(said).to_have_text("any key=q value=q")
    page.locator("#focus").focus()
    expect(said).to_have_text("focus a=1 value=text")
    page.locator("#focus").blur()
    expect(said).to_have_text("blur a=1 value=text")
    page.keyboard.press("F4")
    expect(said).to_have_text("window-up key=F4")
    count = int(said.get_attribute("data-count") or 0)
    page.evaluate("dispatchEvent(new Event('blur'))")
    expect(said).to_have_text("window-blur")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(said).to_have_text("window-focus")
    page.keyboard.press("F2")
    expect(said).to_have_text("window-down key=F2")
    expect(said).to_have_attribute("data-count", str(count + 3))


# Without a pause between the keys, however slow the machine is.
TYPE = """(input, text) => {
  for (const key of text) {
    input.value += key;
    input.dispatchEvent(new InputEvent("input", {bubbles: true}));
  }
}"""
# Collects what a button shows from one moment to the next.
WATCH = """button => {
  window.shown = [];
  new MutationObserver(() => shown.push([button.innerText, button.disabled]))
    .observe(button, {attributes: true, childList: true});
}"""


def test_debounce_throttle_and_disabled_buttons(open_page: Open) -> None:
    page = open_page("/bindings/rates/")
    page.locator("#wait").evaluate(TYPE, "abc")
    expect(page.locator("#changes")).to_have_text("wait abc")
    page.locator("#leave").press_sequentially("xy")
    page.locator("#now").fill("z")
    expect(page.locator("#changes")).to_have_text("wait abc,leave xy,now z")
    midway(page)
    for _ in range(3):
        page.click("#often")
    expect(page.locator("#clicks")).to_have_text("1")
    page.locator("#save").evaluate(WATCH)
    page.click("#save")
    expect(page.locator("#saved")).to_have_text("1")
    expect(page.locator("#save")).to_have_text("Save")
    assert ["Saving…", True] in page.evaluate("shown")
    expect(page.locator("#clicks")).to_have_text("1")


def test_commands_run_when_elements_come_and_go_and_connections_too(open_page: Open) -> None:
    """Also with the client's debugging left on; and the page script has added no elements."""
    page = open_page("/bindings/life/")
    page.evaluate("liveSocket.enableDebug()")
    page = open_page("/bindings/life/")
    state = page.locator("#state")
    expect(state).to_have_attribute("data-state", "on")
    page.click("#toggle")
    expect(page.locator("#box")).to_have_class(re.compile(r"\bnew\b"))
    expect(page.locator("#seen")).to_have_text("1")
    page.click("#toggle")
    expect(page.locator("#box")).to_have_count(0)
    expect(state).to_have_attribute("data-left", "yes")
    midway(page)
    assert page.locator("button, input, ul, ol, form, dialog, nav").count() == 1
    assert page.locator("body > div:not([data-phx-main]), body > p, body > section").count() == 0
    page.evaluate("liveSocket.disconnect()")
    expect(state).to_have_attribute("data-state", "off")
    page.evaluate("liveSocket.connect()")
    joined(page)
    expect(state).to_have_attribute("data-state", "on")
    assert page.evaluate("liveSocket.isDebugEnabled()")
