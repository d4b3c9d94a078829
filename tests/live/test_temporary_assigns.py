"""temporary_assigns: shown, not kept."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.test import override_settings
from django.urls import path

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event


class Lines:
    """What the view and the component below have in common."""

    temporary_assigns: ClassVar = {"lines": [], "note": None}

    class Assigns:
        count: int = 0
        note: str | None = None

    @event
    def inc(self):
        self.assigns.count += 1

    @event
    def show(self, words: str):
        self.assigns.lines = words.split()

    @event
    def append(self, word: str):
        self.assigns.lines.append(word)

    @event
    def write(self, note: str):
        self.assigns.note = note

    @event
    def held(self):
        return {"lines": self.assigns.lines, "note": self.assigns.note}


TEMPLATE = (
    "{% for line in lines %}<i>{{ line }}</i>{% empty %}<b>none</b>{% endfor %}"
    "{% if note %}<u>{{ note }}</u>{% endif %}<p>{{ count }}</p>"
)


class LinesLive(Lines, LiveView):
    template = TEMPLATE

    def mount(self, params, session):
        self.assigns.lines = ["a", "b"]

    @event
    def mix(self):
        self.assigns.count += 1
        self.assigns.note = "new"


class LinesBox(Lines, LiveComponent):
    template = f"<div>{TEMPLATE}</div>"

    def mount(self):
        self.assigns.lines = ["a", "b"]


class BoxLive(LiveView):
    template = f'{{% load phoenix %}}{{% live_component "{__name__}.LinesBox" id="x" %}}'


class BusyLive(Lines, LiveView):
    """Around what is evaluated at each rendering. ``kind``: which such thing, as the query says."""

    template = "unused"

    def mount(self, params, session):
        self.template = (
            BUSY[params["kind"]] + "<p>{{ count }}</p>{% for line in lines %}{{ count }}{% endfor %}"
        )
        self.assigns.lines = ["a", "b"]

    def render(self):
        return None


BUSY = {
    "clock": "{% for line in lines %}{{ line }}{% now 'u' %}{% endfor %}",
    "with": "{% with all=lines %}{% for line in all %}{{ line }}{% now 'u' %}{% endfor %}{% endwith %}",
    "condition": "{% if lines %}{{ lines|length }}{% now 'H' %}{% endif %}",
    "include": "{% include 'site/lines.html' with shown=lines only %}",
}


urlpatterns = [
    path("lines/", LinesLive.as_view()),
    path("box/", BoxLive.as_view()),
    path("busy/", BusyLive.as_view()),
]


@pytest.fixture(autouse=True)
def urls(live_site):
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture(params=["view", "component"])
async def place(browser, request):
    """Sends an event to it; gives what is new in it."""
    view = await browser.open("/lines/" if request.param == "view" else "/box/")

    async def send(name, value=None):
        diff = (await view.event(name, value, **({} if request.param == "view" else {"cid": 1}))).get(
            "diff", {}
        )
        return diff if request.param == "view" or "r" in diff else diff.get("c", {}).get("1", {})

    return send


async def test_the_page_goes_on_showing_what_is_no_longer_held(place):
    assert (await place("held"))["r"] == {"lines": [], "note": None}
    for count in "123456":
        assert await place("inc") == {"2": count}


async def test_a_temporary_assign_is_shown_when_it_is_set(place):
    await place("inc")
    diff = await place("show", {"words": "x y z"})
    assert [diff["0"]["k"][key]["0"] for key in "012"] == ["x", "y", "z"]
    assert await place("inc") == {"2": "2"}
    diff = await place("show", {"words": ""})
    assert "none" in str(diff["0"])


async def test_a_change_in_place_counts(place):
    diff = await place("append", {"word": "c"})
    assert diff["0"]["k"] == {"0": {"0": "c"}, "kc": 1}
    assert (await place("held"))["r"]["lines"] == []


async def test_each_name_is_kept_by_itself(place):
    assert "x" in str((await place("write", {"note": "x"}))["1"])
    assert await place("inc") == {"2": "1"}
    assert set(await place("show", {"words": "q"})) == {"0"}
    assert "y" in str((await place("write", {"note": "y"}))["1"])
    assert await place("inc") == {"2": "2"}


@pytest.mark.parametrize("kind", BUSY)
async def test_what_is_evaluated_always_is_kept_unless_it_also_shows_something_new(browser, kind):
    """As in Phoenix: that has nothing left to show."""
    view = await browser.open(f"/busy/?kind={kind}")
    for count in ("1", "2"):
        diff = (await view.event("inc"))["diff"]
        assert diff.pop("2", "") in ("", {"k": {"kc": 0}})
        assert diff == {"1": count}


async def test_the_first_html_shows_it(browser):
    assert (await browser.get("/lines/")).inner == "<i>a</i><i>b</i><p>0</p>"
