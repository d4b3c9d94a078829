"""A thousand rows in one live page."""

from __future__ import annotations

import random
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Literal

from django_phoenix.live_view import LiveView, event
from testproject.table.rows import Row, made_up

Column = Literal["id", "name", "city", "units", "price"]


class TableLive(LiveView):
    template_name = "table/table.html"

    class Assigns:
        page_title: str = "Big table"
        rows: list[Row]
        column: Column = "id"

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.rows = made_up(1000)

    @event
    async def change(self) -> None:
        row = random.choice(self.assigns.rows)
        row.units = (row.units + random.randint(1, 98)) % 100

    @event
    async def sort(self, column: Column) -> None:
        self.assigns.column = column
        self.assigns.rows.sort(key=attrgetter(column))
