"""Values that come later, hooks, temporary assigns, and failures on the way."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from django.urls import path

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import HALT, Exit, Halt, LiveView, event


async def fetch(value: str, seconds: float = 0.1) -> Any:
    await asyncio.sleep(seconds)
    return Exit("Nothing found") if value == "none" else value.title()


async def fetch_rows(start: int) -> list[dict[str, int]]:
    await asyncio.sleep(0.05)
    return [{"id": start + n} for n in range(3)]


class Card(LiveComponent):
    """Loads by itself."""

    template = """{% load phoenix %}
    <section id="card">
      {% async_result detail as text %}<b>{{ text }}</b>{% loading %}<i>Loading…</i>{% endasync_result %}
      <button id="reload" phx-click="reload" phx-target="{{ myself }}">Again</button>
    </section>"""

    def update(self, **assigns: Any) -> None:
        self.assign_async("detail", fetch, "detail")

    @event
    def reload(self) -> None:
        self.assign_async("detail", fetch, "once more", reset=True)


class LaterLive(LiveView):
    """Shows at once, and more when it is there."""

    layout = "base.html"
    template = """{% load phoenix %}
    <h1>Later</h1>
    <div id="name">
      {% async_result name as shown %}<b>{{ shown }}</b>{% if name.loading %} <i>…</i>{% endif %}
      {% loading %}<i>Loading…</i>
      {% failed as why %}<u>{{ why }}</u>{% endasync_result %}
    </div>
    <button id="load" phx-click="load" phx-value-name="grace hopper">Load</button>
    <button id="miss" phx-click="load" phx-value-name="none">Miss</button>
    <button id="hang" phx-click="hang">Hang</button>
    <button id="cancel" phx-click="cancel">Cancel</button>
    <p id="rows-state">{% async_result rows %}ready{% loading %}loading{% endasync_result %}</p>
    <ul id="rows" phx-update="stream">
      {% for id, row in streams.rows %}<li id="{{ id }}">{{ row.id }}</li>{% endfor %}
    </ul>
    <button id="more" phx-click="more">More</button>
    {% live_component "tests.support.feature_site.pages.life.Card" id="card" %}
    """

    def mount(self, params: Any, session: Any) -> None:
        self.last = 0
        self.assign_async("name", fetch, "ada lovelace")
        self.more()

    @event
    def load(self, name: str) -> None:
        self.assign_async("name", fetch, name, reset=True)

    @event
    def hang(self) -> None:
        self.assign_async("name", fetch, "never", 600)

    @event
    def cancel(self) -> None:
        self.cancel_async(self.assigns.name, "Stopped")

    @event
    def more(self) -> None:
        self.stream_async("rows", fetch_rows, self.last + 1)
        self.last += 3


def count_clicks(view: Any, event: str, params: Any) -> None:
    view.assigns.clicks += 1


class HooksLive(LiveView):
    """Two hooks see each event; one takes some of them away, and can be taken off itself."""

    layout = "base.html"
    template = """
    <p id="clicks">{{ clicks }}</p>
    <p id="sorted">{{ names|join:" " }}</p>
    <p id="said">{{ said }}</p>
    <button id="sort" phx-click="sort">Sort</button>
    <button id="say" phx-click="say">Say</button>
    <button id="off" phx-click="off">No more sorting</button>
    """

    class Assigns:
        clicks: int = 0
        said: int = 0
        names: tuple[str, ...] = ("c", "a", "b")

    def mount(self, params: Any, session: Any) -> None:
        self.attach_hook("count", "handle_event", count_clicks)
        self.attach_hook("sorting", "handle_event", self.sorting)

    def sorting(self, event: str, params: Any) -> Halt | None:
        if event != "sort":
            return None
        self.assigns.names = tuple(sorted(self.assigns.names, reverse=self.assigns.names[0] == "a"))
        return HALT

    @event
    def sort(self) -> None:
        self.assigns.names = ("unsorted",)

    @event
    def say(self) -> None:
        self.assigns.said += 1

    @event
    def off(self) -> None:
        self.detach_hook("sorting", "handle_event")


class TemporaryLive(LiveView):
    """A report that the server forgets as soon as it has been sent."""

    layout = "base.html"
    template = """
    <ol id="report">{% for line in lines %}<li>{{ line }}</li>{% endfor %}</ol>
    <p id="held">{{ held }}</p>
    <button id="ask" phx-click="ask">Ask</button>
    <button id="renew" phx-click="renew">Renew</button>
    """
    temporary_assigns: ClassVar[dict[str, Any]] = {"lines": []}

    class Assigns:
        held: str = "?"

    def mount(self, params: Any, session: Any) -> None:
        self.assigns.lines = ["one", "two"]

    @event
    def ask(self) -> None:
        self.assigns.held = f"{len(self.assigns.lines)} held"

    @event
    def renew(self) -> None:
        self.assigns.lines = ["three"]


class LoopLive(LiveView):
    """A URL that leads to the next one, without end."""

    layout = "base.html"
    template = '<p id="page">{{ page }}</p><button id="go" phx-click="go">Go</button>'

    def handle_params(self, params: Any, uri: str) -> None:
        self.assigns.page = int(params.get("page", 0))
        if 0 < self.assigns.page < 25:
            self.push_patch(f"?page={self.assigns.page + 1}")

    @event
    def go(self) -> None:
        self.push_patch("?page=1")


urlpatterns = [
    path("later/", LaterLive.as_view(), name="later"),
    path("hooks/", HooksLive.as_view(), name="hooks"),
    path("temporary/", TemporaryLive.as_view(), name="temporary"),
    path("loop/", LoopLive.as_view(), name="loop"),
]
