"""One query that several views of this process follow: the database is asked once for all of them."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

# More objects than that are fetched with all the rest of the query.
FEW = 100


class SharedQuery:
    """What the query gives since the last news of its models. From any thread."""

    __slots__ = (
        "__weakref__",
        "_as_of",
        "_found",
        "_is_complete",
        "_lock",
        "_news",
        "_order",
        "_query",
        "number",
    )

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self._query: Any = queryset.all()
        # Those of one view, which are not for others.
        self._query._known_related_objects = {}  # type: ignore[attr-defined]
        self._lock = threading.Lock()
        # The last news, and their number.
        self._news: object = None
        self.number = 0
        # What was read since.
        self._as_of = -1
        self._order: list[Any] | None = None
        self._found: dict[Any, Any] = {}
        self._is_complete = False

    def note(self, news: object) -> None:
        """Something has changed; each view comes with the same news."""
        if news is not self._news:
            self._news = news
            self.number += 1

    def order(self, number: int) -> list[Any]:
        """The primary keys, as of this number or later. Blocks."""
        with self._lock:
            self._forget_before(number)
            if self._order is None:
                keys = self._query.prefetch_related(None).values_list("pk", flat=True)
                self._order = list(dict.fromkeys(keys))
            return self._order

    def objects(self, number: int, wanted: Iterable[Any]) -> dict[Any, Any]:
        """Objects with these keys that are there, for one view to keep. Blocks."""
        with self._lock:
            self._forget_before(number)
            missing = [key for key in wanted if key not in self._found]
            if missing and not self._is_complete:
                self._found |= self._read(missing)
            return {key: copy.copy(self._found[key]) for key in wanted if key in self._found}

    def everything(self, number: int) -> dict[Any, Any]:
        """All of them, in their order. Blocks."""
        with self._lock:
            self._forget_before(number)
            if not self._is_complete:
                self._read_all()
            return {key: copy.copy(self._found[key]) for key in self._order or ()}

    def _forget_before(self, number: int) -> None:
        if self._as_of < number:
            self._as_of = self.number
            self._order, self._found, self._is_complete = None, {}, False

    def _read(self, wanted: list[Any]) -> dict[Any, Any]:
        if len(wanted) > FEW:
            self._read_all()
            return self._found
        query = self._query.all()
        query.query.clear_limits()
        return {each.pk: each for each in query.filter(pk__in=wanted)}

    def _read_all(self) -> None:
        self._found = {each.pk: each for each in self._query.all()}
        self._order = list(self._found)
        self._is_complete = True


_shared: WeakValueDictionary[Any, SharedQuery] = WeakValueDictionary()
_making = threading.Lock()


def shared(queryset: QuerySet[Any]) -> SharedQuery:
    """The one for this query: also that of others, if the database would be asked the very same."""
    try:
        key = _key(queryset)
        with _making:
            found = _shared.get(key)
            if found is None:
                found = _shared[key] = SharedQuery(queryset)
            return found
    except (EmptyResultSet, TypeError):  # a parameter that is not hashable
        return SharedQuery(queryset)


def owned(queryset: QuerySet[Any], item: Any) -> Any:
    """An object as the view's own query gives it: one of ``room.messages`` has that very room."""
    known: dict[Any, dict[Any, Any]] = queryset._known_related_objects  # type: ignore[attr-defined]
    for field, objects in known.items():
        if not field.is_cached(item):
            related = objects.get(getattr(item, field.attname))
            if related is not None:
                setattr(item, field.name, related)
    return item


@cache
def _plain_state() -> frozenset[str]:
    """What each queryset keeps; all that tells one from the other is in its SQL."""
    return frozenset(vars(QuerySet()))


def _key(queryset: Any) -> Any:
    """Raises TypeError or EmptyResultSet if there is none."""
    lookups = queryset._prefetch_related_lookups
    if not all(isinstance(each, str) for each in lookups):
        raise TypeError("a prefetch with a query of its own")
    sql, parameters = queryset.query.get_compiler(queryset.db).as_sql()
    if vars(queryset).keys() != _plain_state():
        raise TypeError("a queryset with a state of its own, such as the user that it is for")
    kind = type(queryset), queryset._iterable_class
    key = queryset.model, *kind, queryset.db, lookups, sql, tuple(parameters)
    hash(key)
    return key
