"""Live views that a test kit has to get along with, and their URLs."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from django import forms
from django.contrib.messages import get_messages
from django.http import Http404, HttpResponse
from django.urls import include, path

from django_phoenix.js import JS
from django_phoenix.live_view import LiveView, Params, event
from django_phoenix.params import Params as FormParams
from django_phoenix.routing import live_session


class HomeLive(LiveView):
    layout = "base.html"
    template = """{% load phoenix %}
      <p id="n">{{ n }}</p>
      <button id="inc" phx-click="inc" phx-value-by="2"><b>+</b></button>
      <button id="off" phx-click="inc" disabled>off</button>
      <fieldset disabled><button id="in-fieldset" phx-click="inc">off</button></fieldset>
      <button id="show" phx-click="{{ show }}">show</button>
      <button id="both" phx-click="{{ both }}">both</button>
      <i id="dead">nothing</i>
      <a {% live_patch "?page=2" %}>Page 2</a>
      <i id="page-3" phx-click="{% js patch "?page=3" %}">Page 3</i>
      <a {% live_navigate "/other/" %}>Other</a>
      <a {% live_navigate "/staff/" %}>Staff</a>
      <a href="/plain/">Plain</a>
      <a {% live_post "/posted/" %}>Post</a>
      <input id="keys" phx-keydown="key" phx-key="Enter" value="x">
      <div phx-window-keyup="key"></div>
      <div id="menu" phx-click-away="away" phx-focus="seen" phx-blur="seen"></div>
      <div id="hooked" phx-hook="Chart"></div>
      <ul id="list" phx-viewport-bottom="more"><li id="one">1</li><li id="two">2</li></ul>
      <p id="said">{{ said }}</p>"""

    class Assigns:
        n: int = 0
        said: str = ""

    def mount(self, params, session):
        self.assigns.show = JS().show(to="#dead")
        self.assigns.both = (
            JS().hide(to="#dead").push("inc", value={"by": 3}).push("say", value={"text": "both"})
        )
        self.assigns.page_title = "Home"

    def handle_params(self, params, uri):
        if params.get("page"):
            self.assigns.page_title = f"Page {params['page']}"

    @event
    def inc(self, by: int = 1):
        self.assigns.n += by

    @event
    def say(self, text: str):
        self.assigns.said = text

    @event
    def key(self, key: str, value: str = "-"):
        self.assigns.said = f"{key} {value}"

    @event
    def away(self):
        self.assigns.said = "away"

    @event
    def seen(self, value: Params):
        self.assigns.said = "seen"

    @event
    def more(self, id: str):
        self.assigns.said = f"more after {id}"

    @event
    def chart(self, span: str):
        self.push_event("drawn", {"span": span})
        return {"points": [1, 2]}

    @event
    def go(self, to: str, how: str = "push_navigate"):
        self.put_flash("info", "off we go")
        getattr(self, how)(to)

    @event
    def abroad(self):
        self.redirect(external="https://example.com/x")

    @event
    def boom(self):
        raise ZeroDivisionError("a bug")

    @event
    def later(self, seconds: float):
        async def wait():
            await asyncio.sleep(seconds)
            return "waited"

        self.start_async("wait", wait)

    def handle_async(self, name, result):
        self.assigns.said = result.value


class OtherLive(LiveView):
    layout = "base.html"
    template = '<p id="other">{{ flash.info }}</p><a href="/">Home</a>'

    def mount(self, params, session):
        if params.get("bounce") and self.connected:
            self.redirect("/plain/")
        if params.get("gone") and self.connected:
            raise Http404
        if params.get("round"):
            self.push_navigate("/other/?round=1")
        self.assigns.page_title = "Other"


class Pick(forms.Form):
    name = forms.CharField()
    colour = forms.ChoiceField(choices=[("r", "Red"), ("g", "Green")])
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect)
    tags = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    many = forms.MultipleChoiceField(choices=[("x", "X"), ("y", "Y")], required=False)
    agree = forms.BooleanField()
    secret = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(widget=forms.Textarea, required=False)
    fixed = forms.CharField(required=False, widget=forms.TextInput(attrs={"readonly": True}))
    off = forms.CharField(required=False, disabled=True)


class PickLive(LiveView):
    template = """{{ patched }}
      <form id="pick" phx-change="validate" phx-submit="save" phx-value-step="1">
        {{ form }}<input name="user[mail]" value=""><button name="act" value="keep">Keep</button>
        <button id="drop" name="act" value="drop" disabled>Drop</button>
      </form>
      <input form="pick" name="outside" value="o">
      <form id="raw"><input name="q"></form>
      <form id="search" action="/plain/"><input name="q" value=""><button>Go</button></form>
      <form id="login" phx-submit="login" action="/posted/" method="post"
        {% if ready %} phx-trigger-action{% endif %}>
        <input name="who"></form>"""

    class Assigns:
        ready: bool = False
        patched: int = 0

    seen: ClassVar[list] = []

    def mount(self, params, session):
        self.seen.clear()
        self.assigns.form = Pick(initial={"secret": "s"})

    @event
    def patch_me(self):
        self.assigns.patched += 1

    @event
    def validate(self, data: FormParams):
        self.seen.append(("validate", data))

    @event
    def save(self, data: FormParams):
        self.seen.append(("save", data))

    @event
    def login(self, who: str):
        self.assigns.ready = True


class TwinsLive(LiveView):
    template = '<p id="same">1</p><p id="same">2</p><button phx-click="x">x</button>'


class PortalLive(LiveView):
    template = """{% load phoenix %}<div id="where"></div>
      {% if lost %}{% portal id="q" target="#nowhere" %}<p id="lost"></p>{% endportal %}{% endif %}
      {% portal id="p" target="#where" %}<div id="box"><button phx-click="inc">{{ n }}</button>
        {% portal id="inner" target="body" %}<i id="deep">{{ n }}</i>{% endportal %}</div>{% endportal %}
      <div id="kept" phx-update="ignore"><b>{{ n }}</b></div>"""

    class Assigns:
        n: int = 0
        lost: bool = False

    @event
    def inc(self):
        self.assigns.n += 1

    @event
    def lose(self):
        self.assigns.lost = True


class StaffLive(LiveView):
    template = "<p>staff</p>"


def posted(request):
    return HttpResponse(f"<p>{request.method} {request.POST.get('who', '')}</p>")


urlpatterns = [
    path("", HomeLive.as_view()),
    path("other/", OtherLive.as_view()),
    path("pick/", PickLive.as_view()),
    path("twins/", TwinsLive.as_view()),
    path("portal/", PortalLive.as_view()),
    path(
        "plain/", lambda request: HttpResponse(f"<title>Plain</title><p>plain {request.GET.urlencode()}</p>")
    ),
    path("posted/", posted),
    path("said/", lambda request: HttpResponse(", ".join(map(str, get_messages(request))))),
    path("", include(live_session("staff", [path("staff/", StaffLive.as_view())]))),
]
