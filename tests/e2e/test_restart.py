"""The server is killed and comes back: the page stays the page it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import SERVER_DOWN, SITE_SERVERS, Site, Visitor, Watch, joined, running_site

pytestmark = pytest.mark.browser


@pytest.fixture(params=SITE_SERVERS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with running_site(request.param) as site:
        yield site


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    watch.allow(SERVER_DOWN)
    yield watch
    watch.check()


def mark(page: Page) -> None:
    page.evaluate("window.marker = 'the same page'")


def is_marked(page: Page) -> bool:
    return bool(page.evaluate("window.marker === 'the same page'"))


def test_after_sigkill_page_and_inputs_stay_and_events_work(site: Site, visitor: Visitor) -> None:
    form = half_filled_form(visitor)
    page = visitor.open("/together/")
    mark(page)
    page.get_by_label("You are").press_sequentially("Ada, half wri")
    count = page.locator(".counter-value")
    page.get_by_role("button", name="One more").click()
    expect(count).to_have_text("1")

    site.kill()
    notice = page.locator(".phx-notice")
    expect(notice).to_contain_text("Connection lost")
    expect(page.get_by_label("You are")).to_have_value("Ada, half wri")

    site.start()
    joined(page)
    page.get_by_role("button", name="One more").click()
    expect(count).to_have_text("2")
    expect(notice).to_be_hidden()
    expect(page.get_by_label("You are")).to_have_value("Ada, half wri")
    assert is_marked(page)
    assert len(visitor.loads) == 1
    joined(form)
    expect(form.locator("#signup .phx-error")).to_have_text(["Enter a valid email address."])
    expect(form.locator("#signup [name=email]")).to_have_value("ada@nowhere")
    expect(form.locator("#signup [name=day]")).to_have_value("sun")
    expect(form.locator("#signup [name=talks][value=orm]")).to_be_checked()


def half_filled_form(visitor: Visitor) -> Page:
    """In another tab. LV-108"""
    page = visitor.tab("/components/input/")
    page.locator("#signup [name=day]").select_option("sun")
    page.locator("#signup [name=talks][value=orm]").check()
    page.locator("#signup [name=email]").fill("ada@nowhere")
    page.locator("#signup [name=email]").blur()
    expect(page.locator("#signup .phx-error")).to_have_text(["Enter a valid email address."])
    return page


def test_a_channel_joins_again_and_what_was_said_meanwhile_goes_out_once(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    page = visit().open("/chat/")
    mark(page)
    say(page, "before")
    expect(page.locator(".message:not(.pending) p")).to_have_text(["before"])
    page.get_by_label("Message", exact=True).fill("half wri")
    site.kill()
    expect(page.locator("#state")).to_have_text("Reconnecting…")
    expect(page.get_by_label("Message", exact=True)).to_have_value("half wri")
    say(page, "meanwhile")
    expect(page.locator(".message.pending p")).to_have_text(["meanwhile"])
    site.start()
    expect(page.locator("#state")).to_have_text("Live")
    expect(page.locator(".message:not(.pending) p")).to_have_text(["before", "meanwhile"])
    say(page, "after")
    for reader in (page, visit().open("/chat/")):
        expect(reader.locator(".message:not(.pending) p")).to_have_text(["before", "meanwhile", "after"])
    assert is_marked(page)


MEANWHILE = """
from testproject.chat.models import Message
Message.objects.create(room="lobby", uid="1", author="joe", name="Joe", body="Nobody saw this come")
"""


def test_what_no_history_knows_any_more_comes_from_the_database(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    page = visit().open("/chat/")
    say(page, "before")
    expect(page.locator(".message:not(.pending) p")).to_have_text(["before"])
    site.kill()
    site.manage("shell", "--no-imports", "-c", MEANWHILE)
    site.start()
    expect(page.locator(".message p")).to_have_text(["before", "Nobody saw this come"])
    expect(page.locator(".away")).to_have_text("While you were away")


def say(page: Page, body: str) -> None:
    page.get_by_label("Message", exact=True).fill(body)
    page.get_by_role("button", name="Send", exact=True).click()


def test_a_server_with_another_secret_key_costs_one_page_load(site: Site, visitor: Visitor) -> None:
    page = visitor.open("/counter/")
    site.kill()
    expect(page.locator(".phx-notice")).to_contain_text("Connection lost")
    site.environment["SECRET_KEY"] = "changed in a hurry"
    site.start()
    expect(page.locator(".phx-notice")).to_be_hidden()
    joined(page)
    page.get_by_role("button", name="One more").click()
    expect(page.locator(".counter-value")).to_have_text("1")
    assert len(visitor.loads) == 2


def test_a_page_left_alone_during_the_restart_still_moves(site: Site, visitor: Visitor) -> None:
    page = visitor.open("/chart/")
    site.kill()
    expect(page.locator(".phx-notice")).to_contain_text("Connection lost")
    site.start()
    joined(page)
    line = page.locator(".chart polyline")
    shape = line.get_attribute("points") or ""
    expect(line).not_to_have_attribute("points", shape)
