"""From page to page and back, and what a view says on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Watch, joined, until
from tests.support.features import features_on, midway

pytestmark = [pytest.mark.browser, features_on("daphne")]

Open = Callable[[str], Page]


def loads_of(page: Page) -> list[str]:
    """The documents that the page loads from now on."""
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    return loads


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text)


def said(page: Page, *texts: str) -> None:
    expect(page.locator("#messages li")).to_contain_text(list(texts))
    expect(page.locator("#messages li")).to_have_count(len(texts))


def scrolled(page: Page, to: int) -> None:
    """The client scrolls in the frame after the one that shows the page."""
    until(page, f"Math.round(scrollY) === {to}")


def test_back_and_forward_find_the_page_where_it_was_left(open_page: Open) -> None:
    page = open_page("/navigation/")
    loads = loads_of(page)
    heading(page, "List 1 index")
    expect(page.locator("#tracked")).to_have_text(str(page.locator("head [phx-track-static]").count()))
    page.evaluate("scrollTo(0, 900)")
    page.locator("#item-150").dispatch_event("click")
    heading(page, "Item 150")
    expect(page).to_have_title("Item 150")
    expect(page.locator("[data-phx-main]")).to_have_class("item phx-connected")
    assert page.locator("[data-phx-main]").get_attribute("data-kind") == "one"
    scrolled(page, 0)
    midway(page)
    page.go_back()
    heading(page, "List 1 index")
    expect(page.locator("[data-phx-main]")).to_have_class("list phx-connected")
    assert page.locator("[data-phx-main]").get_attribute("data-kind") is None
    scrolled(page, 900)
    page.go_forward()
    heading(page, "Item 150")
    page.click("#back")
    heading(page, "List 1 index")
    page.click("#next")
    heading(page, "List 2 index")
    expect(page).to_have_title("List 2")
    page.click("#compact")
    heading(page, "List 1 compact")
    page.go_back()
    heading(page, "List 2 index")
    expect(page).to_have_url(page.url.split("/navigation/")[0] + "/navigation/page/2/")
    assert loads == []


def test_a_message_goes_with_the_visitor_until_it_is_closed(open_page: Open) -> None:
    """LV-28, LV-73, LV-79"""
    page = open_page("/navigation/")
    loads = loads_of(page)
    page.click("#say")
    said(page, "Saved & done")
    page.click("#messages button")
    said(page)
    page.click("#say")
    page.click("#next")
    heading(page, "List 2 index")
    midway(page)
    said(page)
    page.click("#leave")
    heading(page, "Item 5")
    said(page, "Saved & done")
    page.click("#back")
    heading(page, "List 1 index")
    said(page)
    assert loads == []
    # With simulated latency the client sees the end of the view before the reply, and loads the page.
    page.click("#moved")
    heading(page, "Item 9")
    said(page, "It has moved")


def test_a_message_survives_the_loading_of_a_page(open_page: Open) -> None:
    """LV-79, LV-87: over the border of a live session, and to an ordinary page."""
    page = open_page("/navigation/")
    loads = loads_of(page)
    page.click("#cross")
    heading(page, "Staff")
    joined(page)
    said(page, "Saved & done")
    midway(page)
    page.reload()
    joined(page)
    said(page)
    page.goto("/navigation/")
    joined(page)
    page.click("#out")
    heading(page, "Plain")
    said(page, "Saved & done")
    page.reload()
    said(page)
    assert [url.rpartition("/navigation")[2] for url in loads] == [
        "/staff/", "/staff/", "/", "/plain/", "/plain/",
    ]  # fmt: skip
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "__phoenix_flash__"]


@pytest.mark.parametrize(("link", "status"), [("missing", 404), ("forbidden", 403), ("plain", 200)])
def test_what_a_live_navigation_cannot_show_is_loaded_as_a_page(
    open_page: Open, watch: Watch, link: str, status: int
) -> None:
    """LV-14, LV-25"""
    watch.allow(f"the server responded with a status of {status}")
    watch.allow("inline style")  # of Django's page with DEBUG
    page = open_page("/navigation/")
    midway(page)
    with page.expect_navigation() as loaded:
        page.click(f"#{link}")
    response: Any = loaded.value
    assert response.status == status
    assert page.url.endswith({"plain": "/plain/", "missing": "/404/", "forbidden": "/403/"}[link])
    page.go_back()
    heading(page, "List 1 index")
    joined(page)


def test_what_had_to_be_loaded_once_can_be_gone_to_again(open_page: Open) -> None:
    """LV-14. Neither a hurried visitor nor a page that leads elsewhere is a loop of reloads."""
    page = open_page("/navigation/")
    for _ in range(2):
        page.click("#old")
        heading(page, "Plain")
        page.goto("/navigation/")
        joined(page)
    for _ in range(5):  # more often than a loop may lead elsewhere
        page.click("#staff")
        heading(page, "Staff")
        joined(page)
        page.click("#back")
        heading(page, "List 1 index")
        joined(page)


def test_a_link_may_post_and_ask_first(open_page: Open) -> None:
    page = open_page("/navigation/")
    answers = iter([False, True])
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.accept() if next(answers) else dialog.dismiss()

    page.on("dialog", answer)
    page.click("#asked")
    page.click("#next")
    heading(page, "List 2 index")
    midway(page)
    said(page)
    page.click("#asked")
    said(page, "Saved & done")
    assert asked == ["Really?", "Really?"]
    page.click("#post")
    heading(page, "Plain told by POST")
    page.click("#post")
    heading(page, "Plain told by POST")


def test_views_that_lead_to_one_another_without_end_are_stopped(open_page: Open) -> None:
    page = open_page("/navigation/")
    page.click("#circle")
    expect(page.locator(".phx-notice")).to_contain_text("This page could not be brought to life.")
    assert not page.evaluate("liveSocket.isConnected()")
