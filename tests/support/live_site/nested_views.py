"""Views in views, sticky ones, and several in one ordinary page."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template import engines
from django.urls import path

from django_phoenix.component import Slot, component
from django_phoenix.guards import LoginRequired
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event

HERE = __name__


def tag(name: str, options: str) -> str:
    return f'{{% load phoenix %}}{{% live_render "{HERE}.{name}" {options} %}}'


class ChildLive(LiveView):
    """Counts, and tells its parent."""

    template = "<b>{{ name }} {{ count }}</b>"
    mounts: ClassVar[list[str]] = []
    ends: ClassVar[list[Any]] = []
    gate: ClassVar[threading.Event] = threading.Event()

    class Assigns:
        count: int = 0
        name: str = ""

    def mount(self, params, session):
        self.mounts.append(f"{session.get('name')} {'socket' if self.connected else 'get'}")
        self.assigns.name = session.get("name", "")
        self.assigns.topping = "none"
        if session.get("linked"):
            self.link_parent()
        if session.get("fails") == "socket" and self.connected:
            raise RuntimeError("child of no luck")

    def handle_info(self, message):
        self.assigns.name = f"heard {message}"

    def terminate(self, reason):
        self.ends.append(reason)

    @event
    def inc(self):
        self.assigns.count += 1

    @event
    def tell(self, text: str):
        self.send_parent(text)

    @event
    def tell_and_wait(self, text: str):
        self.send_parent(text)
        assert self.gate.wait(10)

    @event
    def note(self):
        self.send_view("myself")
        self.assigns.name = "soon"

    @event
    def patch(self, to: str):
        self.push_patch(to)
        self.assigns.count += 1

    @event
    def navigate(self, to: str):
        self.assigns.count += 1
        self.push_navigate(to)

    @event
    def leave(self, to: str):
        self.redirect(to)

    @event
    def crash(self):
        raise RuntimeError("child crash")

    @event
    def where(self):
        return {"path": self.request.get_full_path(), "nested": self.nested, "params": self.view_params()}

    def view_params(self):
        return self._live.params


class ParentLive(LiveView):
    """Two children of one class."""

    layout = "base.html"
    template = (
        "<h1>{{ heard }}|{{ page }}</h1>"
        + tag("ChildLive", 'id="left" name="Left"')
        + "{% if right %}"
        + tag("ChildLive", 'id="right" name=right class="side" container="aside"')
        + "{% endif %}"
    )
    handled: ClassVar[list[str]] = []

    class Assigns:
        heard: str = ""
        page: str = ""
        right: str = "Right"

    def handle_params(self, params, uri):
        self.handled.append(uri)
        self.assigns.page = params.get("page", "")

    def handle_info(self, message):
        self.assigns.heard += str(message)

    @event
    def show(self, right: str):
        self.assigns.right = right

    @event
    def call(self, id: str):
        return {"told": self.send_child(id, "call")}

    @event
    def crash(self):
        raise RuntimeError("parent crash")

    @event
    def leave(self, to: str = "/nested/other/"):
        self.redirect(to)

    @event
    def navigate(self, to: str = "/nested/other/"):
        self.push_navigate(to)


class OtherLive(LiveView):
    layout = "base.html"
    template = "<p>Other</p>"


class LinkedLive(ParentLive):
    """The left child takes it along, and so its sister."""

    template = (
        "<h1>{{ heard }}</h1>"
        + tag("ChildLive", 'id="left" name="Left" linked=True fails=fails')
        + tag("ChildLive", 'id="right" name="Right"')
    )

    def mount(self, params, session):
        self.assigns.fails = params.get("fails", "")


class GrandParentLive(ParentLive):
    template = "<h1>{{ heard }}|{{ page }}</h1>" + tag("MiddleLive", 'id="middle"')


class MiddleLive(LiveView):
    template = "<i>{{ heard }}</i>" + tag("ChildLive", 'id="inner" name="Inner"')

    class Assigns:
        heard: str = ""

    def handle_info(self, message):
        self.assigns.heard = message
        self.send_parent(f"passed on {message}")


class StickyPageLive(LiveView):
    """A frame that several pages have; its sticky view outlives them."""

    layout = "base.html"
    template = "<h1>{{ title }}</h1>" + tag("PlayerLive", 'id="player" sticky=True song="Blue"')
    title: ClassVar[str] = "One"

    def mount(self, params, session):
        self.assigns.title = self.title


class SecondStickyPageLive(StickyPageLive):
    title = "Two"


class PlayerLive(ChildLive):
    template = "<em>{{ song }} {{ count }}</em>"

    def mount(self, params, session):
        super().mount(params, session)
        self.assigns.song = session["song"]


class GoingLive(LiveView):
    """Leads elsewhere as soon as it is mounted, or on the socket."""

    template = "<p>going</p>"

    def mount(self, params, session):
        if session["when"] == "get" or self.connected:
            self.put_flash("info", "on the way")
            self.push_navigate("/nested/other/")


class AroundGoingLive(LiveView):
    template = "<p>around</p>" + tag("GoingLive", 'id="going" when="get"')


class GoingDeepLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("AroundGoingLive", 'id="around" sticky=True')


class GoingPageLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("GoingLive", 'id="going" when=when sticky=sticky')

    def mount(self, params, session):
        self.assigns.when = params.get("when", "get")
        self.assigns.sticky = bool(params.get("sticky"))


class FailingLive(LiveView):
    template = "<p>fine</p>"

    def mount(self, params, session):
        error = {"404": Http404("no child"), "403": PermissionDenied("no child")}.get(session["status"])
        if error is not None and session.get("when") in (None, "socket" if self.connected else "get"):
            raise error


class FailingPageLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("FailingLive", 'id="failing" status=status when=when')

    def mount(self, params, session):
        self.assign(status=params.get("status"), when=params.get("when"))


class GuardedLive(LoginRequired, LiveView):
    template = "<p>for {{ view.request.user.username }}</p>"


class GuardedPageLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("GuardedLive", 'id="guarded"')


class SharingLive(LiveView):
    """Makes what its parent has not made for it."""

    template = "<p>{{ user_name }} {{ own }}</p>"
    made: ClassVar[list[str]] = []

    def mount(self, params, session):
        self.assign_new("user_name", lambda: self.made.append("user_name") or "nobody")
        self.assign_new("own", lambda: self.made.append("own") or "mine")


class SharingPageLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("SharingLive", 'id="sharing" sticky=sticky')

    def mount(self, params, session):
        self.assign(user_name="ada", sticky=bool(params.get("sticky")))


STREAM = (
    '<ul id="{id}" phx-update="stream">'
    "{{% for dom_id, item in streams.items %}}"
    '<li id="{id}-{{{{ dom_id }}}}">{{{{ item.name }}}}</li>{{% endfor %}}</ul>'
)


class StreamingLive(LiveView):
    template = STREAM.format(id="child")

    def mount(self, params, session):
        self.stream("items", [{"id": 1, "name": "child's"}])


class StreamingPageLive(LiveView):
    """A stream of one name in parent, child and sticky view."""

    layout = "base.html"
    template = (
        STREAM.format(id="parent")
        + tag("StreamingLive", 'id="inner"')
        + tag("StreamingLive", 'id="stuck" sticky=True')
    )

    def mount(self, params, session):
        self.stream("items", [{"id": 1, "name": "parent's"}])

    @event
    def reset(self):
        self.stream("items", [{"id": 2, "name": "new"}], reset=True)


class ItemsLive(LiveView):
    """Its stream's items are views."""

    layout = "base.html"
    template = (
        '{% load phoenix %}<div id="items" phx-update="stream">{% for dom_id, item in streams.items %}'
        f'{{% live_render "{HERE}.ChildLive" id=dom_id name=item.name %}}'
        "{% endfor %}</div>"
    )

    def mount(self, params, session):
        self.stream("items", [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])

    @event
    def add(self, id: int):
        self.stream_insert("items", {"id": id, "name": "new"}, at=0)

    @event
    def remove(self, id: int):
        self.stream_delete("items", {"id": id, "name": ""})


class FramedLive(LiveView):
    """Its layout shows a view of its own, outside the live region."""

    layout = "nested/layout.html"
    template = "<h1>framed</h1>"

    @event
    def nothing(self):
        pass


class WrongLive(LiveView):
    layout = "base.html"
    template = tag("ChildLive", 'id="wrong" request=view.request')


class TwinsLive(LiveView):
    layout = "base.html"
    template = tag("ChildLive", 'id="twin"') + tag("ChildLive", 'id="twin"')


class OpaqueLive(LiveView):
    """A tag that Django renders stands around the child."""

    layout = "base.html"
    template = (
        "<h1>{{ n }}</h1>{% filter default:'' %}"
        + tag("ChildLive", 'id="left" name="Left"')
        + "{% endfilter %}"
    )

    class Assigns:
        n: int = 0

    @event
    def inc(self):
        self.assigns.n += 1


class HolderComponent(LiveComponent):
    """Shows a view of its own, and what stands in its tag."""

    template = "<div>" + tag("ChildLive", 'id="own" name="Own"') + "{% render_slot %}</div>"


class HoldingLive(LiveView):
    """Views in slots: of a live component, and of a function component in that."""

    layout = "base.html"
    template = (
        f'{{% load phoenix component_tags %}}{{% live_component "{HERE}.HolderComponent" id=1 %}}'
        '{% component "nested.box" %}'
        + tag("ChildLive", 'id="slotted" name=name')
        + "{% endcomponent %}{% endlive_component %}"
    )

    class Assigns:
        name: str = "Slotted"


@component("nested.box", template="{% load component_tags %}<p>{% slot 'body' default / %}</p>")
def box(body: Slot) -> None:
    """A paragraph."""


class TitledLive(LiveView):
    template = "<p>titled</p>"

    class Assigns:
        page_title: str = "From the child"


class GreetingLive(LiveView):
    """Says something in the first response alone."""

    template = "<p>{{ flash.info }}</p>"

    def mount(self, params, session):
        if not self.connected:
            self.put_flash("info", "Welcome")


class GreetingPageLive(LiveView):
    layout = "base.html"
    template = tag("GreetingLive", 'id="child"') + tag("GreetingLive", 'id="sticky" sticky=True')


class TitledPageLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("TitledLive", 'id="titled"')


class UploadingLive(LiveView):
    template = """{% load phoenix %}
        <form phx-change="validate">{% live_file_input uploads.files %}</form><p>{{ saved }}</p>"""

    def mount(self, params, session):
        self.allow_upload("files", accept=[".txt"], auto_upload=True, progress=self.progressed)
        self.assigns.saved = ""

    def progressed(self, name, entry):
        if entry.done:
            [self.assigns.saved] = self.consume_uploaded_entries(name, lambda meta, entry: entry.client_name)

    @event
    def validate(self):
        pass


class UploadingPageLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("UploadingLive", 'id="uploading"')


class SlowLive(ChildLive):
    """Is let in when its gate opens."""

    joining: ClassVar[threading.Event] = threading.Event()
    gate: ClassVar[threading.Event] = threading.Event()

    def mount(self, params, session):
        super().mount(params, session)
        if self.connected:
            self.joining.set()
            assert self.gate.wait(10)


class SlowPageLive(LiveView):
    layout = "base.html"
    template = "<h1>page</h1>" + tag("SlowLive", 'id="slow" name="Slow"')


class MutatingLive(LiveView):
    """The dict that it hands over changes in place."""

    layout = "base.html"
    template = "<h1>page</h1>" + tag("ChildLive", 'id="left" session=given')

    class Assigns:
        given: dict = {"name": "first"}

    @event
    def change(self):
        self.assigns.given["name"] = "second"

    @event
    def nothing(self):
        pass


ORDINARY = """{% load phoenix %}<html><head>{% live_head %}</head><body><h1>Ordinary</h1>
{% live_render "tests.support.live_site.nested_views.ChildLive" id="one" name="One" %}
{% live_render "tests.support.live_site.nested_views.MiddleLive" id="two" class="card" %}
</body></html>"""


def ordinary(request):
    """A page of Django's own with two live views."""
    template = engines["django"].from_string(request.GET.get("source", ORDINARY))
    return HttpResponse(template.render({}, request))


def without_request(request):
    return HttpResponse(engines["django"].from_string(ORDINARY).render({}))


urlpatterns = [
    path("", ParentLive.as_view()),
    path("other/", OtherLive.as_view()),
    path("linked/", LinkedLive.as_view()),
    path("deep/", GrandParentLive.as_view()),
    path("sticky/", StickyPageLive.as_view()),
    path("sticky/two/", SecondStickyPageLive.as_view()),
    path("going/", GoingPageLive.as_view()),
    path("going/deep/", GoingDeepLive.as_view()),
    path("failing/", FailingPageLive.as_view()),
    path("guarded/", GuardedPageLive.as_view()),
    path("sharing/", SharingPageLive.as_view()),
    path("streaming/", StreamingPageLive.as_view()),
    path("items/", ItemsLive.as_view()),
    path("framed/", FramedLive.as_view()),
    path("wrong/", WrongLive.as_view()),
    path("twins/", TwinsLive.as_view()),
    path("opaque/", OpaqueLive.as_view()),
    path("holding/", HoldingLive.as_view()),
    path("titled/", TitledPageLive.as_view()),
    path("greeting/", GreetingPageLive.as_view()),
    path("uploading/", UploadingPageLive.as_view()),
    path("slow/", SlowPageLive.as_view()),
    path("mutating/", MutatingLive.as_view()),
    path("ordinary/", ordinary),
    path("without-request/", without_request),
]
