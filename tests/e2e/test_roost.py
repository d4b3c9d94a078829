"""Roost, the product in the test project: two people at one board, and pages that are there for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.barriers import barriers
from tests.support.browser import PASSWORD, Site, Visitor, joined, running_site
from tests.support.features import HARSH, OTHER, make_harsh, midway
from tests.support.pictures import png

pytestmark = pytest.mark.browser

BOARD, CARD = "Autumn release", "Drag cards on phones without losing the scroll"

# What moves when the first HTML is there: by the join, or by what comes after it.
SHIFTS = """
window.shifts = [];
const isLate = ({startTime}) => startTime > performance.getEntriesByType("navigation")[0].domInteractive;
const moved = ({value, sources}) => [value, sources.map(({node}) => node?.outerHTML?.slice(0, 160))];
const add = (list) => shifts.push(...list.getEntries().filter(isLate).map(moved));
new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
"""

# Logs in by HTTP: what the login page does is tested by itself.
LOG_IN = """
async ([name, password]) => {
  const page = new DOMParser().parseFromString(await (await fetch("/account/login/go/")).text(), "text/html");
  const body = new FormData(page.querySelector("form"));
  body.set("username", name);
  body.set("password", password);
  return (await fetch("/account/login/go/", {method: "POST", body})).url;
}
"""


@pytest.fixture(scope="module", params=[OTHER["daphne"] if HARSH else "daphne"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with running_site(request.param) as site:
        site.manage("seed_demo")
        yield site


@pytest.fixture
def enter(visit: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`enter("ada")`: a visitor who has logged in."""

    def enter(name: str, **options: object) -> Visitor:
        visitor = visit(**options)
        make_harsh(visitor.context)
        visitor.context.add_init_script(SHIFTS)
        visitor.page.goto(f"{visitor.site.url}/account/login/go/")
        assert visitor.page.evaluate(LOG_IN, [name, PASSWORD]).endswith("/boards/")
        return visitor

    return enter


def at_board(visitor: Visitor) -> Page:
    page = visitor.open("/boards/")
    page.get_by_role("link", name=BOARD, exact=True).click()
    expect(page.locator("#lanes")).to_be_visible()
    return page


def test_two_people_at_one_board_see_what_the_other_does(enter: Callable[..., Visitor]) -> None:
    ada, mia = at_board(enter("ada")), at_board(enter("mia"))
    expect(ada.locator("#here li")).to_have_count(2)
    carried = ada.locator(".card", has_text="Import boards")
    start = carried.bounding_box()
    goal = ada.locator('[data-name="Doing"]').bounding_box()
    assert start
    assert goal
    ada.mouse.move(start["x"] + 40, start["y"] + 50)
    ada.mouse.down()
    ada.mouse.move(start["x"] + 80, start["y"] + 50, steps=2)
    ada.mouse.move(goal["x"] + 100, goal["y"] + 60, steps=4)
    ada.mouse.up()
    first = mia.locator('[data-name="Doing"] .card').first
    expect(first).to_contain_text("Import boards")
    expect(ada).to_have_url(re.compile(r"/boards/\d+/$"))  # it was no click
    midway(ada)
    midway(mia)
    ada.locator(".card", has_text="Import boards").locator("a").press("Alt+ArrowRight")
    expect(mia.locator('[data-name="Review"] .card').first).to_contain_text("Import boards")
    expect(ada.locator(".card-title:focus")).to_contain_text("Import boards")
    ada.get_by_label("New card in Next").fill("Water the plants")
    ada.keyboard.press("Enter")
    expect(mia.locator('[data-name="Next"] .card').last).to_contain_text("Water the plants")
    expect(ada.get_by_label("New card in Next")).to_have_value("")
    bell = mia.locator(".bell")
    bell.evaluate("bell => bell.marker = 'the same bell'")
    mia.get_by_role("link", name="Activity", exact=True).click()
    expect(mia.locator("#feed .row").first).to_contain_text("Ada added Water the plants")
    assert bell.evaluate("bell => bell.marker") == "the same bell"


def test_an_open_card_is_a_page_that_two_people_share(enter: Callable[..., Visitor]) -> None:
    ada, mia = at_board(enter("ada")), at_board(enter("mia"))
    mia.get_by_role("link", name=CARD).click()
    expect(ada.locator(".eye")).to_have_text("Mia is here")
    ada.get_by_role("link", name=CARD).click()
    expect(ada).to_have_title(f"{CARD} · Roost")
    mia.get_by_label("Write a comment").press_sequentially("Shall we?")
    expect(ada.locator(".writes")).to_contain_text("Mia is writing")
    mia.keyboard.press("Enter")
    expect(ada.locator(".comment").last).to_contain_text("Shall we?")
    ada.locator("input[type=file]").set_input_files(
        {"name": "blue.png", "mimeType": "image/png", "buffer": png()}
    )
    expect(mia.locator(".files li").first).to_contain_text("blue.png")
    midway(ada)
    midway(mia)
    ada.get_by_role("checkbox", name="Try it on the old tablet").check()
    expect(mia.get_by_role("checkbox", name="Try it on the old tablet")).to_be_checked()
    mia.get_by_label("Title").fill("Drag cards with one thumb")
    expect(ada.get_by_label("Title")).to_have_value("Drag cards with one thumb")
    ada.keyboard.press("Escape")
    expect(ada).to_have_url(re.compile(r"/boards/\d+/$"))
    ada.go_back()
    expect(ada.get_by_label("Title")).to_have_value("Drag cards with one thumb")
    mia.once("dialog", lambda dialog: dialog.accept())
    mia.get_by_role("button", name="Remove the card").click()
    for page in (ada, mia):
        expect(page.get_by_label("Title")).to_have_count(0)
        expect(page.locator(".card", has_text="with one thumb")).to_have_count(0)


def test_a_search_stands_in_the_address(enter: Callable[..., Visitor]) -> None:
    page = enter("ada").open("/search/")
    page.get_by_label("Words").press_sequentially("office")
    expect(page.locator("#found .row")).to_have_count(0)
    page.get_by_label("Words").fill("lift")
    expect(page.locator("mark").first).to_have_text(re.compile("lift", re.IGNORECASE))
    expect(page).to_have_url(re.compile(r"\?q=lift$"))
    midway(page)
    page.get_by_label("Board").select_option(label="New office")
    expect(page).to_have_url(re.compile(r"q=lift&board=\d+"))
    expect(page.locator("#found .row")).to_have_text(re.compile("Measure the lift"))
    page.reload()
    joined(page)
    expect(page.get_by_label("Words")).to_have_value("lift")
    expect(page.locator("#found .row")).to_have_count(1)
    page.get_by_role("link", name="Measure the lift").click()
    expect(page.get_by_label("Title")).to_have_value("Measure the lift")


def test_from_signing_up_to_a_shared_board(visit: Callable[..., Visitor], site: Site) -> None:
    visitor = visit()
    make_harsh(visitor.context)
    page = visitor.open("/account/signup/")
    page.get_by_label("Username").fill("ada")
    expect(page.get_by_text("A user with that username already exists.")).to_be_visible()
    midway(page)
    page.get_by_label("Username").fill("zoe")
    for label in ("Password", "Password confirmation"):
        page.get_by_label(label, exact=True).fill("opensesame")
    page.get_by_role("button", name="Sign up").click()
    expect(page).to_have_url(re.compile(r"/boards/$"))
    joined(page)
    page.get_by_role("link", name="New board").click()
    page.get_by_label("Name").fill("Garden")
    page.get_by_role("button", name="Make the board").click()
    expect(page.locator("[data-lane]")).to_have_count(3)
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_label("Username").fill("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody here is called “nobody”.")).to_be_visible()
    page.get_by_label("Username").fill("ada")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ada Lindqvist").first).to_be_attached()
    midway(page)
    page.locator(".bar-me").click()
    page.get_by_label("Your name").fill("Zoe Quist")
    page.locator("input[type=file]").set_input_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": png()}
    )
    expect(page.locator(".big-face img")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".bar-me img")).to_have_attribute("alt", "Zoe Quist")


PAGES = ("/", "/account/login/", "/boards/", "/boards/1/", "/boards/1/cards/9/", "/boards/1/settings/")
PAGES += ("/search/?q=card", "/activity/", "/settings/", "/boards/new/")
SIGHTS = [(1440, "light"), (390, "dark")]
if HARSH:
    PAGES += ("/labs/", "/counter/", "/together/", "/table/", "/cards/", "/chart/", "/journal/", "/radio/")
    PAGES += ("/chat/", "/board/", "/pictures/", "/account/signup/", "/components/", "/components/input/")
    SIGHTS = [(width, scheme) for width in (1440, 768, 390) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_pages_shut_nobody_out_and_stay_where_they_are(
    width: int, scheme: str, enter: Callable[..., Visitor]
) -> None:
    """No serious fault for axe-core, nothing moves when the socket joins, nothing is too wide."""
    visitor = enter(
        "ada", viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    found = {}
    for path in PAGES:
        page = visitor.open(path)
        faults = {
            "barriers": barriers(page),
            # A table of a thousand rows finds its widths while it is still being read.
            "shifts": page.evaluate("shifts") if path != "/table/" else [],
            "too wide": page.evaluate("document.documentElement.scrollWidth > innerWidth"),
        }
        found |= {f"{path} {name}": fault for name, fault in faults.items() if fault}
    assert found == {}
