"""A list without an end in either direction: the browser keeps a few pages of it, the server none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_phoenix.live_view import LiveView, event
from testproject.journal import entries
from testproject.journal.entries import PAGES, PER_PAGE, Entry

KEPT = 3  # pages in the browser


class JournalLive(LiveView):
    template_name = "journal/journal.html"

    class Assigns:
        page_title: str = "Endless journal"
        count: int = entries.COUNT
        pages: int = PAGES
        first: int = 1  # the pages that the browser has
        last: int = 1
        starred: set[int] = set()  # noqa: RUF012  (each view gets its own)

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.stream("entries", self.page(1))

    @event
    async def older(self) -> None:
        state = self.assigns
        if state.last < PAGES:
            state.last += 1
            state.first = max(state.first, state.last - KEPT + 1)
            self.stream("entries", self.page(state.last), limit=-KEPT * PER_PAGE)

    @event
    async def newer(self, _overran: bool = False) -> None:
        state = self.assigns
        if _overran:
            await self.newest()
        elif state.first > 1:
            state.first -= 1
            state.last = min(state.last, state.first + KEPT - 1)
            self.stream("entries", self.page(state.first)[::-1], at=0, limit=KEPT * PER_PAGE)

    @event
    async def newest(self) -> None:
        self.assigns.first = self.assigns.last = 1
        self.stream("entries", self.page(1), reset=True)

    @event
    async def star(self, id: int) -> None:
        self.assigns.starred ^= {id}
        self.stream_insert("entries", self.entry(id), update_only=True)

    def page(self, number: int) -> list[Entry]:
        return [self.entry(each.id) for each in entries.page(number)]

    def entry(self, id: int) -> Entry:
        return entries.entry(id)._replace(starred=id in self.assigns.starred)
