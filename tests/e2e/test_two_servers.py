"""Two server processes with one Redis and one database: visitors of one see what happens at the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Site, Visitor, Watch, keep, running_site
from tests.support.redis import running_redis

pytestmark = [pytest.mark.browser, pytest.mark.redis]


@pytest.fixture(scope="module", params=["pubsub", "core"])
def sites(request: pytest.FixtureRequest) -> Iterator[tuple[Site, Site]]:
    with running_redis() as redis:
        layer = {"REDIS_URL": redis.url, "REDIS_LAYER": request.param}
        with running_site("uvicorn", **layer) as one:
            layer["DATABASE_PATH"] = one.environment["DATABASE_PATH"]
            with running_site("daphne", **layer) as two:
                yield one, two


@pytest.fixture
def one_at_each(sites: tuple[Site, Site], browser: Browser, watch: Watch) -> Iterator[tuple[Visitor, ...]]:
    contexts = [browser.new_context(viewport={"width": 1280, "height": 1400}) for _ in sites]
    for context in contexts:
        watch.follow(context)
    yield tuple(Visitor(context, site) for context, site in zip(contexts, sites, strict=True))
    for context in contexts:
        context.close()


def test_a_click_at_one_server_is_seen_at_the_other(one_at_each: tuple[Visitor, ...]) -> None:
    here, there = (visitor.open("/together/") for visitor in one_at_each)
    assert here.url != there.url
    before = int(there.locator(".counter-value").inner_text())
    here.get_by_role("button", name="One more").click()
    expect(there.locator(".counter-value")).to_have_text(str(before + 1))
    there.get_by_role("button", name="One more").click()
    expect(here.locator(".counter-value")).to_have_text(str(before + 2))


def test_people_of_two_servers_meet_in_a_room(one_at_each: tuple[Visitor, ...]) -> None:
    ada, joe = (visitor.open("/chat/") for visitor in one_at_each)
    for page, name in ((ada, "Ada"), (joe, "Joe")):
        page.get_by_label("You are").fill(name)
    for page in (ada, joe):
        expect(page.locator("#people .person-name")).to_contain_text(["Ada" if page is ada else "Joe"])
        expect(page.locator("#people .person-name", has_text="Joe" if page is ada else "Ada")).to_be_visible()
    keep(ada, 3000)
    ada.get_by_label("Message", exact=True).press_sequentially("Is there tea?")
    expect(joe.locator("#typing")).to_have_text("Ada is writing…")
    ada.keyboard.press("Enter")
    expect(joe.locator(".message p").last).to_have_text("Is there tea?")
    joe.close()
    expect(ada.locator("#people .person")).to_have_count(1)


def test_hands_of_two_servers_draw_on_one_board(one_at_each: tuple[Visitor, ...]) -> None:
    ada, joe = (visitor.open("/board/") for visitor in one_at_each)
    for page, name in ((ada, "Ada"), (joe, "Joe")):
        page.get_by_label("You are").fill(name)
    ada.locator("#paper").hover(position={"x": 300, "y": 200})
    ada.mouse.down()
    ada.mouse.move(400, 500, steps=5)
    expect(joe.locator(".hand")).to_have_text(["Ada"])
    expect(joe.locator(".board")).not_to_have_class("board blank")
    ada.mouse.up()
    ada.keyboard.press("Control+z")
    expect(joe.locator(".board")).to_have_class("board blank")
