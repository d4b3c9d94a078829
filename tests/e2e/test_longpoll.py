"""The official client where no WebSocket gets through: it turns to long-polling, and pages live as ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import PASSWORD, Site, Visitor, Watch, joined, running_site, until
from tests.support.proxies import NGINX, nginx
from tests.support.redis import running_redis

pytestmark = pytest.mark.browser

# A constructor that refuses, one that never gets an answer, and one that opens and then says nothing.
REFUSED = """
window.WebSocket = class extends EventTarget {
  constructor(url) {
    super();
    this.readyState = 0;
    setTimeout(() => { this.readyState = 3; this.onerror?.({}) });
  }
  close() { this.readyState = 3 }
  send() {}
};
"""
UNANSWERED = """
window.WebSocket = class extends EventTarget {
  constructor(url) { super(); this.readyState = 0 }
  close() { this.readyState = 3 }
  send() {}
};
"""
SILENT = """
window.WebSocket = class extends EventTarget {
  constructor(url) {
    super();
    this.readyState = 0;
    setTimeout(() => { this.readyState = 1; this.onopen?.({}) });
  }
  close() { this.readyState = 3 }
  send() {}
};
"""
JOIN = """async () => {
  const socket = new Phoenix.Socket("/socket", {longPollFallbackMs: 10000});
  socket.connect();
  const channel = socket.channel("hands:proxied", {hand: 1});
  window.heard = [];
  channel.on("presence_state", (message) => heard.push(message));
  return await new Promise((resolve) => channel.join()
    .receive("ok", (reply) => resolve({ok: reply, transport: socket.transport === Phoenix.LongPoll}))
    .receive("error", (reply) => resolve({error: reply})));
}"""


def polls(page: Page) -> bool:
    """Whether the page's live socket polls."""
    return bool(page.evaluate("liveSocket.getSocket().transport === Phoenix.LongPoll"))


def count(page: Page) -> int:
    return int(page.locator(".counter-value").inner_text())


def click_and_see(page: Page) -> None:
    for _ in range(5):
        before = count(page)
        page.get_by_role("button", name="One more").click()
        expect(page.locator(".counter-value")).to_have_text(str(before + 1))


@pytest.mark.parametrize("blocked", [REFUSED, UNANSWERED, SILENT], ids=["refused", "unanswered", "silent"])
def test_with_websocket_blocked_a_live_page_lives(visitor: Visitor, blocked: str) -> None:
    page = visitor.page
    page.add_init_script(blocked)
    page.goto(f"{visitor.site.url}/together/")
    # The client gives a join that it sent into the silence up after ten seconds only.
    joined(page)
    assert polls(page)
    click_and_see(page)
    # The tab remembers it.
    page.reload()
    joined(page)
    assert polls(page)


def test_without_need_nobody_polls(visitor: Visitor) -> None:
    requests: list[str] = []
    visitor.page.on("request", lambda request: requests.append(request.url))
    page = visitor.open("/together/")
    click_and_see(page)
    assert not polls(page)
    assert not [url for url in requests if "longpoll" in url]


def test_who_is_logged_in_is_known_by_long_polling_too(visitor: Visitor) -> None:
    visitor.page.add_init_script(REFUSED)
    page = visitor.log_in("ada")
    assert polls(page)


def test_a_poll_that_hangs_does_not_delay_the_page_s_navigation(visitor: Visitor) -> None:
    visitor.page.add_init_script(REFUSED)
    page = visitor.open("/together/")
    visitor.go(page, "/counter/")
    assert polls(page)


@pytest.mark.parametrize("polling", [False, True], ids=["WebSocket", "long-polling"])
def test_when_the_server_is_killed_and_back_a_page_goes_on_as_it_was(browser: Browser, polling: bool) -> None:
    """The client alone would turn from WebSocket to long-polling for good."""
    context = browser.new_context()
    with running_site("uvicorn") as site:
        visitor = Visitor(context, site)
        if polling:
            visitor.page.add_init_script(REFUSED)
        page = visitor.open("/counter/")
        page.evaluate("window.marker = 'the same page'")
        if not polling:
            # The WebSocket has been seen to work.
            page.wait_for_function("!liveSocket.getSocket().longPollFallbackMs")
        site.kill()
        expect(page.locator(".phx-notice")).to_contain_text("Connection lost")
        site.start()
        joined(page)
        assert polls(page) == polling
        page.get_by_role("button", name="One more").click()
        expect(page.locator(".counter-value")).to_have_text("1")
        assert page.evaluate("window.marker") == "the same page"
    context.close()


# nginx without sticky sessions, two processes, one Redis.


@pytest.fixture(scope="module", params=[False, True], ids=["without WebSocket", "with WebSocket"])
def proxied(request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    """The URL of two processes behind nginx, and whether it passes WebSockets on."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis())
        environment = {"REDIS_URL": redis.url, "REDIS_LAYER": "pubsub"}
        sites: list[Site] = []
        for _ in range(2):
            site = stack.enter_context(running_site("uvicorn", **environment))
            environment["DATABASE_PATH"] = site.environment["DATABASE_PATH"]
            sites.append(site)
        processes: list[Any] = [site.process for site in sites]
        yield stack.enter_context(nginx(*processes, websockets=request.param)), request.param


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    watch = Watch()
    # The browser's own words about a handshake that a proxy does not pass on.
    watch.allow("WebSocket connection to")
    yield watch
    watch.check()


@pytest.fixture
def open_page(proxied: tuple[str, bool], browser: Browser, watch: Watch) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def opened(path: str) -> Page:
        context = browser.new_context()
        contexts.append(context)
        watch.follow(context)
        page = context.new_page()
        page.goto(f"{proxied[0]}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def test_behind_nginx_live_pages_of_two_processes_see_each_other(
    proxied: tuple[str, bool], open_page: Callable[[str], Page]
) -> None:
    pages = [open_page("/together/") for _ in range(4)]
    for page in pages:
        joined(page)
        assert polls(page) == (not proxied[1])
    for page in pages:
        before = count(page)
        page.get_by_role("button", name="One more").click()
        for each in pages:
            expect(each.locator(".counter-value")).to_have_text(str(before + 1))


def test_behind_nginx_a_channel_is_joined_and_pushed_to(
    proxied: tuple[str, bool], open_page: Callable[[str], Page]
) -> None:
    page = open_page("/together/")
    joined(page)
    reply = page.evaluate(JOIN)
    assert "ok" in reply, reply
    assert reply["transport"] == (not proxied[1])
    until(page, "heard.length > 0")


def test_behind_nginx_a_form_logs_in(proxied: tuple[str, bool], open_page: Callable[[str], Page]) -> None:
    page = open_page("/account/login/?next=/account/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Hello, ada")).to_be_visible()
    joined(page)
    assert polls(page) == (not proxied[1])
