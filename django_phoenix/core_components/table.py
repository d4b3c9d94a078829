"""core.table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django_phoenix.component import Rest, Slot, component
from django_phoenix.exceptions import ComponentInputError
from django_phoenix.rendering.streams import Stream
from django_phoenix.rendering.tracking import register_immutable

from .fields import Field, Fields, fields_of


@register_immutable
class Column(NamedTuple):
    """One column: its field, the slot of its heading if that is filled, how the rows are sorted by it."""

    field: Field
    head: str
    by: str
    order: str


@component("core.table", template_file="django_phoenix/core/table.html")
def table(
    rows: Iterable[Any],
    columns: Fields,
    *,
    caption: str = "",
    row_id: str = "",
    row_click: str = "",
    sort: str = "",
    sorted_by: str = "",
    col: Mapping[str, Slot],
    head: Mapping[str, Slot],
    actions: Slot | None = None,
    empty: Slot | None = None,
    rest: Rest,
) -> dict[str, Any]:
    """Things in rows, their fields in columns. Rows are known again by their `pk` or `id`.

    rows: the things: a queryset, a list of mappings, a stream, …
    columns: the fields: names, or a mapping from name to label, or to options
        such as `{"label": "Total", "align": "end", "sortable": False}`
    caption: what the table shows, said above it
    row_id: makes the rows' ids: "order" makes order-1, order-2, …; those of a stream have ids
    row_click: an event, sent with the row's `id` when the row is clicked
    sort: an event, sent when a heading is clicked: its parameter `by` is what to sort by then
    sorted_by: what the rows are sorted by: a column, with "-" before it if downwards
    col: `col.<name>` shows a cell; its data are `row` and `value`
    head: `head.<name>` shows a heading; its data is `label`
    actions: the last cell of each row; its data is `row`
    empty: what is shown in place of rows
    rest: the outer element's other attributes; `phx-target` is where `sort` and `row_click` go
    """
    fields = fields_of("core.table", "col", columns, col)
    if not fields:
        raise ComponentInputError("core.table", 'columns should name a field at least: columns=["name", …].')
    return {
        "columns": tuple(_column(field, sort, sorted_by, head) for field in fields),
        "stream": (rest.get("id") or rows.name) if isinstance(rows, Stream) else "",
        "width": len(fields) + (actions is not None),
        "target": rest.get("phx-target"),
    }


def _column(field: Field, sort: str, sorted_by: str, head: Mapping[str, Slot]) -> Column:
    order, by = "", ""
    if sort and field.sortable:
        order = {field.key: "ascending", f"-{field.key}": "descending"}.get(sorted_by, "none")
        by = f"-{field.key}" if order == "ascending" else field.key
    return Column(field, f"head.{field.key}" if field.key in head else "", by, order)
