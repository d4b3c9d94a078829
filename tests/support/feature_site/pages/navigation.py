"""Pages that lead to one another in every way there is, and what they say on the way."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView

from django_phoenix.live_view import LiveView, event, live_session

FRAME = """
{% load phoenix %}
<ul id="messages">{% for message in messages %}
  <li class="{{ message.tags }}">{{ message }}
    <button phx-click="lv:clear-flash" phx-value-key="{{ message.key }}">Close</button></li>{% endfor %}</ul>
"""
PLAIN = """{% load phoenix %}<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Plain</title>{% live_head %}</head><body>
<h1>Plain {{ told }}</h1>
<ul id="messages">{% for message in messages %}<li>{{ message }}</li>{% endfor %}</ul>
<a id="post" {% live_post "told" %}>Tell it</a>
</body></html>"""


class Framed(LiveView):
    layout = "base.html"


class ListLive(Framed):
    template = (
        FRAME
        + """
<h1>List {{ page }} {{ action }}</h1>
<nav>
  <a id="next" {% live_patch "list" page=next %}>Next page</a>
  <a id="compact" {% live_patch "compact" %}>Compact</a>
  <a id="moved" {% live_patch "list" page=99 %}>Moved</a>
  <a id="missing" {% live_navigate "item" pk=404 %}>Missing</a>
  <a id="forbidden" {% live_navigate "item" pk=403 %}>Forbidden</a>
  <a id="plain" href="/navigation/plain/" data-phx-link="redirect" data-phx-link-state="push">Plain</a>
  <a id="old" {% live_navigate "/navigation/old/" %}>Old</a>
  <a id="staff" {% live_navigate "/navigation/staff/" %}>Staff</a>
  <button id="say" phx-click="say">Say</button>
  <button id="leave" phx-click="leave" phx-value-to="/navigation/item/5/">Go</button>
  <button id="cross" phx-click="leave" phx-value-to="/navigation/staff/">Go</button>
  <button id="out" phx-click="leave" phx-value-to="/navigation/plain/" phx-value-how="redirect">Go</button>
  <button id="circle" phx-click="leave" phx-value-to="/navigation/ping/">Go</button>
  <button id="asked" data-confirm="Really?" phx-click="say">Say</button>
  <a id="post" {% live_post "told" %}>Tell it</a>
</nav>
<ol>{% for n in numbers %}
  <li><a id="item-{{ n }}" {% live_navigate "item" pk=n %}>Item {{ n }}</a></li>{% endfor %}
</ol>
<p id="tracked">{{ tracked }}</p>"""
    )
    container = ("div", {"class": "list"})

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.assigns.tracked = len(self.connect_params.get("_track_static", ()))

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        page = params.get("page", 1)
        if page == 99:
            self.put_flash("info", "It has moved")
            self.push_navigate("item", pk=9)
        self.assign(page=page, next=page + 1, page_title=f"List {page}", action=self.live_action)
        self.assign(numbers=list(range(page * 100, page * 100 + 100)))

    @event
    def say(self) -> None:
        self.put_flash("success", "Saved & done")

    @event
    def leave(self, to: str, how: str = "push_navigate") -> None:
        self.put_flash("success", "Saved & done")
        getattr(self, how)(to)


class ItemLive(Framed):
    template = FRAME + '<h1>Item {{ pk }}</h1><a id="back" {% live_navigate "list" page=1 %}>All</a>'
    container = ("div", {"class": "item", "data-kind": "one"})

    def mount(self, params: dict[str, Any], session: Any) -> None:
        if params["pk"] == 404:
            raise Http404
        if params["pk"] == 403:
            raise PermissionDenied
        self.assign(pk=params["pk"], page_title=f"Item {params['pk']}")


class StaffLive(Framed):
    template = FRAME + '<h1>Staff</h1><a id="back" {% live_navigate "list" page=1 %}>All</a>'


class PingLive(Framed):
    """Leads to the other as soon as it lives, and that one back."""

    template = "<h1>Ping</h1>"
    other: ClassVar[str] = "/navigation/pong/"

    def mount(self, params: dict[str, Any], session: Any) -> None:
        if self.connected:
            self.push_navigate(self.other)


class PongLive(PingLive):
    template = "<h1>Pong</h1>"
    other = "/navigation/ping/"


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PLAIN).render({}, request))


@require_POST
def told(request: HttpRequest) -> HttpResponse:
    source = engines["django"].from_string(PLAIN)
    return HttpResponse(source.render({"told": f"told by {request.method}"}, request))


urlpatterns = [
    path("", ListLive.as_view(live_action="index")),
    path("page/<int:page>/", ListLive.as_view(live_action="index"), name="list"),
    path("compact/", ListLive.as_view(live_action="compact"), name="compact"),
    path("item/<int:pk>/", ItemLive.as_view(), name="item"),
    path("ping/", PingLive.as_view()),
    path("pong/", PongLive.as_view()),
    path("plain/", plain),
    path("old/", RedirectView.as_view(url="/navigation/plain/")),
    path("told/", told, name="told"),
    path("", include(live_session("navigation-staff", [path("staff/", StaffLive.as_view())]))),
]
