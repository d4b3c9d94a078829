"""Opens each live view that a page of the documentation shows, over its socket, and presses its buttons.

Runs in the site of the page. A view that raises, or does not come to life, fails it.
"""

from __future__ import annotations

import importlib
import json
import sys
import unittest
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import TestCase
from django.test.utils import setup_test_environment
from django.urls import URLPattern, include, path
from selectolax.lexbor import LexborHTMLParser

from django_phoenix.live.routes import live_routes, name_of
from django_phoenix.live_view import LiveView
from django_phoenix.testing.live import live

# One that stands in others only, with what they give it; one that wants an object.
NEEDING = {"clock.live.ClockLive", "books.own.OwnBookLive"}
ATTRIBUTES = ("id", "phx-click", "phx-submit", "phx-change")


def open_views(modules: list[ModuleType]) -> None:
    """Raises AssertionError for what goes wrong."""
    views = [view for module in modules for view in views_of(module)]
    if not views:
        return
    site = ModuleType("opened")
    site.urlpatterns = [*(path("", include(each)) for each in url_modules(modules)), *routes(views)]  # type: ignore[attr-defined]
    sys.modules["opened"] = site
    settings.ROOT_URLCONF = "opened"
    setup_test_environment()
    connection.settings_dict["TEST"]["MIGRATE"] = False
    connection.creation.create_test_db(verbosity=0)
    result = unittest.TestResult()
    for number, view in enumerate(views):
        Visit(f"/opened/{number}/", view)(result)
    problems = [text for _, text in (*result.errors, *result.failures)]
    assert not problems, "\n".join(problems)


def views_of(module: ModuleType) -> list[type[LiveView]]:
    """Those that a page can be made of without knowing more than the class."""
    needing = {name_of(route.view_class) for route in live_routes() if "<" in route.pattern}
    own = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, LiveView)]
    return [
        each for each in own if each.__module__ == module.__name__ and name_of(each) not in needing | NEEDING
    ]


def url_modules(modules: list[ModuleType]) -> list[ModuleType]:
    root = importlib.import_module(settings.ROOT_URLCONF)
    return [root, *(each for each in modules if hasattr(each, "urlpatterns") and each is not root)]


def routes(views: list[type[LiveView]]) -> list[URLPattern]:
    return [path(f"opened/{number}/", view.as_view()) for number, view in enumerate(views)]


class Visit(TestCase):
    """One view, by somebody who may do everything."""

    def __init__(self, url: str, view: type[LiveView]) -> None:
        super().__init__("visit")
        self.url, self.view = url, view

    def visit(self) -> None:
        from django.contrib.auth.models import User

        self.client.force_login(User.objects.create_superuser("root"))
        for selector in selectors(self.open().html, "[phx-click]"):
            if (element := self.open().element(selector)).count == 1:
                element.click()
        for selector in selectors(self.open().html, "form"):
            if "phx-change" in selector:
                self.open().form(selector).change()
            if "phx-submit" in selector:
                self.open().form(selector).submit()

    def open(self) -> Any:
        page = live(self.client, self.url)
        assert page.connected, f"{self.view.__name__} does not come to life at {page.url}"
        return page


def selectors(html: str, css: str) -> Iterator[str]:
    """By which each such element is found again."""
    for node in LexborHTMLParser(html).css(css):
        own = {
            name: value for name, value in node.attributes.items() if name in ATTRIBUTES or "value-" in name
        }
        if "disabled" not in node.attributes:
            yield (node.tag or "") + "".join(f"[{name}={json.dumps(value)}]" for name, value in own.items())
