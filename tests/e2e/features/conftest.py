"""One Daphne and one Uvicorn serve the feature site to all tests of this folder.

A module says which: ``pytestmark = [pytest.mark.browser, features_on("daphne")]``. A second pass
(``HARSH=1``) runs the same tests under the other server, with 100 ms of latency and, wherever a test calls
``midway(page)``, a lost connection.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import Watch, chromium, joined
from tests.support.features import APP, environment, make_harsh, make_tables
from tests.support.servers import ServerProcess, serve


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def servers() -> Iterator[Callable[[str], ServerProcess]]:
    """Each is started when a test first asks for it, and stopped after the last test of the folder."""
    running: dict[str, ServerProcess] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="features-")))

        def server(name: str) -> ServerProcess:
            if name not in running:
                variables = environment(folder / f"{name}.sqlite3")
                make_tables(variables)
                running[name] = stack.enter_context(serve(name, APP, env=variables))
            return running[name]

        yield server


@pytest.fixture
def server(request: pytest.FixtureRequest, servers: Callable[[str], ServerProcess]) -> ServerProcess:
    return servers(request.param)


@pytest.fixture
def context(browser: Browser, server: ServerProcess, watch: Watch) -> Iterator[BrowserContext]:
    """A visitor's profile; relative URLs lead to the feature site."""
    context = browser.new_context(base_url=server.url)
    make_harsh(context)
    watch.follow(context)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def open_page(page: Page) -> Callable[[str], Page]:
    """`page = open_page("/scaffold/")`: loaded, and its view joined."""

    def go(path: str) -> Page:
        page.goto(path)
        joined(page)
        return page

    return go
