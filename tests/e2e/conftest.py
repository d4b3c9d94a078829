"""Chromium, the test project under two servers, and visitors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser import SITE_SERVERS, Site, Visitor, Watch, chromium, running_site

# Playwright's event loop stands in the way of pytest-asyncio's while it lives: so no longer than a module.


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module", params=SITE_SERVERS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with running_site(request.param) as site:
        yield site


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test if a page has complained."""
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture
def visit(browser: Browser, site: Site, watch: Watch) -> Iterator[Callable[..., Visitor]]:
    """`visit()` is one more visitor, with cookies of their own."""
    contexts = []

    def new_visitor(**options: Any) -> Visitor:
        context = browser.new_context(**options)
        contexts.append(context)
        watch.follow(context)
        return Visitor(context, site)

    yield new_visitor
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    return visit()
