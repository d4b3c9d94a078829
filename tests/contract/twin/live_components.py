"""The twin's live components."""

from __future__ import annotations

from django_phoenix.live_component import LiveComponent, event


class Todo(LiveComponent):
    template_name = "twin/components/todo.html"

    class Assigns:
        done: bool = False

    @event
    def toggle(self) -> None:
        self.assigns.done = not self.assigns.done

    @event
    def rename(self, title: str) -> None:
        self.assigns.title = title


class Split(LiveComponent):
    """Two elements, not one."""

    template_name = "twin/components/split.html"


class Lost(LiveComponent):
    template_name = "twin/components/lots.html"
