"""Every `phx-*` binding once."""

from __future__ import annotations

from django.urls import path

from django_phoenix.live_view import LiveView, event
from django_phoenix.params import Params


class KeysLive(LiveView):
    """Clicks, keys and focus: says the last event and what came with it."""

    layout = "base.html"
    template = """
    <p id="said" data-count="{{ count }}">{{ said }}</p>
    <button id="click" phx-click="click" phx-value-id="7" phx-value-by-hand="yes" value="v">Click</button>
    <a id="link" href="#" phx-click="link">Link</a>
    <div id="menu" phx-click-away="away">Menu</div>
    <input id="keys" aria-label="Keys"
           phx-keydown="down" phx-keyup="up" phx-key="ArrowUp" phx-value-of="keys">
    <input id="any" aria-label="Any" phx-keyup="any">
    <input id="focus" aria-label="Focus" phx-focus="focus" phx-blur="blur" phx-value-a="1" value="text">
    <div phx-window-keydown="window-down" phx-key="F2"></div>
    <div phx-window-keyup="window-up" phx-key="F4"></div>
    <div phx-window-focus="window-focus" phx-window-blur="window-blur"></div>
    """

    class Assigns:
        said: str = ""
        count: int = 0

    def handle_event(self, event: str, params: Params) -> None:
        values = " ".join(f"{name}={value}" for name, value in sorted(params.items()))
        self.assigns.said = f"{event} {values}".strip()
        self.assigns.count += 1


class RatesLive(LiveView):
    """Debounced, throttled and disabled elements."""

    layout = "base.html"
    template = """
    <p id="changes">{{ changes|join:"," }}</p>
    <p id="clicks">{{ clicks }}</p>
    <p id="saved">{{ saved }}</p>
    <form id="slow" phx-change="change" phx-submit="save">
      <input id="wait" name="wait" aria-label="Wait" phx-debounce="300">
      <input id="leave" name="leave" aria-label="Leave" phx-debounce="blur">
      <input id="now" name="now" aria-label="Now">
      <button id="save" phx-disable-with="Saving…">Save</button>
    </form>
    <button id="often" phx-click="click" phx-throttle="60000">Often</button>
    """

    class Assigns:
        changes: tuple[str, ...] = ()
        clicks: int = 0
        saved: int = 0

    @event
    def change(self, params: Params) -> None:
        target = params["_target"][0]
        self.assigns.changes += (f"{target} {params[target]}",)

    @event
    def click(self) -> None:
        self.assigns.clicks += 1

    @event
    def save(self) -> None:
        self.assigns.saved += 1


class LifeLive(LiveView):
    """Commands at the beginnings and ends of elements and connections."""

    layout = "base.html"
    template = """{% load phoenix %}
    <p id="state" phx-connected="{% js set_attribute "data-state" "on" %}"
       phx-disconnected="{% js set_attribute "data-state" "off" %}"></p>
    <output id="seen">{{ seen }}</output>
    <button id="toggle" phx-click="toggle">Toggle</button>
    {% if shown %}
    <div id="box" phx-mounted="{% js push "seen" then add_class "new" %}"
         phx-remove="{% js set_attribute "data-left" "yes" to="#state" then hide time=50 %}">
      Box
    </div>
    {% endif %}
    """

    class Assigns:
        shown: bool = False
        seen: int = 0

    @event
    def toggle(self) -> None:
        self.assigns.shown = not self.assigns.shown

    @event("seen")
    def see(self) -> None:
        self.assigns.seen += 1


urlpatterns = [
    path("keys/", KeysLive.as_view(), name="keys"),
    path("rates/", RatesLive.as_view(), name="rates"),
    path("life/", LifeLive.as_view(), name="life"),
]
