"""Scripts and styles of components, with the unmodified client and nothing inline allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Watch, joined, reconnect, until
from tests.support.servers import ServerProcess, serve

pytestmark = pytest.mark.browser

ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "tests.support.components_site.settings"}


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    app = "tests.support.components_site.asgi:application"
    with serve("uvicorn", app, env=ENVIRONMENT) as server:
        yield server


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    context = browser.new_context()
    watch.follow(context)
    page = context.new_page()
    yield page
    context.close()


def opened(page: Page, url: str) -> None:
    page.goto(url)
    joined(page)


def calls(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.calls ?? []")
    return found


def until_called(page: Page, expected: list[str]) -> None:
    until(page, f"(window.calls ?? []).length >= {len(expected)}")
    assert calls(page) == expected


def value(page: Page, name: str) -> Any:
    return expect(page.locator(f"[data-name={name}]"))


@pytest.mark.parametrize("path", ["gauges", "opaque"])
def test_scripts_run_once_for_each_component_whenever_it_appears(
    page: Page, server: ServerProcess, path: str
) -> None:
    """In the first response, in a later diff, after a rejoin, and again after it was gone."""
    kind = {"gauges": "Gauge", "opaque": "Panel"}[path]
    opened(page, f"{server.url}/{path}/?names=a,b")
    first = [f"{kind} kg a", f"{kind} kg b"]
    until_called(page, first)
    value(page, "a").to_have_css("color", "rgb(1, 2, 3)")
    value(page, "a").to_have_css("outline-color", "rgb(1, 0, 0)")
    page.get_by_role("button", name="Show").click()
    until_called(page, [*first, f"{kind} m late"])
    page.get_by_role("button", name="More").click()
    value(page, "a").to_have_css("outline-color", "rgb(2, 0, 0)")
    reconnect(page)
    joined(page)  # with the state of its URL: the late one is gone
    page.get_by_role("button", name="More").click()
    value(page, "a").to_have_css("outline-color", "rgb(2, 0, 0)")
    value(page, "late").to_have_count(0)
    assert calls(page) == [*first, f"{kind} m late"]
    page.get_by_role("button", name="Show").click()
    until_called(page, [*first, f"{kind} m late", f"{kind} m late"])


def test_a_page_without_components_loads_what_comes_later(page: Page, server: ServerProcess) -> None:
    """Nothing of django-components is in the first response; a navigation starts anew."""
    opened(page, f"{server.url}/gauges/")
    assert page.evaluate("window.DjangoComponents === undefined")
    page.get_by_role("button", name="Show").click()
    until_called(page, ["Gauge m late"])
    value(page, "late").to_have_css("color", "rgb(1, 2, 3)")
    page.get_by_role("link", name="Other").click()
    value(page, "elsewhere").to_be_visible()
    until_called(page, ["Gauge m late", "Gauge kg elsewhere"])
