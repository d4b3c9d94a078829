"""One counter for all: `def` handlers with the ORM, and a broadcast to every open page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils import timezone

from django_phoenix.live_view import Broadcast, LiveView, event
from testproject.together.models import Tally

TOPIC = "together"


class Click(NamedTuple):
    """A click that this page has heard of."""

    id: int
    name: str
    by: int
    at: str


class TogetherLive(LiveView):
    template_name = "together/together.html"

    class Assigns:
        page_title: str = "Shared counter"
        count: int = 0
        name: str = ""
        clicks: list[Click] = []  # noqa: RUF012 (each view gets its own copy)

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.count = Tally.read(TOPIC)
        self.subscribe(TOPIC)

    @event
    async def rename(self, name: str = "") -> None:
        self.assigns.name = name.strip()[:30]

    @event
    def add(self, by: int = 1) -> None:
        count = Tally.add(TOPIC, by)
        name = self.assigns.name or "Somebody"
        self.broadcast(TOPIC, "count", {"count": count, "by": by, "name": name})

    def handle_info(self, message: Broadcast) -> None:
        self.assigns.count = message.payload["count"]
        self.remember(message.payload["name"], message.payload["by"])

    def remember(self, name: str, by: int) -> None:
        clicks = self.assigns.clicks
        number = clicks[0].id + 1 if clicks else 1
        clicks.insert(0, Click(number, name, by, timezone.localtime().strftime("%H:%M:%S")))
        del clicks[6:]
