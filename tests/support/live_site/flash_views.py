"""Live views that have something to say."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils.safestring import mark_safe

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event

LIST = '{% for message in messages %}<li class="{{ message.tags }}">{{ message }}</li>{% endfor %}'


class SayerComponent(LiveComponent):
    template = "<p>{{ flash.info }}</p>"

    @event
    def say(self, text: str) -> None:
        self.put_flash("info", text)

    def update(self, **assigns: Any) -> None:
        if "announced" in assigns:
            self.view.put_flash("success", assigns["announced"])

    @event
    def announce(self, text: str) -> None:
        self.view.put_flash("success", text)
        messages.error(self.request, "beside")

    @event
    def say_and_go(self, text: str, to: str, how: str) -> None:
        self.put_flash("info", text)
        getattr(self, how)(to)


class FlashLive(LiveView):
    template = (
        "{% load phoenix %}<i>{{ flash.info }}</i><b>{{ flash.error }}</b><ul>" + LIST + "</ul>"
        '{% live_component "tests.support.live_site.flash_views.SayerComponent" id=1 %}'
    )

    def mount(self, params: dict[str, Any], session: Any) -> None:
        if "mounted" in params:
            self.put_flash("info", params["mounted"])
        if "message" in params:
            messages.success(self.request, params["message"])
        if params.get("leave") == ("socket" if self.connected else "get"):
            self.put_flash("warning", "left")
            getattr(self, params.get("how", "redirect"))(params.get("to", "/flash/"))

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        if "canonical" in params:
            self.push_patch("/flash/?page=1", replace=True)
        if "away" in params:
            self.put_flash("info", "not here")
            self.push_navigate("/flash/other/")

    @event
    def say(self, text: str, kind: str = "info") -> None:
        self.put_flash(kind, text)

    @event
    async def unsay(self, kind: str | None = None) -> None:
        self.clear_flash(kind)

    @event
    def message(self, text: str, safe: bool = False) -> None:
        messages.add_message(self.request, messages.WARNING, mark_safe(text) if safe else text, "loud")

    @event
    def debug(self) -> None:
        messages.debug(self.request, "quiet")

    @event
    def heard(self) -> dict[str, Any]:
        return {"texts": [str(each) for each in messages.get_messages(self.request)]}

    @event
    def go(self, to: str, how: str, text: str = "") -> None:
        if text:
            self.put_flash("info", text)
        getattr(self, how)(to)

    @event
    def tell_component(self, text: str) -> None:
        self.send_update(SayerComponent, id=1, announced=text)

    @event
    def later(self, text: str, to: str = "") -> None:
        self.send_after(0, (text, to))

    def handle_info(self, message: Any) -> None:
        text, to = message
        self.put_flash("info", text)
        if to:
            self.push_navigate(to)


class InnerLive(LiveView):
    template = "<ol>" + LIST + "</ol>"


class OuterLive(LiveView):
    template = (
        "{% load phoenix %}{% live_render 'tests.support.live_site.flash_views.InnerLive' id='inner' %}"
        "<ul>" + LIST + "</ul>"
    )


class OtherFlashLive(FlashLive):
    """Another class."""


class SilentLive(LiveView):
    """Shows nothing of it."""

    template = "<p>silent</p>"


class PingLive(LiveView):
    """Leads to the other one as soon as it is joined, so many times."""

    template = "<p>here</p>"
    bounces: ClassVar[list[int]] = [0]

    def mount(self, params: dict[str, Any], session: Any) -> None:
        if self.connected and self.bounces[0] > 0:
            self.bounces[0] -= 1
            self.push_navigate("/flash/ping/")


def shows_messages(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(LIST).render({}, request))


def adds_message(request: HttpRequest) -> HttpResponse:
    messages.success(request, request.GET["text"], extra_tags="loud")
    return HttpResponse("added")
