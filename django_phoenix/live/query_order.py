"""The order of a live query: rows that stand in one order each time, and those of them that can stay."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

# What leaves no two rows in doubt; and what nothing can help.
UNIQUE = {"pk", "-pk", "?"}


def staying_of(known: Iterable[Any], order: Iterable[Any]) -> set[Any]:
    """The most of those in both that can stay where they are: the longest run of the same sequence."""
    places = {key: place for place, key in enumerate(order)}
    run: list[int] = []  # the last place of the best run of each length
    last: list[Any] = []
    before: dict[Any, Any] = {}
    for key in known:
        place = places.get(key)
        if place is None:
            continue
        length = bisect_left(run, place)
        before[key] = last[length - 1] if length else None
        run[length : length + 1], last[length : length + 1] = [place], [key]
    staying: set[Any] = set()
    key = last[-1] if last else None
    while key is not None:
        staying.add(key)
        key = before[key]
    return staying


def in_one_order(here: str, queryset: Any) -> QuerySet[Any]:
    """The query, ordered so that it gives the same rows in the same order each time. Not evaluated."""
    if not isinstance(queryset, QuerySet):
        raise TypeError(
            f"{here} takes a queryset, got {type(queryset).__name__}. Only a query can be followed."
        )
    query: Any = queryset.query
    if query.combinator or queryset._fields is not None:  # type: ignore[attr-defined]
        raise TypeError(
            f"{here} takes a queryset of whole objects: no values(), union() or the like. For what the page "
            "shows beside them use annotate()."
        )
    copy: Any = queryset.all()
    low, high = query.low_mark, query.high_mark
    copy.query.clear_limits()
    order = list(query.order_by or (query.get_meta().ordering if query.default_ordering else ()))
    if not query.extra_order_by and UNIQUE.isdisjoint(each for each in order if isinstance(each, str)):
        falls = bool(order) and isinstance(order[-1], str) and order[-1].startswith("-")
        copy = copy.order_by(*order, "-pk" if falls else "pk")
    copy.query.set_limits(low, high)
    return copy  # type: ignore[no-any-return]
