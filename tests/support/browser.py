"""The test project behind a real server, and Chromium visitors whose every complaint fails the test."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.support.ports import free_port
from tests.support.servers import ServerProcess, serve

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox"]

# Which the test project is tried with, where a test does not say.
SITE_SERVERS = os.environ.get("E2E_SERVERS", "daphne uvicorn").split()

# The browser itself reports each refused connection; a server that is down is not the page's mistake.
SERVER_DOWN = "WebSocket connection to"

# Seconds until a page is given up: what a busy machine may take. A test that passes never waits for them.
PATIENCE = 30.0
expect.set_options(timeout=PATIENCE * 1000)


class Site:
    """The test project on one port: can be killed and started again there."""

    def __init__(self, server: str, folder: Path, environment: dict[str, str]) -> None:
        self.server = server
        self.port = free_port()
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "testproject.settings",  # pytest has set another one
            "DATABASE_PATH": str(folder / "db.sqlite3"),
            **environment,
        }
        self.running = ExitStack()
        self.process: ServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> None:
        """Run a management command on this site's database."""
        command = [sys.executable, str(ROOT / "testproject" / "manage.py"), *arguments]
        subprocess.run(command, env=os.environ | self.environment, cwd=ROOT, check=True, timeout=60)

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError with the log if it does not."""
        self.process = self.running.enter_context(serve(self.server, env=self.environment, port=self.port))

    def kill(self) -> None:
        """SIGKILL: no goodbye to anybody."""
        assert self.process is not None
        self.process.kill()

    def stop(self) -> None:
        self.running.close()

    def said(self) -> str:
        """The end of the server's log."""
        assert self.process is not None
        return self.process.log[-6000:]


PASSWORD = "opensesame"
MAKE_DATABASE = f"""
from django.contrib.auth import get_user_model
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
for name in ("ada", "joe"):
    get_user_model().objects.create_user(name, password="{PASSWORD}")
"""


@cache
def database() -> bytes:
    """A migrated database with two users, ada and joe, of one PASSWORD; made once per test run."""
    with tempfile.TemporaryDirectory(prefix="site-") as folder:
        site = Site("uvicorn", Path(folder), {})
        site.manage("shell", "--no-imports", "-c", MAKE_DATABASE)
        return Path(site.environment["DATABASE_PATH"]).read_bytes()


@contextmanager
def running_site(server: str, **environment: str) -> Iterator[Site]:
    """The test project, with a database of its own unless the environment names one."""
    with tempfile.TemporaryDirectory(prefix="site-") as folder:
        site = Site(server, Path(folder), environment)
        if "DATABASE_PATH" not in environment:
            Path(site.environment["DATABASE_PATH"]).write_bytes(database())
        site.start()
        try:
            yield site
        finally:
            site.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """One headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What browsers complained about: console errors and uncaught exceptions, but for what a test allows."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.allowed: list[str] = []

    def allow(self, part: str) -> None:
        """Complaints holding `part` are expected in this test."""
        self.allowed.append(part)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self.heard)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))

    def heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")

    def check(self) -> None:
        unexpected = [text for text in self.problems if not any(part in text for part in self.allowed)]
        assert not unexpected, "\n".join(unexpected)


class Visitor:
    """One browser profile with one tab to begin with; counts the documents that the first tab loads."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site
        self.loads: list[str] = []
        self.page = context.pages[0] if context.pages else context.new_page()
        self.page.on("request", self.requested)

    def requested(self, request: Any) -> None:
        if request.is_navigation_request():
            self.loads.append(request.url)

    def open(self, path: str) -> Page:
        """Load a page; a live one until its view has joined, one of channels until it is connected."""
        return self.go(self.page, path)

    def tab(self, path: str) -> Page:
        """Load a page in one more tab of the same profile."""
        page = self.context.new_page()
        return self.go(page, path)

    def go(self, page: Page, path: str) -> Page:
        page.goto(self.site.url + path)
        if page.locator("[data-phx-main]").count():
            joined(page)
        elif page.locator("#state").count():
            expect(page.locator("#state")).to_have_text("Live")
        return page

    def log_in(self, name: str, page: Page | None = None) -> Page:
        """Through the form, as people do."""
        page = page or self.page
        self.go(page, "/account/login/?next=/account/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
        joined(page)
        return page


# Views that no other holds: that of the page, and those in an ordinary page.
ROOT_VIEW = "[data-phx-session]:not([data-phx-parent-id])"


def joined(page: Page) -> None:
    """Wait until the page's live view is connected."""
    expect(page.locator("[data-phx-main].phx-connected")).to_be_visible()


def until(page: Page, expression: str) -> None:
    """Wait until it is true. The page's own wait evaluates text, which a strict content policy forbids.

    Raises AssertionError when it does not become true.
    """
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(25)


def reconnect(page: Page) -> None:
    """As after a lost connection: the same page, a new socket. Returns while it is being opened."""
    page.evaluate("liveSocket.disconnect()")
    expect(page.locator(f"{ROOT_VIEW}.phx-connected")).to_have_count(0)
    page.evaluate("liveSocket.connect()")


# From now on timers of that many milliseconds never end.
ENDLESS = """(milliseconds) => {
  const later = window.setTimeout;
  window.setTimeout = (run, wait, ...rest) => wait === milliseconds ? 0 : later(run, wait, ...rest);
}"""


def keep(page: Page, milliseconds: int) -> None:
    """From now on the page keeps what it would show for so long only: a busy machine may look too late."""
    page.evaluate(ENDLESS, milliseconds)


# Ends the page's sockets as if the cable had been pulled; no new one opens until `plugged` is true again.
PLUG = """
window.plugged = true;
const RealSocket = WebSocket;
const opened = new Set();
window.unplug = () => {
  window.plugged = false;
  for (const socket of opened) {
    const {onclose} = socket;
    socket.onclose = null;
    socket.close();
    onclose?.call(socket, new CloseEvent("close", {code: 1006}));
  }
};
window.WebSocket = class extends RealSocket {
  constructor(url, ...rest) {
    super(window.plugged ? url : new URL("/nowhere", location.href.replace(/^http/, "ws")), ...rest);
    opened.add(this);
    this.addEventListener("close", () => opened.delete(this));
  }
};
"""


def unplug(page: Page) -> None:
    """The network is gone for this page, whose context has the script PLUG."""
    page.evaluate("unplug()")


def plug(page: Page) -> None:
    """It is back."""
    page.evaluate("plugged = true")
