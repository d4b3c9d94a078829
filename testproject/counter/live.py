"""A counter: the smallest live page."""

from __future__ import annotations

from django_phoenix.live_view import LiveView, event


class CounterLive(LiveView):
    template_name = "counter/counter.html"

    class Assigns:
        page_title: str = "Counter"
        count: int = 0

    @event
    async def add(self, by: int = 1) -> None:
        self.assigns.count += by

    @event
    async def reset(self) -> None:
        self.assigns.count = 0
