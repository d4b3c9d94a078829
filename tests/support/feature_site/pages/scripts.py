"""Hooks, scripts and styles that stand in templates; portals; wrapped focus."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path

from django_phoenix.component import component
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event
from django_phoenix.params import Params
from testproject.pages.middleware import POLICY

LOAD = "{% load phoenix component_tags %}"


@component(
    "scripts.clock",
    template="""
    {% colocated_css scoped %}<style>b { color: rgb(0, 128, 0) }</style>{% endcolocated_css %}
    {% colocated_hook ".Tick" %}
      export default { mounted() { this.el.textContent = "ticks" } }
    {% endcolocated_hook %}
    <p><b id="{{ id }}" phx-hook=".Tick" phx-update="ignore"></b> {{ id }}</p>
    """,
)
def clock(id: str) -> None:
    """A function component with a hook and a style of its own.

    id: of the element
    """


class Dice(LiveComponent):
    """A live component whose hook asks it for a reply."""

    template = """{% load phoenix %}<div>
      <button id="dice" phx-hook=".Dice" phx-target="{{ myself }}">{{ sides }}</button>
      {% colocated_hook ".Dice" %}
      <script>
        export default {
          mounted() {
            this.el.addEventListener("click", async () => {
              const [answer] = await this.pushEventTo(this.el, "roll", {more: 2})
              this.el.title = answer.value.reply.sides
            })
          },
        }
      </script>
      {% endcolocated_hook %}
    </div>"""

    class Assigns:
        sides: int = 4

    @event
    def roll(self, more: int) -> dict[str, int]:
        self.assigns.sides += more
        return {"sides": self.assigns.sides}


class ScriptsLive(LiveView):
    """Each kind of code beside its markup."""

    layout = "base.html"
    template = (
        LOAD
        + """
    {% colocated_css %}<style>#styled { border: 1px solid rgb(1, 2, 3) }</style>{% endcolocated_css %}
    {% colocated_css scoped %}<style>b { color: rgb(200, 0, 0) }</style>{% endcolocated_css %}
    <section id="styled" class="{% if points %}has{% endif %}">
      <b id="own">Ours</b>
      {% component "scripts.clock" id="tick" / %}
      <a id="chart" phx-hook=".Chart" phx-update="ignore" data-answer="{{ answer }}">no points</a>
      <button id="draw" phx-click="draw">Draw</button>
      {% include "scripts/phone.html" with id="phone" label="Phone" %}
      {% live_component "tests.support.feature_site.pages.scripts.Dice" id="dice" %}
      <x-gauge id="gauge" value="{{ points }}"></x-gauge>
    </section>
    {% colocated_hook ".Chart" %}
    <script>
      export default {
        mounted() {
          this.handleEvent("points", ({points}) => {
            this.el.textContent = points.join(" ")
            this.pushEvent("drawn", {count: points.length}, ({thanks}) => { this.el.title = thanks })
          })
        },
        updated() { this.el.dataset.seen = this.el.dataset.answer },
      }
    </script>
    {% endcolocated_hook %}
    {% colocated_js "Gauge" key="elements" %}
    <script>
      export default class Gauge extends HTMLElement {
        connectedCallback() { this.textContent = `gauge ${this.getAttribute("value")}` }
      }
    </script>
    {% endcolocated_js %}
    {% colocated_js "limits" %}export default {most: 9}{% endcolocated_js %}
    {% colocated_js %}document.documentElement.dataset.colocated = "ran"{% endcolocated_js %}
    """
    )

    class Assigns:
        points: int = 0
        answer: str = ""

    @event
    def draw(self) -> None:
        self.assigns.points += 3
        self.push_event("points", {"points": [1, 2, 3]})

    @event
    def drawn(self, count: int) -> dict[str, str]:
        self.assigns.answer = f"{count} drawn"
        return {"thanks": "thank you"}


class RuntimeLive(LiveView):
    """Hooks whose scripts the page runs itself: one there at once, one that comes later."""

    layout = "base.html"
    template = """{% load phoenix %}
    {% colocated_hook ".Now" runtime %}
    <script>{ mounted() { this.el.textContent = "runs" } }</script>
    {% endcolocated_hook %}
    <b id="now" phx-hook=".Now" phx-update="ignore"></b>
    <button id="more" phx-click="more">More</button>
    {% if later %}
      {% colocated_hook ".Later" runtime %}
      <script>export default { mounted() { this.el.textContent = "runs too" } };</script>
      {% endcolocated_hook %}
      <b id="later" phx-hook=".Later" phx-update="ignore"></b>
    {% endif %}
    """

    class Assigns:
        later: bool = False

    @event
    def more(self) -> None:
        self.assigns.later = True


class OptionsLive(LiveView):
    """What a site's own script gives the client: hooks, params, dom callbacks, metadata."""

    layout = "scripts/options.html"
    template = """
    <p id="zone">{{ zone }}</p>
    <button id="where" phx-click="where">{{ where }}</button>
    <i id="plain" phx-hook="Plain" phx-update="ignore"></i>
    <em id="kept" class="{{ where }}"></em>
    """

    class Assigns:
        zone: str = "-"
        where: str = "-"

    def mount(self, params: Params, session: Any) -> None:
        if self.connected:
            self.assigns.zone = self.connect_params.get("zone", "?")

    @event
    def where(self, params: Params) -> None:
        self.assigns.where = f"{params['shift']} {params['detail']}"


class NoncePolicy:
    """A middleware: pages below /scripts/runtime/ run only scripts that carry the page's nonce."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/scripts/runtime/"):
            return self.get_response(request)
        nonce = request.csp_nonce = token_urlsafe(12)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = f"{POLICY}; script-src 'nonce-{nonce}'"
        return response


urlpatterns = [
    path("", ScriptsLive.as_view(), name="scripts"),
    path("runtime/", RuntimeLive.as_view(), name="runtime_hooks"),
    path("options/", OptionsLive.as_view(), name="options"),
]
