"""The front page: sparks that everybody lights for everybody."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from django_phoenix.live_view import Broadcast, LiveView, event

TOPIC = "sparks"
SHOWN = 24


class Spark(NamedTuple):
    """One spark on this page: where it rises, and how."""

    id: int
    x: int
    size: int
    kind: int
    head_start: int


class HomeLive(LiveView):
    template_name = "home.html"

    class Assigns:
        page_title: str = "Live pages for Django"
        sparks: list[Spark]
        lit: int = 0

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.numbers = itertools.count()
        self.assigns.sparks = [self.spark(head_start) for head_start in range(9)]
        self.subscribe(TOPIC)

    @event
    async def light(self) -> None:
        self.broadcast(TOPIC, "spark", {})

    async def handle_info(self, message: Broadcast) -> None:
        self.assigns.lit += 1
        self.assigns.sparks.append(self.spark())
        del self.assigns.sparks[:-SHOWN]

    def spark(self, head_start: int = 0) -> Spark:
        return Spark(
            id=next(self.numbers),
            x=random.randint(110, 290),
            size=random.randint(3, 8),
            kind=random.randint(1, 4),
            head_start=head_start,
        )
