"""Views and components with streams, and their URLs."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.urls import path

from django_phoenix.live_component import LiveComponent, event
from django_phoenix.live_view import LiveView

HERE = "tests.support.live_site.streams"
LIST = """
<ul id="{0}" phx-update="stream">
  {{% for dom_id, item in streams.{0} %}}<li id="{{{{ dom_id }}}}">{{{{ item.name }}}}</li>{{% endfor %}}
</ul>"""


def items(names: str) -> list[dict[str, Any]]:
    return [{"id": name, "name": name.upper()} for name in names]


class ListLive(LiveView):
    """Does with its stream what it is told."""

    template = LIST.format("rows") + "<p>{{ n }}</p>"
    first: ClassVar[str] = "abc"

    class Assigns:
        n: int = 0

    def mount(self, params, session):
        self.stream("rows", items(self.first))

    def handle_event(self, event: str, params: Any) -> Any:
        method = getattr(self, event)
        given = params.get("item")
        method(
            "rows", *([{"id": given, "name": given.upper()}] if given else ()), **params.get("options", {})
        )

    @event
    def insert_many(self, names: str, at: int = -1, reset: bool = False, limit: int | None = None):
        self.stream("rows", items(names), at=at, reset=reset, limit=limit)

    @event
    def inc(self):
        self.assigns.n += 1

    @event
    def crash(self):
        self.stream_insert("rows", {"id": "x", "name": "lost"})
        raise RuntimeError("after an insert")

    async def handle_info(self, message: str) -> None:
        self.stream_insert("rows", {"id": message, "name": message.upper()})
        await asyncio.sleep(0)


class TwiceLive(ListLive):
    """Fills its stream in several goes."""

    def mount(self, params, session):
        self.stream("rows", items("abc"), at=0)
        self.stream("rows", items("de"), at=0)
        self.stream_insert("rows", {"id": "b", "name": "B again"})
        self.stream_delete("rows", {"id": "c"})

    def handle_params(self, params, uri):
        if "only" in params:
            self.stream("rows", items(params["only"]), reset=True)


class SeveralLive(LiveView):
    template = LIST.format("one") + LIST.format("two")

    async def mount(self, params, session):
        self.stream_configure("two", dom_id=lambda item: f"zwei-{item['name']}")
        self.stream("one", items("a"))
        self.stream("two", items("a"))

    @event
    async def swap(self):
        self.stream_delete("one", {"id": "a"})
        self.stream_insert("two", {"name": "B"})
        self.stream_delete_by_dom_id("two", "zwei-A")


class LazyRowsLive(LiveView):
    """A callback on the loop whose rendering needs the database: it is done again in the pool."""

    template = LIST.format("rows") + "{{ groups.0.name }}"

    class Assigns:
        groups: Any = None

    def mount(self, params, session):
        self.stream("rows", [])

    @event
    async def look(self):
        self.assigns.groups = Group.objects.order_by("pk")
        self.stream_insert("rows", {"id": "a", "name": "A"})


class GroupsLive(LiveView):
    template = LIST.format("groups")

    def mount(self, params, session):
        self.stream("groups", Group.objects.order_by("pk"))

    @event
    def drop(self, pk: int):
        group = Group.objects.get(pk=pk)
        self.stream_delete("groups", group)
        group.delete()


class HiddenLive(LiveView):
    template = "{% if shown %}" + LIST.format("rows") + "{% endif %}<p>{{ n }}</p>"

    class Assigns:
        shown: bool = False
        n: int = 0

    def mount(self, params, session):
        self.stream("rows", items("ab"))

    @event
    def toggle(self, names: str = ""):
        self.assigns.shown = not self.assigns.shown
        self.stream("rows", items(names))


class Lane(LiveComponent):
    """Fills its stream whenever it is updated."""

    template = (
        '<section id="lane-{{ id }}"><b>{{ title }}</b><i>{{ likes }}</i>'
        '<ul id="u-{{ id }}" phx-update="stream">'
        '{% for dom_id, item in streams.cards %}<li id="{{ dom_id }}">{{ item.name }}</li>{% endfor %}</ul>'
        "</section>"
    )

    class Assigns:
        title: str = ""
        likes: int = 0

    def mount(self):
        self.stream_configure("cards", dom_id=lambda item: f"{self.id}-{item['id']}")

    def update(self, title: str, names: str) -> None:
        self.assigns.title = title
        self.stream("cards", items(names), reset=True, at=0)

    @event
    def insert(self, name: str):
        self.stream_insert("cards", {"id": name, "name": name.upper()}, at=0, limit=10)

    @event
    def like(self):
        self.assigns.likes += 1


class FixedLane(Lane):
    """Fills its stream once."""

    def mount(self):
        self.stream("cards", items("ab"))
        self.start_async("like", lambda: 1)

    def update(self, title: str):
        self.assigns.title = title

    def handle_async(self, name, result):
        self.assigns.likes += 10


class FixedLanesLive(LiveView):
    template = (
        "{% load phoenix %}{% for id in ids %}"
        f'{{% live_component "{HERE}.FixedLane" id=id title=id %}}{{% endfor %}}'
    )

    class Assigns:
        ids: list[str] = ["x"]

    @event
    def show(self, ids: list[str]):
        self.assigns.ids = ids


class LanesLive(LiveView):
    """Lanes beside a stream of its own, one of them with that in its slot."""

    template = (
        "{% load phoenix %}<p>{{ n }}</p>"
        f'{{% for id in ids %}}{{% live_component "{HERE}.Lane" id=id title=id names="ab" %}}{{% endfor %}}'
        + LIST.format("rows")
    )

    class Assigns:
        ids: list[str] = ["x", "y"]
        n: int = 0

    def mount(self, params, session):
        self.stream("rows", items("a"))

    @event
    def show(self, ids: list[str]):
        self.assigns.ids = ids

    def handle_info(self, message: Any) -> None:
        self.stream_insert("rows", {"id": message, "name": message})


class Frame(LiveComponent):
    template = (
        "{% load phoenix %}<div id='frame'><b>{{ n }}</b>{% render_slot %}"
        '<ul id="given" phx-update="stream">{% for dom_id, item in rows %}'
        '<li id="{{ dom_id }}">{{ item.name }}</li>'
        "{% endfor %}</ul></div>"
    )

    class Assigns:
        rows: Any = ()
        n: int = 0

    @event
    def inc(self):
        self.assigns.n += 1


class FramedLive(LiveView):
    """Its streams are shown by a component: one in the slot, one as an argument."""

    template = (
        "{% load phoenix %}"
        f'{{% live_component "{HERE}.Frame" id=1 rows=streams.two %}}'
        f"{LIST.format('one')}{{% endlive_component %}}"
    )

    def mount(self, params, session):
        self.stream("one", items("a"))
        self.stream("two", items("z"))

    @event
    def more(self):
        self.stream_insert("one", {"id": "b", "name": "B"})
        self.stream_insert("two", {"id": "y", "name": "Y"})


class StreamedComponentsLive(LiveView):
    """Each item is a live component."""

    template = (
        '{% load phoenix %}<p>{{ n }}</p><ul id="rows" phx-update="stream">'
        "{% for dom_id, item in streams.rows %}"
        f'{{% live_component "{HERE}.Row" id=dom_id name=item.name %}}{{% endfor %}}</ul>'
    )

    class Assigns:
        n: int = 0

    def mount(self, params, session):
        self.stream("rows", items("ab"))

    @event
    def put(self, id: str, name: str):
        self.assigns.n += 1
        self.stream_insert("rows", {"id": id, "name": name})


class Row(LiveComponent):
    template = '<li id="{{ id }}">{{ name }} {{ likes }}</li>'

    class Assigns:
        name: str = ""
        likes: int = 0

    @event
    def like(self):
        self.assigns.likes += 1


VIEWS = (
    ListLive, TwiceLive, SeveralLive, LazyRowsLive, GroupsLive, HiddenLive, LanesLive, FixedLanesLive,
    FramedLive, StreamedComponentsLive,
)  # fmt: skip
urlpatterns = [path(f"{view.__name__}/", view.as_view()) for view in VIEWS]
