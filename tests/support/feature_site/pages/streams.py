"""Streams: that follow a query, that are scrolled both ways, beside other children, in a table."""

from __future__ import annotations

from typing import Any

from django.urls import path

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event
from tests.support.feature_site.models import Note

PER_PAGE = 20


class NotesLive(LiveView):
    """The open ones by title; whoever looks sees what others do."""

    layout = "base.html"
    template = """
    <form phx-submit="add"><input name="title" aria-label="Title" required><button>Add</button></form>
    <ul id="notes" phx-update="stream">
      {% for dom_id, note in streams.notes %}
        <li id="{{ dom_id }}" data-title="{{ note.title }}">
          {{ note.title }}
          <button name="up" phx-click="rename" phx-value-pk="{{ note.pk }}">up</button>
          <button name="close" phx-click="close" phx-value-pk="{{ note.pk }}">close</button>
          <button name="drop" phx-click="drop" phx-value-pk="{{ note.pk }}">drop</button>
        </li>
      {% endfor %}
      <li id="notes-none">No notes</li>
    </ul>
    """

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        notes = Note.objects.filter(is_open=True, title__startswith=params.get("of", "")).order_by("title")
        self.stream("notes", notes, live=True)

    @event
    def add(self, title: str) -> None:
        Note.objects.create(title=title)

    @event
    def rename(self, pk: int) -> None:
        note = Note.objects.get(pk=pk)
        note.title = f"{note.title[0]}0{note.title[1:]}"
        note.save()

    @event
    def close(self, pk: int) -> None:
        note = Note.objects.get(pk=pk)
        note.is_open = False
        note.save()

    @event
    def drop(self, pk: int) -> None:
        Note.objects.get(pk=pk).delete()


class ScrollLive(LiveView):
    """A hundred notes, of which the browser has sixty at most; those that are there follow the table."""

    layout = "base.html"
    template = """
    <button id="rename" phx-click="rename">Rename the first that is here</button>
    <ol id="rows" phx-update="stream"{% if low %} phx-viewport-top="above"{% endif %}
        {% if high < 100 %}phx-viewport-bottom="below"{% endif %}>
      {% for dom_id, note in streams.rows %}<li id="{{ dom_id }}">{{ note.title }}</li>{% endfor %}
    </ol>
    """

    class Assigns:
        low: int = 0
        high: int = PER_PAGE

    def mount(self, params: dict[str, Any], session: Any) -> None:
        if not Note.objects.filter(title__startswith="s").exists():
            Note.objects.bulk_create(Note(title=f"s{n:03}", is_open=False) for n in range(100))
        self.show(0, PER_PAGE)

    def show(self, low: int, high: int) -> None:
        self.assigns.low, self.assigns.high = low, high
        notes = Note.objects.filter(title__startswith="s").order_by("title")
        self.stream("rows", notes[low:high], live=True)

    @event
    def below(self) -> None:
        high = min(self.assigns.high + PER_PAGE, 100)
        self.show(max(high - 3 * PER_PAGE, 0), high)

    @event
    def above(self, _overran: bool = False) -> None:
        low = 0 if _overran else max(self.assigns.low - PER_PAGE, 0)
        self.show(low, min(self.assigns.high, low + 3 * PER_PAGE))

    @event
    def rename(self) -> None:
        note = Note.objects.filter(title__startswith="s").order_by("title")[self.assigns.low]
        note.title += "!"
        note.save()


class Beside(LiveComponent):
    """A stream right under the component's root, before other children."""

    template = """<ul id="{{ id }}-list" phx-update="stream">
      {% for dom_id, word in streams.words %}
        <li id="{{ dom_id }}">{{ word.id }}{{ word.n }}</li>
      {% endfor %}
      <li id="{{ id }}-last">last</li>
      <li id="{{ id }}-very-last">very last</li>
    </ul>"""

    def update(self, **assigns: Any) -> None:
        self.assign(assigns)
        self.stream("words", words("ab"), dom_id=lambda word: f"{self.id}-{word['id']}")

    @event
    def put(self, word: str, at: int, n: int = 1, limit: int | None = None, only: bool = False) -> None:
        self.stream_insert("words", {"id": word, "n": n}, at=at, limit=limit, update_only=only)


class BesideLive(LiveView):
    layout = "base.html"
    template = (
        "{% load phoenix core_components component_tags %}<main>"
        f'{{% if shown %}}{{% live_component "{__name__}.Beside" id="left" %}}{{% endif %}}'
        "{% component 'core.table' rows=streams.words columns=columns id='table' / %}"
        '<button id="toggle" phx-click="toggle">Toggle</button>'
        '<button id="fill" phx-click="fill">Fill</button>'
        '<button id="clear" phx-click="clear">Clear</button></main>'
    )

    class Assigns:
        shown: bool = True

    def mount(self, params: Any, session: Any) -> None:
        self.assigns.columns = ["id", "n"]
        self.stream("words", [])

    @event
    def toggle(self) -> None:
        self.assigns.shown = not self.assigns.shown

    @event
    def fill(self) -> None:
        self.stream("words", words("xyz"), at=0)

    @event
    def clear(self) -> None:
        self.stream("words", [], reset=True)


def words(names: str) -> list[dict[str, Any]]:
    return [{"id": name, "n": 0} for name in names]


urlpatterns = [
    path("notes/", NotesLive.as_view()),
    path("scroll/", ScrollLive.as_view()),
    path("beside/", BesideLive.as_view()),
]
