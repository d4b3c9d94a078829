"""The twin's live views. They are in order; what is wrong stands in their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django_phoenix.live_view import LiveView, Params, event
from tests.contract.twin.guards import Tenant, greet


@dataclass
class Item:
    """Something to buy."""

    pk: int
    name: str
    price: float = 1.0


class CounterLive(LiveView):
    """Events and their values."""

    template_name = "twin/counter.html"

    class Assigns:
        page_title: str = "Counter"
        count: int = 0
        event_of_the_day: str = "add"

    @event
    def add(self, by: int = 1) -> None:
        self.assigns.count += by

    @event
    def step(self, by: int, way: Literal["up", "down"] = "up") -> None:
        self.assigns.count += by if way == "up" else -by

    @event("set-to")
    def set_to(self, to: float, exact: bool = False) -> None:
        self.assigns.count = int(to)

    @event
    def key(self, key: str) -> None:
        self.assigns.count = 0

    @event
    def anything(self, values: Params) -> None:
        self.assigns.count = len(values)

    @event
    def reset(self) -> None:
        self.assigns.count = 0


class OpenLive(LiveView):
    """Takes any event, so no name is wrong here."""

    template_name = "twin/open.html"

    def handle_event(self, event: str, params: Any) -> None:
        self.assigns.last = event


class FormLive(LiveView):
    """Forms and their fields."""

    template_name = "twin/form.html"

    class Assigns:
        page_title: str = "Form"
        saved: bool = False
        values: dict[str, str] = {}

    @event
    def validate(self, order: dict[str, str]) -> None:
        self.assigns.values = order

    @event
    def save(self, name: str, email: str, amount: int = 1) -> None:
        self.assigns.saved = True

    @event
    def find(self, query: str, page: int = 1) -> None:
        self.assigns.values = {"query": query}

    @event
    def choose(self, size: Literal["s", "m", "l"]) -> None:
        self.assigns.values = {"size": size}


class ShopLive(LiveView):
    """Names that templates read."""

    template_name = "twin/shop.html"
    on_mount = [greet, Tenant]

    class Assigns:
        page_title: str = "Shop"
        items: list[Item] = []
        query: str
        chosen: Item | None = None

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.items = [Item(1, "Lamp"), Item(2, "Table")]
        self.assign(total=3, currency="EUR")
        self.assign({"discount": 0})
        self.assign_new("basket", list)
        self.prepare()

    def prepare(self) -> None:
        assigns = self.assigns
        assigns.prepared = True
        self.assigns.low, self.assigns.high = 0, 9

    @event
    def find(self, query: str) -> None:
        self.assigns.query = query

    @event
    def choose(self, item: int) -> None:
        self.assigns.chosen = self.assigns.items[item]


class DerivedShopLive(ShopLive):
    """Reads what its base assigns, and a name of its own."""

    template = """
        <p>{{ total }} {{ offer }}</p>
        <p>{{ oferr }}</p>
    """

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        super().mount(params, session)
        self.assigns.offer = "Two for one"


class CatalogueLive(LiveView):
    """Sets names that its source does not show, so none is unknown here."""

    template = "<p>{{ whatever }} {{ streams.anything }}</p>"

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        for name in params:
            setattr(self.assigns, name, params[name])


class StreamsLive(LiveView):
    """Streams and uploads."""

    template_name = "twin/streams.html"

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.stream("songs", [])
        self.stream("singers", [], limit=10)
        self.allow_upload("avatar", accept=[".png"])

    @event
    def save(self) -> None:
        self.stream_insert("songs", {"id": 1})


class LinksLive(LiveView):
    """URLs, patches and navigation."""

    template_name = "twin/links.html"

    class Assigns:
        page_title: str = "Links"
        page: int = 1
        place: str = "counter"
        items: list[Item] = []


class MarkupLive(LiveView):
    """HTML."""

    template_name = "twin/markup.html"

    class Assigns:
        page_title: str = "Markup"
        wide: bool = False
        rows: list[Item] = []


class LabelsLive(LiveView):
    """Ids, labels and hooks."""

    template_name = "twin/labels.html"

    class Assigns:
        page_title: str = "Labels"
        wide: bool = False
        rows: list[Item] = []


class PartsLive(LiveView):
    """Components."""

    template_name = "twin/parts.html"

    class Assigns:
        page_title: str = "Parts"
        items: list[Item] = []
        tone: str = "soft"
        count: int = 0

    @event
    def inc(self) -> None:
        self.assigns.count += 1


class BoardLive(LiveView):
    """Live components and function components."""

    template_name = "twin/board.html"

    class Assigns:
        page_title: str = "Board"
        count: int = 0

    @event
    def inc(self) -> None:
        self.assigns.count += 1
