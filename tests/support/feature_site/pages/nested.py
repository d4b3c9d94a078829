"""Views in views, a radio that plays on while its page changes, and views of an ordinary page."""

from __future__ import annotations

import io
import math
import threading
import wave
from functools import cache
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from django_phoenix.live_view import LiveView, event
from django_phoenix.routing import live_session

HERE = __name__


class ChildLive(LiveView):
    template = """
        <p class="text">{{ name }} {{ count }}</p>
        <form phx-change="typed"><input name="text" aria-label="{{ name }}"></form>
        <button class="inc" phx-click="inc">+1</button>
        <button class="tell" phx-click="tell">Tell</button>
        <button class="patch" phx-click="patch">Patch</button>
        <button class="away" phx-click="away">Away</button>
        <button class="crash" phx-click="crash">Crash</button>"""

    class Assigns:
        count: int = 0
        name: str = ""

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.assigns.name = session["name"]

    @event
    def inc(self) -> None:
        self.assigns.count += 1

    @event
    def typed(self, text: str) -> None:
        pass

    @event
    def tell(self) -> None:
        self.send_parent(f"{self.assigns.name} says {self.assigns.count}")

    @event
    def patch(self) -> None:
        self.push_patch(f"?from={self.assigns.name}")

    @event
    def away(self) -> None:
        self.push_navigate("nested-one")

    @event
    def crash(self) -> None:
        raise RuntimeError("a child crashes")


class ParentLive(LiveView):
    layout = "base.html"
    template = f"""{{% load phoenix %}}
        <h1>{{{{ heard }}}}</h1><p id="from">{{{{ from }}}}</p>
        <button id="more" phx-click="more">More</button> <button id="less" phx-click="less">Less</button>
        {{% for name in names %}}
          {{% live_render "{HERE}.ChildLive" id=name name=name container="section" %}}
        {{% endfor %}}"""

    class Assigns:
        heard: str = "nothing"

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.assigns.names = ["left", "right"]

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign({"from": params.get("from", "")})

    def handle_info(self, message: str) -> None:
        self.assigns.heard = message

    @event
    def more(self) -> None:
        self.assigns.names.append("third")

    @event
    def less(self) -> None:
        self.assigns.names.pop()


class ItemsLive(LiveView):
    """Its stream's items are views, and its child has a stream of the same name."""

    layout = "base.html"
    template = f"""{{% load phoenix %}}
        <button id="add" phx-click="add">Add</button> <button id="reset" phx-click="reset">Reset</button>
        <button id="remove" phx-click="remove">Remove</button>
        <div id="items" phx-update="stream">{{% for dom_id, item in streams.items %}}
          {{% live_render "{HERE}.ChildLive" id=dom_id name=item.name class="child" %}}{{% endfor %}}</div>
        {{% live_render "{HERE}.ListLive" id="list" %}}"""

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.stream("items", [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])

    @event
    def add(self) -> None:
        self.stream_insert("items", {"id": 3, "name": "c"}, at=0)

    @event
    def remove(self) -> None:
        self.stream_delete_by_dom_id("items", "items-1")

    @event
    def reset(self) -> None:
        self.stream("items", [{"id": 4, "name": "d"}], reset=True)


class ListLive(LiveView):
    template = """<ul id="list-items" phx-update="stream">{% for dom_id, item in streams.items %}
        <li id="list-{{ dom_id }}">{{ item.name }}</li>{% endfor %}</ul>"""

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.stream(
            "items", [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}], dom_id=lambda item: f"{item['id']}"
        )


class RadioLive(LiveView):
    """A sticky media player."""

    template = """
        <audio id="audio-{{ view.live_id }}" src="/nested/tone.wav" loop phx-update="ignore"></audio>
        <p class="station">{{ station }}</p>
        <button class="next" phx-click="next">Next station</button>
        <button class="go" phx-click="go">Go to two</button>"""

    class Assigns:
        station: int = 1

    @property
    def live_id(self) -> str:
        return self._live.id

    @event
    def next(self) -> None:
        self.assigns.station += 1

    @event
    def go(self) -> None:
        self.push_navigate("nested-two")


class OneLive(LiveView):
    template_name = "nested/one.html"


class TwoLive(LiveView):
    template_name = "nested/two.html"

    def handle_info(self, message: str) -> None:
        self.assigns.heard = message


class BareLive(LiveView):
    """A page without the radio."""

    layout = "base.html"
    template = '{% load phoenix %}<h1>Bare</h1><a id="to-one" {% live_navigate "nested-one" %}>One</a>'


class SlowLive(LiveView):
    """Joins when it is let."""

    template = "<p>slow</p>"
    joining: ClassVar[threading.Event] = threading.Event()
    gate: ClassVar[threading.Event] = threading.Event()

    def mount(self, params: dict[str, Any], session: Any) -> None:
        if self.connected:
            self.joining.set()
            self.gate.wait(20)


class SlowPageLive(LiveView):
    template_name = "nested/slow.html"


class AroundLive(LiveView):
    template = '{% load phoenix %}<h1>Around one</h1><a id="go" {% live_navigate "around-two" %}>Two</a>'


class AroundTwoLive(LiveView):
    template = '{% load phoenix %}<h1>Around two</h1><a id="go" {% live_navigate "around-one" %}>One</a>'


ORDINARY = f"""{{% load phoenix %}}<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Ordinary</title>{{% live_head %}}</head>
<body><h1>An ordinary page</h1>
{{% live_render "{HERE}.ChildLive" id="first" name="first" class="child" %}}
{{% live_render "{HERE}.RadioLive" id="second" %}}</body></html>"""


def ordinary(request: HttpRequest) -> HttpResponse:
    """With ``?spoilt`` its tokens are none."""
    html = engines["django"].from_string(ORDINARY).render({}, request)
    return HttpResponse(html.replace('-session="', '-session="x') if "spoilt" in request.GET else html)


def joining(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200 if SlowLive.joining.wait(10) else 500)


def open_gate(request: HttpRequest) -> HttpResponse:
    SlowLive.gate.set()
    return HttpResponse("open")


@cache
def tone() -> bytes:
    """One second of a low tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, 8000, 8000, "NONE", ""))
        sound.writeframes(bytes(128 + int(8 * math.sin(n * 220 * math.tau / 8000)) for n in range(8000)))
    return file.getvalue()


def tone_file(request: HttpRequest) -> HttpResponse:
    return HttpResponse(tone(), content_type="audio/wav")


AROUND = live_session(
    "around",
    [
        path("around/", AroundLive.as_view(), name="around-one"),
        path("around/two/", AroundTwoLive.as_view(), name="around-two"),
    ],
    layout="nested/around.html",
)

urlpatterns = [
    path("", ParentLive.as_view()),
    path("items/", ItemsLive.as_view()),
    path("one/", OneLive.as_view(), name="nested-one"),
    path("two/", TwoLive.as_view(), name="nested-two"),
    path("bare/", BareLive.as_view(), name="nested-bare"),
    path("slow/", SlowPageLive.as_view(), name="nested-slow"),
    path("", include(AROUND)),
    path("ordinary/", ordinary),
    path("joining/", joining),
    path("open-gate/", open_gate),
    path("tone.wav", tone_file),
]
