"""Sites of five shapes after phx_install, under their own runserver, in Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect

from tests.support import sites
from tests.support.browser import Watch
from tests.support.ports import free_port
from tests.support.sites import REPOSITORY, TemporarySite

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BASE = "mysite/settings.py"
PACKAGE = "mysite/settings/base.py"

WSGI_SERVER = """\
import sys
from wsgiref.simple_server import make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from mysite.wsgi import application

make_server("127.0.0.1", int(sys.argv[1]), StaticFilesHandler(application)).serve_forever()
"""


def with_own_base(root: Path) -> TemporarySite:
    """A fresh project whose owner has written a base template with the two tags."""
    site = sites.with_pages(root)
    site.replace("templates/base.html", "{% load static %}", "{% load static phoenix %}")
    site.replace("templates/base.html", "  </head>\n  <body>", "    {% live_head %}\n  </head>\n  <body>")
    return site


SHAPES = [
    (with_own_base, BASE),
    (sites.settings_package, PACKAGE),
    (sites.protocol_type_router, BASE),
    (sites.wsgi_only, BASE),
    (sites.without_content_block, BASE),
]


@contextmanager
def served(site: TemporarySite, *command: str) -> Iterator[str]:
    """The site under a server that takes a port as its last argument; its address."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), str(site.root)])
    with (site.root / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *command, str(port)],
            cwd=site.root,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(address, process, site.root / "server.log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            urlopen(f"{address}/hello/", timeout=2).close()
        except HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def installed(shape: Callable[[Path], TemporarySite], settings: str, root: Path) -> TemporarySite:
    site = shape(root)
    done = site.install("--yes")
    assert done.code == 0, done
    sites.add_counter(site, settings)
    return site


@pytest.mark.parametrize(("shape", "settings"), SHAPES, ids=lambda value: getattr(value, "__name__", ""))
def test_the_counter_counts_on_an_installed_site(
    shape: Callable[[Path], TemporarySite], settings: str, tmp_path: Path, browser: Browser, watch: Watch
) -> None:
    site = installed(shape, settings, tmp_path)
    with served(site, "manage.py", "runserver", "--noreload", "--skip-checks") as address:
        context = browser.new_context()
        watch.allow("favicon.ico")
        watch.follow(context)
        page = context.new_page()
        page.goto(f"{address}/counter/")
        expect(page.locator("nav")).to_have_text("menu")
        expect(page.locator("[data-phx-main].phx-connected")).to_be_visible()
        page.get_by_role("button", name="+2").click()
        expect(page.get_by_role("heading")).to_have_text("2")
        page.goto(f"{address}/hello/")
        expect(page.get_by_text("hello")).to_be_visible()
        context.close()


def test_the_consumers_of_a_site_go_on(tmp_path: Path, browser: Browser, watch: Watch) -> None:
    site = installed(sites.protocol_type_router, BASE, tmp_path)
    with served(site, "manage.py", "runserver", "--noreload", "--skip-checks") as address:
        context = browser.new_context()
        watch.allow("favicon.ico")
        watch.follow(context)
        page = context.new_page()
        page.goto(f"{address}/hello/")
        answer = page.evaluate(
            """(url) => new Promise((resolve, reject) => {
                const socket = new WebSocket(url)
                socket.onopen = () => socket.send("hello")
                socket.onmessage = (message) => resolve(message.data)
                socket.onerror = reject
            })""",
            f"{address.replace('http', 'ws')}/ws/shout/",
        )
        assert answer == "HELLO"
        context.close()


def test_under_a_wsgi_server_the_page_works_and_says_once_that_no_socket_is_there(
    tmp_path: Path, browser: Browser
) -> None:
    site = installed(sites.wsgi_only, BASE, tmp_path)
    site.write({"serve_wsgi.py": WSGI_SERVER})
    warnings: list[ConsoleMessage] = []
    with served(site, "serve_wsgi.py") as address:
        page = browser.new_page()
        page.on("console", lambda message: warnings.append(message) if message.type == "warning" else None)
        page.goto(f"{address}/counter/")
        expect(page.get_by_role("heading")).to_have_text("0")
        notice = page.locator(".phx-notice")
        expect(notice).to_be_visible()
        expect(notice).to_contain_text("Live updates are not available")
        for _ in range(2):  # two more attempts fail
            page.wait_for_event("request", lambda request: "/live/longpoll" in request.url)
        assert len([message for message in warnings if "no socket answers" in message.text]) == 1
        page.close()
