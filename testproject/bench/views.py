"""What live views are measured against: rows without views, and a page that is not live."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from testproject.bench.rows import KeyedRow, Row, rows

held: list[list[Row] | list[KeyedRow]] = []


def hold_rows(request: HttpRequest, number: int) -> HttpResponse:
    """Make and keep the rows of `number` tables."""
    held.extend(rows(Row) for _ in range(number))
    return HttpResponse(f"{len(held)} tables held")


def plain(request: HttpRequest) -> HttpResponse:
    """The counter's template as any Django page."""
    return render(request, "bench/counter.html", {"count": 0})
