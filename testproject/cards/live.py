"""A board of cards: the view knows which card lies where, each card knows the rest about itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django_phoenix.live_view import LiveView, event
from testproject.cards.live_components import Card


class Task(NamedTuple):
    id: int
    title: str


class Lane(NamedTuple):
    id: str
    title: str
    tasks: tuple[Task, ...]


class CardsLive(LiveView):
    template_name = "cards/cards.html"

    class Assigns:
        page_title: str = "Board of cards"
        lanes: tuple[Lane, ...] = ()
        next_id: int = 7

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.lanes = (
            Lane(
                "todo",
                "To do",
                (Task(1, "Water the plants"), Task(2, "Write to Ada"), Task(3, "Fix the door")),
            ),
            Lane("doing", "Doing", (Task(4, "Bake bread"), Task(5, "Read chapter four"))),
            Lane("done", "Done", (Task(6, "Sleep well"),)),
        )

    @event
    async def move(self, id: int, by: int) -> None:
        lanes = self.assigns.lanes
        here = next((n for n, lane in enumerate(lanes) if any(task.id == id for task in lane.tasks)), None)
        if here is None or not 0 <= here + by < len(lanes):
            return
        task = next(task for task in lanes[here].tasks if task.id == id)
        self.lay(id, None, 0)
        self.lay(None, task, here + by)

    @event
    async def add(self, title: str = "") -> None:
        if title.strip():
            self.lay(None, Task(self.assigns.next_id, title.strip()[:60]), 0)
            self.assigns.next_id += 1

    @event
    async def remove(self, id: int) -> None:
        self.lay(id, None, 0)

    @event
    async def praise(self) -> None:
        for lane in self.assigns.lanes:
            for task in lane.tasks:
                self.send_update(Card, id=task.id, praised=True)

    def handle_info(self, message: Any) -> None:
        match message:
            case ("renamed", id, title):
                self.assigns.lanes = tuple(
                    lane._replace(
                        tasks=tuple(
                            task._replace(title=title) if task.id == id else task for task in lane.tasks
                        )
                    )
                    for lane in self.assigns.lanes
                )

    def lay(self, taken: int | None, added: Task | None, at: int) -> None:
        """Take a card off the board, put another one on top of a lane."""
        self.assigns.lanes = tuple(
            lane._replace(
                tasks=(
                    *((added,) if added and number == at else ()),
                    *(task for task in lane.tasks if task.id != taken),
                )
            )
            for number, lane in enumerate(self.assigns.lanes)
        )
