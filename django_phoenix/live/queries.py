"""The live queries of one view: hearing of what has changed, and when they are read."""

from __future__ import annotations

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from django_phoenix import pubsub
from django_phoenix.delivery.model_changes import Keys, merged
from django_phoenix.live.live_query import LiveQuery
from django_phoenix.live.steps import Step, Steps, Where

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime
    from django_phoenix.streams import Streaming

# Seconds between two looks into the database: what changes meanwhile is gathered.
WINDOW = 0.05


# Views that gather news for a moment, with the timers that they wait for.
gathering: dict[LiveQueries, TimerHandle] = {}


class QueryNews:
    """Into the mailbox of the view: models that it follows have changed."""

    __slots__ = ("queries",)

    def __init__(self, queries: LiveQueries) -> None:
        self.queries = queries


class LiveQueries:
    """Those of one view and its components. On the loop and in pool threads, never in two places at once;
    but for ``deliver``, which only notes what has come."""

    __slots__ = ("_called", "_earliest", "_listens", "_live", "_news", "_queries", "_unread")

    def __init__(self, live: Runtime) -> None:
        self._live = live
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
        self._queries[query.key] = query
        self._unread[query] = None

    def refresh(self, cid: int | None, name: str) -> bool:
        """Have all of it read again when the callback has returned. False: the stream follows none."""
        query = self.find(cid, name)
        if query is None:
            return False
        query.all_anew = True
        self._unread[query] = None
        return True

    def leave(self, cid: int | None, name: str) -> None:
        """The stream goes its own way again, if it has followed a query."""
        query = self._queries.pop((cid, name), None)
        if query is not None:
            query.stream.follows = False
            self._unread.pop(query, None)

    def begin_again(self, cid: int | None) -> None:
        """The client has thrown away what a component has shown."""
        for query in self._of([cid]):
            query.keys = {}
            self._unread[query] = None

    def forget(self, cids: Iterable[int]) -> None:
        """Components have gone."""
        for query in self._of(cids):
            self.leave(*query.key)

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

    @property
    def loop(self) -> AbstractEventLoop:
        """The view's."""
        return self._live.channel.server.loop  # type: ignore[no-any-return]

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


def hurry(loop: AbstractEventLoop) -> bool:
    """Have views of this loop look now that wait for more news. False: none does. For tests."""
    waiting = [(view, timer) for view, timer in gathering.items() if view.loop is loop]
    for view, timer in waiting:
        timer.cancel()
        view.hurry()
    return bool(waiting)


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
