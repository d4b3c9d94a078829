"""Portals with all that may stand in them, and focus that stays within an element."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import path
from django_components import Component, register

from django_phoenix.component import Slot, component
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event
from django_phoenix.params import Params


@component("portals.panel", template='<section class="panel">{% slot "body" default / %}</section>')
def panel(body: Slot) -> None:
    """A box around anything.

    body: what it shows
    """


class Vote(LiveComponent):
    """Counts its own clicks, wherever the page shows its button."""

    template = """{% load phoenix %}<div id="vote-{{ id }}">
      <output id="votes-{{ id }}">{{ votes }}</output>
      {% portal id="vote-portal" target="#overlays" %}
        <button id="up-{{ id }}" phx-click="up" phx-target="{{ myself }}">{{ votes }} up</button>
        <button id="near-{{ id }}" phx-click="up" phx-target="#up-{{ id }}">near</button>
      {% endportal %}
    </div>"""

    class Assigns:
        votes: int = 0

    @event
    def up(self) -> None:
        self.assigns.votes += 1


class Tally(LiveComponent):
    """A component without a portal."""

    template = """<div id="tally-{{ id }}">
      <button id="add-{{ id }}" phx-click="add" phx-target="{{ myself }}">{{ count }}</button>
    </div>"""

    class Assigns:
        count: int = 0

    @event
    def add(self) -> None:
        self.assigns.count += 1


@component(
    "portals.frame",
    template="""
    <article>
      {% component "portals.panel" %}{% slot "body" default / %}{% endcomponent %}
    </article>""",
)
def frame(body: Slot) -> None:
    """A box around a box: passes its slot on inside of another one.

    body: what it shows
    """


@register("portals.lamp")
class Lamp(Component):
    """A component of django-components with a script."""

    template = '<i id="lamp-{{ name }}" phx-update="ignore"></i>'
    js = "$onComponent((data, {els}) => { els[0].textContent = `lit ${els.length}` })"

    class Kwargs(NamedTuple):
        name: str

    def get_template_data(self, args: Any, kwargs: Kwargs, slots: Any, context: Any) -> dict[str, Any]:
        return {"name": kwargs.name}


class EchoLive(LiveView):
    """A child view."""

    template = '<output>{{ said }}</output><button phx-click="say" phx-value-what="{{ said }}!">Say</button>'

    class Assigns:
        said: str = "hi"

    @event
    def say(self, what: str) -> None:
        self.assigns.said = what


class SlotsLive(LiveView):
    """Portals, live components and child views in slots that are passed on inside of others."""

    layout = "scripts/overlays.html"
    template = """{% load phoenix component_tags %}
    <button id="more" phx-click="more">{{ count }}</button>
    {% component "portals.frame" %}
      <p id="plain">{{ count }}</p>
      {% live_render "tests.support.feature_site.pages.portals.EchoLive" id="slot-echo" %}
      {% live_component "tests.support.feature_site.pages.portals.Vote" id="s" / %}
      {% portal id="from-slot" target="#deeper" %}
        <b id="far">{{ count }}</b> {% component "portals.lamp" name="far" / %}
        {% live_component "tests.support.feature_site.pages.portals.Tally" id="t" / %}
      {% endportal %}
    {% endcomponent %}
    {% component "portals.lamp" name="near" / %}
    """

    class Assigns:
        count: int = 0

    @event
    def more(self) -> None:
        self.assigns.count += 1


class PortalsLive(LiveView):
    """A form with a portal: in it stand another form, a stream, a component, a view and one more portal."""

    layout = "scripts/overlays.html"
    template = """{% load phoenix component_tags %}
    <p id="said">{{ outer }}|{{ inner }}</p>
    <form id="outer" phx-change="outer">
      <input id="outer-name" name="name" value="{{ outer }}" aria-label="Outer">
      {% if is_open %}
      {% portal id="box" target="#overlays" container="section" class="box" %}
        <h2 id="heading">{{ inner }}</h2>
        <form id="inner" phx-change="inner" phx-submit="saved">
          <input id="inner-name" name="name" value="{{ inner }}" aria-label="Inner">
          <button id="save">Save</button>
        </form>
        <ul id="rows" phx-update="stream">
          {% for dom_id, row in streams.rows %}<li id="{{ dom_id }}">{{ row.text }}</li>{% endfor %}
        </ul>
        <button id="reset" phx-click="reset" type="button">Reset</button>
        {% component "portals.panel" %}
          {% portal id="nested" target="#deeper" %}<b id="deep" phx-click="deep">{{ deep }}</b>{% endportal %}
        {% endcomponent %}
        {% live_render "tests.support.feature_site.pages.portals.EchoLive" id="echo" %}
      {% endportal %}
      {% endif %}
    </form>
    {% live_component "tests.support.feature_site.pages.portals.Vote" id="v" %}
    <button id="toggle" phx-click="toggle">Toggle</button>
    """

    class Assigns:
        outer: str = ""
        inner: str = ""
        deep: int = 0
        is_open: bool = True

    def mount(self, params: Params, session: Any) -> None:
        self.stream("rows", [{"id": 1, "text": "one"}, {"id": 2, "text": "two"}])

    @event("outer")
    def change_outer(self, name: str) -> None:
        self.assigns.outer = name

    @event("inner")
    def change_inner(self, name: str) -> None:
        self.assigns.inner = name

    @event
    def saved(self, params: Params) -> None:
        self.assigns.inner = f"saved {params['name']}"

    @event
    def reset(self) -> None:
        self.stream("rows", [{"id": 3, "text": "three"}, {"id": 2, "text": "two again"}], reset=True)

    @event("deep")
    def go_deep(self) -> None:
        self.assigns.deep += 1

    @event
    def toggle(self) -> None:
        self.assigns.is_open = not self.assigns.is_open
        if self.assigns.is_open:
            self.stream("rows", [{"id": 4, "text": "four"}], reset=True)


class FocusLive(LiveView):
    """A dialog that Tab does not leave, opened and closed by the server."""

    layout = "base.html"
    template = """{% load phoenix %}
    <button id="before" phx-click="{% js push_focus then push "open" %}">Open</button>
    {% if is_open %}
    {% js pop_focus as back %}
    {% focus_wrap id="dialog" role="dialog" phx-remove=back phx-window-keydown="close" phx-key="escape" %}
      <button id="first">First {{ clicks }}</button> <a href="#" id="link" phx-click="more">More</a>
      <button id="last" phx-click="close">Last</button>
    {% endfocus_wrap %}
    {% endif %}
    <button id="after">After</button>
    """

    class Assigns:
        is_open: bool = False
        clicks: int = 0

    @event("open")
    def show(self) -> None:
        self.assigns.is_open = True

    @event
    def close(self) -> None:
        self.assigns.is_open = False

    @event
    def more(self) -> None:
        self.assigns.clicks += 1


urlpatterns = [
    path("", PortalsLive.as_view(), name="portals"),
    path("slots/", SlotsLive.as_view(), name="slots"),
    path("focus/", FocusLive.as_view(), name="focus"),
]
