"""The core set in a browser: what needs the script, and what outlives a patch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser import Visitor

# What a component does in the browser is the same whichever server sends it.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["uvicorn"], indirect=True)]


def selected(tabs: Locator) -> Locator:
    return tabs.locator("[role=tab][aria-selected=true]")


def test_tabs_are_switched_by_keys_and_stay_when_the_server_renders(visitor: Visitor) -> None:
    page = visitor.open("/components/tabs/")
    trip, order = page.locator("#trip"), page.locator("#order")
    panel = trip.get_by_role("tabpanel")
    expect(panel).to_have_text(re.compile("Two nights"))

    trip.get_by_role("tab", name="Rome").focus()
    page.keyboard.press("ArrowRight")
    expect(panel).to_have_text(re.compile("One night"))
    expect(trip.get_by_role("tab", name="Naples")).to_be_focused()
    page.keyboard.press("End")
    expect(panel).to_have_text(re.compile("A day"))
    page.keyboard.press("ArrowRight")
    expect(selected(trip)).to_have_text("Rome")
    trip.get_by_role("tab", name="Naples").click()

    order.get_by_role("tab", name="Summary").focus()
    page.keyboard.press("ArrowRight")
    expect(selected(order)).to_have_text("Summary")  # the view decides, when it is asked
    page.keyboard.press("Enter")
    expect(selected(order)).to_have_text("Items")
    expect(order.get_by_role("tabpanel")).to_contain_text("items")

    expect(selected(trip)).to_have_text("Naples")
    expect(panel).to_have_text(re.compile("One night"))


def test_a_table_is_sorted_by_its_headings(visitor: Visitor) -> None:
    page = visitor.open("/components/table/")
    table = page.locator(".phx-table", has=page.locator("#sorted-1041"))
    customers = table.locator("tbody tr td:nth-child(2)")
    heading = table.get_by_role("columnheader", name="Customer")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(customers.first).to_have_text("Ada Lovelace")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(customers.last).to_have_text("Ada Lovelace")
