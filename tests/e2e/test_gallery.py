"""The gallery: every component of the core set works as it says, under a strict content policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visitor, keep

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("site", ["uvicorn"], indirect=True, scope="module"),
]


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_one_walks_from_component_to_component_and_turns_knobs(visitor: Visitor) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.open("/components/")
    page.set_viewport_size({"width": 390, "height": 844})
    names = page.locator(".gallery-nav a").all_inner_texts()[1:]
    assert {name.lower() for name in names} == {
        "button", "input", "table", "list", "tabs", "modal", "flash", "header",
    }  # fmt: skip
    for name in names:
        page.locator(".gallery-nav").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"core.{name.lower()}")
        expect(page.locator(".declared tbody tr").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".gallery-nav").get_by_role("link", name="Button").click()
    page.get_by_label("kind", exact=True).select_option("danger")
    expect(page.locator("#stage-try button")).to_have_attribute("data-kind", "danger")
    keep(page, 1600)
    page.locator(".copy").first.click()
    expect(page.locator(".copy").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == (
        '{% component "core.button" kind="danger" %}Save{% endcomponent %}'
    )
    page.get_by_role("button", name="Light or dark, here").first.click()
    expect(page.locator("#box-try")).to_have_attribute("data-theme", "dark")
    assert len(visitor.loads) == 1


def test_a_form_tells_what_is_wrong_when_it_is_time(visitor: Visitor) -> None:
    page = visitor.open("/components/input/")
    email, name = page.locator("#id_email"), page.locator("#id_name")
    email.fill("x")
    name.focus()
    expect(page.locator("#id_email_error")).to_have_text("Enter a valid email address.")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_name_error")).to_be_empty()
    email.fill("ada@example.com")
    name.fill("Ada")
    for label in ("The ORM", "Live pages"):
        page.get_by_label(label).check()
    button(page, "Sign up")
    expect(page.locator("#id_email_error")).to_be_empty()
    expect(page.locator("#id_ticket_error")).to_have_text("This field is required.")
    expect(page.locator("#id_terms_error")).to_have_text("This field is required.")
    for label in ("The ORM", "Live pages"):
        expect(page.get_by_label(label)).to_be_checked()
    page.get_by_label("One day").check()
    page.get_by_label("I have read the code of conduct").check()
    button(page, "Sign up")
    flash = page.locator(".phx-flash")
    expect(flash).to_have_text("See you there, Ada.")
    expect(name).to_have_value("")
    expect(page.get_by_label("The ORM")).not_to_be_checked()
    flash.get_by_role("button", name="Close").click()
    expect(flash).to_have_count(0)


def test_a_modal_keeps_the_focus_until_it_is_closed(visitor: Visitor) -> None:
    page = visitor.open("/components/modal/")
    opener, dialog = page.get_by_role("button", name="Open"), page.locator("#welcome")
    opener.click()
    expect(dialog).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.closest('.gallery-nav, .top, .specimen-code')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    expect(dialog).to_be_visible()
    page.mouse.click(5, 400)
    expect(dialog).to_be_hidden()
    button(page, "Delete the trip")
    expect(page.locator("#sure")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.click(5, 400)
    expect(page.locator("#sure")).to_be_visible()
    button(page, "Keep it")
    expect(page.locator("#sure")).to_be_hidden()


def test_the_view_opens_a_modal_and_hears_that_it_was_closed(visitor: Visitor) -> None:
    page = visitor.open("/components/modal/")
    dialog = page.locator("#rename")
    for _ in range(2):
        page.get_by_role("button", name="Rename", exact=True).first.click()
        expect(dialog).to_be_visible()
        assert dialog.evaluate("element => element.matches(':modal')")
        expect(page.get_by_label("Title")).to_be_focused()
        page.keyboard.press("Escape")
        expect(dialog).not_to_have_attribute("data-show", re.compile(""))
        expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Rename", exact=True).first.click()
    page.get_by_label("Title").fill("Yearly report")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("The title is “Yearly report”.")).to_be_visible()
