"""Holds rows without views, so that the weight of rows alone can be read off the process."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from testproject.bench.rows import KeyedRow, Row, rows

held: list[list[Row] | list[KeyedRow]] = []


def hold_rows(request: HttpRequest, number: int) -> HttpResponse:
    """Make and keep the rows of `number` tables."""
    held.extend(rows(Row) for _ in range(number))
    return HttpResponse(f"{len(held)} tables held")
