"""Live components with the official client: events to one or to several, what goes and comes back, slots."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("site", ["uvicorn"], indirect=True, scope="module"),
]


class Wire:
    """What has gone over the socket, since `forget`."""

    def __init__(self, page: Page) -> None:
        self.frames: list[Any] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        for direction in ("framesent", "framereceived"):
            socket.on(direction, lambda frame: self.frames.append(json.loads(frame)))

    def diffs(self) -> list[Any]:
        found = [frame[4] for frame in self.frames if frame[3] == "diff"]
        replies = [frame[4]["response"] for frame in self.frames if frame[3] == "phx_reply"]
        return found + [reply["diff"] for reply in replies if "diff" in reply]

    def of(self, event: str) -> list[Any]:
        return [frame[4] for frame in self.frames if frame[3] == event]


def card(page: Page, id: int) -> Locator:
    return page.locator(f"#card-{id}")


def likes(page: Page, id: int) -> Locator:
    return card(page, id).get_by_role("button", name="Like:")


def open_board(visitor: Visitor) -> tuple[Page, Wire]:
    page = visitor.context.new_page()
    wire = Wire(page)
    page.goto(visitor.site.url + "/cards/")
    page.locator("[data-phx-main].phx-connected").wait_for()
    wire.frames.clear()
    return page, wire


def test_a_card_looks_after_itself_and_keeps_what_it_knows_where_it_is_moved(visitor: Visitor) -> None:
    """LV-58, LV-66, LV-113"""
    page, wire = open_board(visitor)
    likes(page, 1).click()
    expect(likes(page, 1)).to_have_text("♥ 1")
    assert [list(diff) for diff in wire.diffs()] == [["c"]]
    card(page, 1).get_by_role("button", name="On:").click()
    expect(page.locator("#lane-doing #card-1")).to_be_visible()
    expect(likes(page, 1)).to_have_text("♥ 1")
    expect(card(page, 1).get_by_role("button", name="Back:")).to_be_visible()  # of its slot, in the new lane
    card(page, 1).get_by_role("button", name="Water the plants", exact=True).click()
    title = card(page, 1).get_by_label("Title")
    expect(title).to_be_focused()
    title.fill("Water <all> plants")
    title.press("Enter")
    expect(card(page, 1).get_by_role("button", name="Water <all> plants", exact=True)).to_be_visible()
    card(page, 1).get_by_role("button", name="How long:").click()
    expect(card(page, 1).get_by_role("button", name="How long:")).to_have_text("90 min")
    page.get_by_role("button", name="Praise all").click()
    for id, number in {1: 2, 2: 1, 6: 1}.items():
        expect(likes(page, id)).to_have_text(f"♥ {number}")


def test_an_event_can_go_to_several_components_by_a_selector(visitor: Visitor) -> None:
    """LV-66"""
    page, _ = open_board(visitor)
    page.evaluate(
        """() => document.querySelector(".lanes").insertAdjacentHTML("beforebegin",
        '<button id="both" phx-click="like" phx-target="#card-2, #card-4 .title">both</button>')"""
    )
    page.locator("#both").click()
    expect(likes(page, 2)).to_have_text("♥ 1")
    expect(likes(page, 4)).to_have_text("♥ 1")
    expect(likes(page, 1)).to_have_text("♥ 0")


def test_cards_that_go_are_forgotten_by_both_sides_and_many_may_come(visitor: Visitor) -> None:
    """LV-62, LV-64"""
    page, wire = open_board(visitor)
    card(page, 2).get_by_role("button", name="Remove:").click()
    expect(card(page, 2)).to_have_count(0)
    page.wait_for_function("() => !document.querySelector('#card-2')")
    for n in range(20):
        page.get_by_label("A new card").fill(f"Card {n}")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_label("A new card")).to_be_enabled()
        expect(card(page, 7 + n)).to_be_visible()
    assert [sorted(payload["cids"]) for payload in wire.of("cids_will_destroy")] == [[2]]
    assert [payload["cids"] for payload in wire.of("cids_destroyed")] == [[2]]
    likes(page, 26).click()
    expect(likes(page, 26)).to_have_text("♥ 1")
    expect(page.locator("#lane-todo li")).to_have_count(22)
    expect(page.locator("#lane-todo li").first).to_have_attribute("id", "card-26")
