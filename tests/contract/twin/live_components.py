"""The twin's live component."""

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
