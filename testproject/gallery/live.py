"""The gallery: every component of the core set, alive, with its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, Literal

from django import forms
from django.contrib import messages
from django.http import Http404

from django_phoenix.live_view import LiveView, Params, event
from testproject.gallery.catalogue import BY_NAME, ENTRIES, Entry
from testproject.gallery.forms import SignupForm

NOTES = {
    "info": "The train to Pompeii leaves at ten.",
    "success": "Your seat is booked.",
    "warning": "Two seats are left.",
    "error": "The card was declined.",
}


@dataclass
class Order:
    """A row of the tables."""

    id: int
    customer: str
    total: float
    paid: bool


def orders() -> list[Order]:
    return [
        Order(1041, "Ada Lovelace", 120.0, True),
        Order(1042, "Grace Hopper", 64.5, False),
        Order(1043, "Radia Perlman", 310.25, True),
        Order(1044, "Barbara Liskov", 18.0, False),
    ]


class GalleryLive(LiveView):
    template_name = "gallery/gallery.html"

    class Assigns:
        page_title: str = "Components"
        entries: tuple[Entry, ...] = ENTRIES
        entry: Entry | None = None
        knobs: dict[str, Any] = field(default_factory=dict)
        clicks: int = 0
        form: forms.Form = field(default_factory=SignupForm)
        orders: list[Order] = field(default_factory=orders)
        sorted_by: str = "id"
        chosen: int = 0
        tab: str = "summary"
        renaming: bool = False
        title: str = "Quarterly report"
        sample: list[Any] = field(default_factory=lambda: [SAMPLE])

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        name = params.get("name", "")
        if name and name not in BY_NAME:
            raise Http404(f"no component core.{name}")
        entry = BY_NAME.get(name)
        self.assigns.entry = entry
        self.assigns.page_title = entry.full_name if entry else "Components"
        self.play(dict(entry.playground.start) if entry and entry.playground else {})

    def play(self, values: Mapping[str, Any]) -> None:
        """Turn the knobs."""
        entry = self.assigns.entry
        if entry is None or entry.playground is None:
            self.assign(knobs=(), arguments={}, code="")
        else:
            playground = entry.playground
            self.assign(
                knobs=playground.knobs(values),
                arguments=playground.arguments(values),
                code=playground.code(values),
            )

    @event
    async def turn(self, params: Params) -> None:
        entry = self.assigns.entry
        if entry is not None and entry.playground is not None:
            self.play(entry.playground.read(params))

    @event
    async def click(self) -> None:
        self.assigns.clicks += 1

    @event
    def validate(self, params: Params) -> None:
        self.assigns.form = SignupForm(params)

    @event
    def sign_up(self, params: Params) -> None:
        form = SignupForm(params)
        if form.is_valid():
            self.put_flash("success", f"See you there, {form.cleaned_data['name']}.")
            form = SignupForm()
        self.assigns.form = form

    @event
    async def sort(self, by: Literal["id", "customer", "total", "-id", "-customer", "-total"]) -> None:
        self.assigns.sorted_by = by
        self.assigns.orders.sort(key=attrgetter(by.lstrip("-")), reverse=by.startswith("-"))

    @event
    async def choose(self, id: int) -> None:
        self.assigns.chosen = id

    @event
    async def pay(self, id: int) -> None:
        for order in self.assigns.orders:
            order.paid |= order.id == id

    @event
    async def select(self, tab: Literal["summary", "items", "notes"]) -> None:
        self.assigns.tab = tab

    @event
    async def rename(self, title: str = "") -> None:
        self.assigns.title = title.strip()[:40] or self.assigns.title
        self.assigns.renaming = False

    @event
    async def open_dialog(self) -> None:
        self.assigns.renaming = True

    @event
    async def close_dialog(self) -> None:
        self.assigns.renaming = False

    @event
    async def say(self, kind: Literal["info", "success", "warning", "error"]) -> None:
        self.put_flash(kind, NOTES[kind])


SAMPLE = SimpleNamespace(level=messages.SUCCESS, level_tag="success", message="The article was saved.")
