"""What components need, on its way: in the first response, with the join, with later diffs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.support.live_client import LiveClient
from tests.support.tree import flat

ID = re.compile(r"data-djc-id-(\w+)")

WITHOUT = """
import sys
import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django_phoenix"],
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    ROOT_URLCONF="__main__",
    SECRET_KEY="of a test",
    STATIC_URL="static/",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()

from django.core.checks import run_checks
from django.test import Client
from django.urls import path
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView


class Hello(LiveView):
    template = "{% load phoenix %}<p>{% now 'Y' %}</p>{% live_component '__main__.Card' id=1 %}"


class Card(LiveComponent):
    template = "<b>card</b>"


urlpatterns = [path("", Hello.as_view())]
print(">card</b>" in Client().get("/").content.decode())
run_checks()
print(sorted(name for name in sys.modules if name.startswith("django_components")))
"""


@pytest.fixture(autouse=True)
def site():
    with override_settings(ROOT_URLCONF="tests.support.components_site.urls"):
        yield


def news(diff: dict[str, Any]) -> dict[str, Any]:
    """What a diff tells the page to load."""
    found = [payload for event, payload in diff.get("e", []) if event == "djc:load"]
    assert len(found) <= 1
    return found[0] if found else {}


async def test_get_and_join_give_a_component_the_same_id(browser: LiveClient) -> None:
    page = await browser.get("/gauges/?names=a,b")
    assert "<!-- _RENDERED" not in page.html
    assert page.html.index("Gauge_") < page.html.index("</head>")
    view = await browser.join(page)
    rendered = view.joined["rendered"]
    assert flat(rendered) == page.inner
    told = news(rendered)
    assert told["join"] is True
    assert [call[1] for call in told["calls"]] == ID.findall(page.inner)


async def test_a_later_diff_tells_only_what_is_new(browser: LiveClient) -> None:
    view = await browser.open("/gauges/")
    assert news(view.joined["rendered"]) == {}
    diff = (await view.event("show"))["diff"]
    assert [call[2] is not None for call in news(diff)["calls"]] == [True]
    assert "join" not in news(diff)
    again = (await view.event("more"))["diff"]
    assert "calls" not in news(again)
    assert all("css" in tag["attrs"]["href"] for tag in news(again)["css"])


async def test_components_in_live_components_are_told_of_under_ids_of_their_own(
    browser: LiveClient,
) -> None:
    page = await browser.get("/holders/")
    view = await browser.join(page)
    (first,) = ID.findall(page.inner)
    ids = [first]
    for cid in (1, 2):
        payload = {"type": "click", "event": "open", "value": {}, "cid": cid}
        diff = (await view.call("event", payload))["diff"]
        (call,) = news(diff)["calls"]
        ids.append(call[1])
    assert len(set(ids)) == 3


def test_without_django_components_nothing_of_it_is_loaded() -> None:
    root = Path(__file__).resolve().parents[2]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        env={**environment, "PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n") == ["True", "[]", ""]
