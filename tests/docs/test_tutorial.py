"""The tutorial can be followed to its end, and what comes out works behind nginx, with Redis, in Chromium."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.docs.tutorial import PAGES, Reader
from tests.support.browser import Watch, chromium, joined, until
from tests.support.proxies import NGINX, nginx
from tests.support.redis import running_redis
from tests.support.servers import ServerProcess, serve

pytestmark = pytest.mark.slow
PASSWORD = "ladders-and-saws"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

# Whether a server is there at the other end: a page hears somewhat later that its own has gone.
ANSWERED = """new Promise((answer) => {
  const socket = liveSocket.getSocket();
  socket.onClose(() => answer(false));
  socket.ping(() => answer(true)) || answer(false);
})"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Who has followed all pages."""
    reader = Reader(tmp_path_factory.mktemp("toolshed"))
    for page in PAGES:
        reader.follow(page)
    return reader


def test_what_it_says_to_type_does_what_it_says(reader: Reader) -> None:
    assert "no issues" in reader.said["python manage.py check"]
    assert "Ran 10 tests" in reader.said["python manage.py test"]
    warned = set(re.findall(r"\w+\.W\d+", reader.said["python manage.py check --deploy"]))
    assert warned == {"security.W005", "security.W008", "security.W021"}, "two of HSTS, and what nginx does"


@pytest.fixture
def site(reader: Reader) -> Iterator[tuple[str, list[ServerProcess]]]:
    """Its URL, and the two processes behind it."""
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis())
        variables = reader.environment(HOSTS="127.0.0.1", REDIS_URL=redis.url)
        servers = [
            stack.enter_context(serve(app="mysite.asgi:application", cwd=reader.root, env=variables))
            for _ in range(2)
        ]
        page = "introduction/tutorial/server.md"
        yield stack.enter_context(nginx(*servers, page=page, home=reader.root)), servers
        for server in servers:
            print(server.log)  # shown if the test fails


@pytest.fixture
def visit(site: tuple[str, list[ServerProcess]]) -> Iterator[Callable[[], Page]]:
    watch = Watch()
    with chromium() as browser:
        yield lambda: new_page(browser, site[0], watch)
    watch.allow("WebSocket connection to")  # a server is killed
    watch.allow("/favicon.ico")
    watch.check()


def new_page(browser: Browser, url: str, watch: Watch) -> Page:
    context = browser.new_context(base_url=url)
    watch.follow(context)
    return context.new_page()


@pytest.mark.browser
@pytest.mark.redis
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_what_comes_out_works(visit: Callable[[], Page], site: tuple[str, list[ServerProcess]]) -> None:
    ada, bob = visit(), visit()
    for page, name in ((ada, "ada"), (bob, "bob")):
        join_and_log_in(page, name)
    expect(ada.get_by_text("Here now: ada, bob")).to_be_visible()

    ada.get_by_role("link", name="Lend something").click()
    ada.get_by_label("Name").fill("Drill")
    ada.get_by_label("Photo").set_input_files({"name": "drill.png", "mimeType": "image/png", "buffer": PNG})
    expect(ada.locator("img.preview")).to_be_visible()
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("status")).to_have_text("Thank you! Drill is in the shed.")

    drill = bob.get_by_role("listitem").filter(has_text="Drill")
    assert (
        drill.locator("img").evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == 1
    )
    bob.get_by_label("Search").fill("dri")
    expect(bob).to_have_url(f"{site[0]}/?q=dri")
    drill.get_by_role("button", name="Borrow").click()
    expect(ada.get_by_text("bob has it.")).to_be_visible()

    site[1][0].kill()
    for page in (ada, bob):
        until(page, ANSWERED)
        joined(page)
    drill.get_by_role("button", name="Give back").click()
    expect(ada.get_by_role("button", name="Borrow")).to_be_visible()


def join_and_log_in(page: Page, name: str) -> None:
    page.goto("/join/")
    joined(page)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Join in").click()
    expect(page.get_by_role("status")).to_have_text(f"Welcome, {name}. Now log in.")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    joined(page)
    expect(page.get_by_text("Here now:")).to_contain_text(name)
