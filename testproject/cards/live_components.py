"""One card: what it shows comes from the board; whether it is being edited, and its likes, are its own."""

from __future__ import annotations

import asyncio
from typing import Any

from django_phoenix.live_component import Exit, LiveComponent, Ok, event


class Card(LiveComponent):
    template_name = "cards/card.html"

    class Assigns:
        title: str = ""
        editing: bool = False
        likes: int = 0
        estimate: str = ""

    def update(self, praised: bool = False, **assigns: Any) -> None:
        self.assign(assigns)
        self.assigns.likes += praised

    @event
    async def like(self) -> None:
        self.assigns.likes += 1

    @event
    async def edit(self) -> None:
        self.assigns.editing = True

    @event
    async def rename(self, title: str = "") -> None:
        self.assigns.editing = False
        if title.strip():
            self.send_view(("renamed", self.id, title.strip()[:60]))

    @event
    async def guess(self) -> None:
        self.assigns.estimate = "…"
        self.start_async("guess", estimate, self.assigns.title)

    def handle_async(self, name: str, result: Ok | Exit) -> None:
        self.assigns.estimate = f"{result.value} min" if isinstance(result, Ok) else "?"


async def estimate(title: str) -> int:
    """What takes its time."""
    await asyncio.sleep(0.4)
    return 5 * len(title)
