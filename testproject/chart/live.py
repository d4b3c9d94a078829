"""A chart that moves by itself: a timer, and a template that writes SVG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_phoenix.live_view import LiveView, event
from testproject.chart.series import STEP, Point, follow, start

SHOWN = 61


class ChartLive(LiveView):
    template_name = "chart/chart.html"

    class Assigns:
        page_title: str = "Moving chart"
        points: list[Point]
        offset: int = -STEP
        running: bool = True

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.points = start(SHOWN)
        if self.connected:
            self.send_after(0.5, "tick")

    async def handle_info(self, message: str) -> None:
        if self.assigns.running:
            self.measure()
            self.send_after(0.5, "tick")

    @event
    async def toggle(self) -> None:
        self.assigns.running = not self.assigns.running
        if self.assigns.running:
            self.send_after(0.5, "tick")

    def measure(self) -> None:
        points = self.assigns.points
        points.append(follow(points[-1]))
        del points[0]
        self.assigns.offset = -points[1].id * STEP
