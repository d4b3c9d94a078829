"""Live queries, the side of the view: what they show, and what has to change when their models have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet

from django_phoenix import pubsub
from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.query_order import in_one_order, staying_of
from django_phoenix.live.shared_query import SharedQuery, owned, shared
from django_phoenix.live.steps import Step, Steps, Where
from django_phoenix.live_queries import Keys, gathering, merged, topics_of
from django_phoenix.rendering.streams import RESET, Stream

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime
    from django_phoenix.streams import Streaming

# Seconds between two looks into the database: what changes meanwhile is gathered.
WINDOW = 0.05

# Seconds after a change in which another query is shown all anew. An element that waits for the answer to an
# event, as one with phx-viewport-top does, puts what comes meanwhile at its end, and back what has gone: the
# client's way. When the answer comes, it is put right.
WAITS = 0.3


class QueryNews:
    """Into the mailbox of the view: models that it follows have changed."""

    __slots__ = ("queries",)

    def __init__(self, queries: LiveQueries) -> None:
        self.queries = queries


class LiveQuery:
    """A stream that follows a query."""

    __slots__ = (
        "all_anew",
        "dom_id",
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


class LiveQueries:
    """Those of one view and its components. On the loop and in pool threads, never in two places at once;
    but for ``deliver``, which only notes what has come."""

    __slots__ = ("_called", "_earliest", "_listens", "_live", "_news", "_queries", "_unread")

    def __init__(self, live: Runtime) -> None:
        self._live = live
        # By owner (a cid, or None for the view) and name.
        self._queries: dict[tuple[int | None, str], LiveQuery] = {}
        self._unread: dict[LiveQuery, None] = {}
        self._listens: set[str] = set()
        # What has changed, by topic.
        self._news: dict[str, Keys] = {}
        self._called = False
        self._earliest = 0.0
        if live.channel is not None:
            live.channel.server.on_finish(self.close)

    # -- what views and components ask for

    def find(self, cid: int | None, name: str) -> LiveQuery | None:
        """The one behind this stream of this owner."""
        return self._queries.get((cid, name))

    def follow(self, query: LiveQuery, queryset: Any, *, reset: bool) -> None:
        """Have a stream follow a query, which is read when the callback has returned."""
        query.follow(queryset, reset=reset)
        self._queries[query.owner._cid, query.name] = query
        self._unread[query] = None

    def refresh(self, query: LiveQuery) -> None:
        """Have all of it read again when the callback has returned."""
        query.all_anew = True
        self._unread[query] = None

    def leave(self, query: LiveQuery) -> None:
        """The stream goes its own way again."""
        query.stream.follows = False
        self._queries.pop((query.owner._cid, query.name), None)
        self._unread.pop(query, None)

    def begin_again(self, cid: int | None) -> None:
        """The client has thrown away what a component has shown."""
        for query in self._of([cid]):
            query.keys = {}
            self._unread[query] = None

    def forget(self, cids: Iterable[int]) -> None:
        """Components have gone."""
        for query in self._of(cids):
            self.leave(query)

    def _of(self, cids: Iterable[int | None]) -> list[LiveQuery]:
        return [query for (cid, _), query in self._queries.items() if cid in cids]

    # -- reading

    @property
    def unread(self) -> bool:
        """Something has to be read before the next rendering."""
        return bool(self._unread)

    def reading(self) -> Steps[None]:
        """Listen, then read: in this order, so that nothing is missed between."""
        topics = {topic for query in self._unread for topic in query.topics} - self._listens
        if topics and self._live.channel is not None:
            yield Step(Where.LOOP, self._listen, (topics,))
        queries, self._unread = list(self._unread), {}
        yield Step(Where.POOL, _read, (queries,))

    def rendered(self) -> None:
        """What was shown at a new place, as in a branch taken again, is filled by a rendering more."""
        missed = [query for query in self._queries.values() if query.stream.missed]
        for query in missed:
            query.stream.missed = False
            query.reset = True
            self._unread[query] = None
        if missed and self._live.channel is not None:
            self._live.channel.inform(QueryNews(self))

    def looking(self) -> Steps[list[Streaming]]:
        """Look at what has changed; whose streams have."""
        self._called = False
        self._earliest = self._live.channel.server.loop.time() + WINDOW
        news, self._news = self._news, {}
        queries = [
            (query, _concerned(query, news), query.shared.number)
            for query in self._queries.values()
            if query not in self._unread
        ]
        waiting = [query.owner for query in self._unread]
        found: list[Streaming] = yield Step(Where.POOL, _look, (queries,))
        return waiting + found

    async def _listen(self, topics: set[str]) -> None:
        for topic in topics:
            self._listens.add(topic)
            joined = pubsub.subscribe(topic, self)
            if joined is not None:
                await joined
        if self._live.channel.server.over:
            self.close()

    # -- on the loop

    def deliver(self, delivery: pubsub.Delivery) -> None:
        """Somebody has changed something."""
        keys = delivery.payload.get("pks")
        topic = delivery.topic
        # Others may be asking for something, in a thread.
        for query in list(self._queries.values()):
            if topic in query.topics and query.shared is not None:
                query.shared.note(delivery)
        self._news[topic] = merged(self._news.get(topic, set()), None if keys is None else _hashable(keys))
        if not self._called:
            self._called = True
            self._call()

    def _call(self) -> None:
        """Have the view look, when it has had the time to show the last news, and its client to read them."""
        server = self._live.channel.server
        outbox, early = server.connection.outbox, self._earliest - server.loop.time()
        gathering.pop(self, None)
        if early > 0:
            gathering[self] = server.loop.call_later(early, self._call)
        elif outbox.busy and not server.connection.closed:
            outbox.when_drained(self._call)
        elif server.pending >= server.limit:
            gathering[self] = server.loop.call_later(WINDOW, self._call)  # its mailbox is full
        elif not server.over:
            server.inform(QueryNews(self))

    def hurry(self) -> None:
        """Do not wait any longer."""
        self._earliest = 0.0
        self._call()

    def close(self) -> None:
        """The view has ended."""
        timer = gathering.pop(self, None)
        if timer is not None:
            timer.cancel()
        for topic in self._listens:
            pubsub.unsubscribe(topic, self)
        self._listens.clear()


def _read(queries: list[LiveQuery]) -> None:
    for query in queries:
        query.read()


def _look(queries: list[tuple[LiveQuery, Keys, int]]) -> list[Streaming]:
    found = (each for each in queries if each[1] is None or each[1])
    return [query.owner for query, keys, number in found if query.look(keys, number)]


def _concerned(query: LiveQuery, news: dict[str, Keys]) -> Keys:
    """Keys of objects that may be in this query, as Python has them."""
    keys: Keys = set()
    for topic, model in query.topics.items():
        if topic in news:
            keys = merged(keys, _converted(model, news[topic]))
    return keys


def _converted(model: type[Model], keys: Keys) -> Keys:
    if keys is None:
        return None
    meta: Any = model._meta
    if len(meta.pk_fields) > 1:
        return {
            tuple(field.to_python(part) for field, part in zip(meta.pk_fields, key, strict=True))
            for key in keys
        }
    return {meta.pk.to_python(key) for key in keys}


def _hashable(keys: list[Any]) -> set[Any]:
    return {tuple(key) if isinstance(key, list) else key for key in keys}
