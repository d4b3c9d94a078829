"""Every page of the test project does what it shows, under a strict content policy, without a complaint."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visitor, joined

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/labs/",
    "/counter/",
    "/together/",
    "/table/",
    "/cards/",
    "/chart/",
    "/journal/",
    "/radio/",
    "/chat/",
    "/board/",
    "/components/",
    "/components/input/",
    "/account/login/",
    "/account/signup/",
)


# Collects in `shifts` what moved without the visitor's doing.
SHIFTS = """
window.shifts = [];
const add = (list) => { for (const {value, sources} of list.getEntries())
  shifts.push([value, sources.map(({node}) => node?.outerHTML?.slice(0, 120))]) };
new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
"""


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_every_page_opens_with_a_title_and_one_heading_and_fits_a_phone(visitor: Visitor) -> None:
    page = visitor.page
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 720})
        visitor.open(path)
        expect(page).to_have_title(re.compile(r"\w+ · (django_phoenix|Roost)$"))
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/chat/", "/board/"])
def test_nothing_jumps_while_a_page_comes_to_life(
    path: str, width: int, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(viewport={"width": width, "height": 900})
    visitor.context.add_init_script(SHIFTS)
    page = visitor.open(path)
    expect(page.locator(".person").first).to_be_attached()
    page.wait_for_timeout(700)  # the numbers below the stage come twice a second
    assert page.evaluate("shifts") == []


def test_the_counter_counts(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    value = page.locator(".counter-value")
    expect(page.get_by_role("button", name="Reset")).to_be_disabled()
    button(page, "One more")
    expect(value).to_have_text("1")
    button(page, "+10")
    button(page, "One less")
    expect(value).to_have_text("10")
    button(page, "Reset")
    expect(value).to_have_text("0")


def test_the_wire_shows_how_little_a_click_costs(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    button(page, "One more")
    down = page.locator("[data-wire=down]")
    expect(down).to_contain_text("bytes")
    assert int(down.inner_text().split()[0]) < 150
    expect(page.locator("[data-wire=frame]")).to_contain_text("phx_reply")


def test_a_shared_counter_moves_in_every_window(visit: Callable[..., Visitor]) -> None:
    ada, joe = visit().open("/together/"), visit().open("/together/")
    before = int(ada.locator(".counter-value").inner_text())
    ada.get_by_label("You are").fill("Ada")
    joe.get_by_label("You are").fill("Joe")
    button(ada, "One more")
    expect(joe.locator(".counter-value")).to_have_text(str(before + 1))
    button(joe, "One more")
    for page in (ada, joe):
        expect(page.locator(".counter-value")).to_have_text(str(before + 2))
        expect(page.locator(".click")).to_have_text(
            [re.compile(r"Joe \+1"), re.compile(r"(Ada|Somebody) \+1")]
        )


def test_what_one_types_stays_while_others_click(visit: Callable[..., Visitor]) -> None:
    ada, joe = visit().open("/together/"), visit().open("/together/")
    ada.get_by_label("You are").press_sequentially("Ada Love")
    before = ada.locator(".counter-value").inner_text()
    button(joe, "One more")
    expect(ada.locator(".counter-value")).not_to_have_text(before)
    expect(ada.get_by_label("You are")).to_have_value("Ada Love")
    expect(ada.get_by_label("You are")).to_be_focused()


def cells(page: Page) -> list[str]:
    texts: list[str] = page.locator("tbody").evaluate(
        "body => [...body.querySelectorAll('td, th')].map(c => c.innerText)"
    )
    return texts


def test_a_button_changes_one_cell_of_five_thousand(visitor: Visitor) -> None:
    page = visitor.open("/table/")
    before = cells(page)
    assert len(before) == 5000
    button(page, "Change one cell")
    expect(page.locator("[data-wire=down]")).to_contain_text("bytes")
    after = cells(page)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    assert int(page.locator("[data-wire=down]").inner_text().split()[0]) < 160


def test_sorting_moves_the_rows_and_changes_none(visitor: Visitor) -> None:
    page = visitor.open("/table/")
    before = cells(page)
    page.evaluate("document.getElementById('row-7').dataset.marked = 'yes'")
    button(page, "Units")
    expect(page.get_by_role("button", name="Units")).to_have_attribute("aria-pressed", "true")
    after = cells(page)
    units = [int(text) for text in after[3::5]]
    assert units == sorted(units)
    assert sorted(before) == sorted(after)
    button(page, "No.")
    expect(page.locator("tbody tr").first).to_have_id("row-1")
    assert cells(page) == before


def test_the_chart_moves_by_itself_and_can_be_stopped(visitor: Visitor) -> None:
    page = visitor.open("/chart/")
    line = page.locator(".chart polyline")
    for _ in range(3):
        shape = line.get_attribute("points")
        expect(line).not_to_have_attribute("points", shape or "")
    button(page, "Pause")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    shape = line.get_attribute("points") or ""
    page.wait_for_timeout(1200)  # longer than two ticks
    expect(line).to_have_attribute("points", shape)
    button(page, "Go on")
    expect(line).not_to_have_attribute("points", shape)


def test_a_spark_is_seen_by_everybody(visit: Callable[..., Visitor]) -> None:
    ada, joe = visit().open("/labs/"), visit().open("/labs/")
    button(ada, "Light a spark")
    for page in (ada, joe):
        expect(page.get_by_text("1 lit since you came")).to_be_visible()


def test_a_page_shows_how_it_is_made_and_leaves_it_open(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    page.get_by_text("How it is made").click()
    button(page, "One more")
    expect(page.locator(".counter-value")).to_have_text("1")
    expect(page.locator(".made pre").first).to_contain_text("class CounterLive(LiveView):")
    expect(page.locator(".made pre").last).to_contain_text("{{ count }}")


def test_the_visitor_may_choose_dark(visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    button(page, "Light or dark")
    dark = page.evaluate(colour)
    assert light != dark
    page.reload()
    assert page.evaluate(colour) == dark


def test_people_sign_up_and_log_out(visitor: Visitor) -> None:
    page = visitor.open("/account/")
    expect(page).to_have_url(re.compile(r"/account/login/\?next=/account/$"))
    page.get_by_role("link", name="Sign up").click()
    expect(page.get_by_role("heading", name="Start your first board")).to_be_visible()
    page.get_by_label("Username").fill(f"new-{visitor.site.server}")
    page.get_by_label("Password", exact=True).fill("opensesame")
    page.get_by_label("Password confirmation").fill("opensesame")
    button(page, "Sign up")
    expect(page.get_by_role("heading", name="Hello, ")).to_be_visible()
    joined(page)
    button(page, "Wave")
    expect(page.get_by_role("button", name="Wave (1)")).to_be_visible()
    button(page, "Log out")
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
