"""A stream that follows a query: what it shows, and what has to change when the query's models have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet

from django_phoenix.delivery.live_models import topics_of
from django_phoenix.delivery.model_changes import Keys
from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.query_order import in_one_order, staying_of
from django_phoenix.live.shared_query import SharedQuery, owned, shared
from django_phoenix.rendering.streams import RESET, Stream

if TYPE_CHECKING:
    from django_phoenix.streams import Streaming

# Seconds after a change in which another query is shown all anew. An element that waits for the answer to an
# event, as one with phx-viewport-top does, puts what comes meanwhile at its end, and back what has gone: the
# client's way. When the answer comes, it is put right.
WAITS = 0.3


class LiveQuery:
    """A stream that follows a query."""

    __slots__ = (
        "all_anew",
        "dom_id",
        "key",
        "keys",
        "name",
        "owner",
        "queryset",
        "reset",
        "shared",
        "shown",
        "stream",
        "topics",
    )

    def __init__(self, owner: Streaming, name: str, stream: Stream, dom_id: Callable[[Any], str]) -> None:
        self.owner = owner
        self.name = name
        # By which a view knows it: a cid, or None for the view, and its name.
        self.key: tuple[int | None, str] = owner._cid, name
        self.stream = stream
        stream.follows = True
        self.dom_id = dom_id
        # What the client shows, in its order: primary keys, and the ids of their elements.
        self.keys: dict[Any, str] = {}
        self.queryset: QuerySet[Any] = None  # type: ignore[assignment]  # until it follows one
        self.shared: SharedQuery = None  # type: ignore[assignment]
        self.topics: dict[str, type[Model]] = {}
        # All that is shown goes first.
        self.reset = False
        # All of it is sent once more.
        self.all_anew = False
        # When something was.
        self.shown = 0.0

    def follow(self, queryset: Any, *, reset: bool) -> None:
        """Show this one from now on. Raises TypeError or LiveViewError."""
        here = f"{type(self.owner).__name__}.stream({self.name!r}, …, live=True)"
        self.queryset = in_one_order(here, queryset)
        try:
            self.topics = topics_of(self.queryset.model)
        except ImproperlyConfigured as error:
            raise LiveViewError(f"{here}: {error}") from None
        self.reset = self.reset or reset

    def read(self) -> None:
        """Show what the query gives now. Blocks."""
        self.shared = shared(self.queryset)
        if self.reset or (self.keys and monotonic() < self.shown + WAITS):
            self.reset = False
            self.keys = {}
            self.stream.log.append(RESET)
        if self.all_anew or not self.keys:
            self.all_anew = False
            self._show({each.pk: each for each in self.queryset.all()})
        else:
            self._look(set(), SharedQuery(self.queryset), 0)

    def look(self, changed: Keys, number: int) -> bool:
        """Show what is other than it was after so many news, objects with these keys among it. Blocks.

        False: nothing is.
        """
        if changed is None:
            return self._show(self.shared.everything(number))
        return self._look(changed, self.shared, number)

    def _look(self, changed: set[Any], source: SharedQuery, number: int) -> bool:
        order = source.order(number)
        staying = staying_of(self.keys, order)
        wanted = [key for key in order if key not in staying or key in changed]
        if not wanted and len(staying) == len(self.keys):
            return False
        found = source.objects(number, wanted) if wanted else {}
        return self._show(found, [key for key in order if key in found or key in staying])

    def _show(self, found: dict[Any, Any], order: Sequence[Any] | None = None) -> bool:
        """Those that were found come or are shown anew, at their places; others stay, or go."""
        order = list(found) if order is None else order
        staying = staying_of(self.keys, order)
        known, self.keys = self.keys, {}
        self.shown = monotonic()
        log = self.stream.log
        before = len(log)
        if known and order and not staying:
            log.append(RESET)
            known = {}
        log += [dom_id for key, dom_id in known.items() if key not in staying]
        for place, key in enumerate(order):
            if key in staying and key not in found:
                self.keys[key] = known[key]
                continue
            item = owned(self.queryset, found[key])
            dom_id = self.keys[key] = self.dom_id(item)
            log.append((dom_id, item, -1 if not known or key in staying else place, None, False))
        return len(log) > before
