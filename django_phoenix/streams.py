"""Streams: long lists whose items the browser keeps, and the server does not (Phoenix.LiveView.stream).

    def mount(self, params, session):
        self.stream("messages", Message.objects.order_by("-pk")[:50])

    def handle_info(self, message):
        self.stream_insert("messages", message, limit=-100)

    <ul id="messages" phx-update="stream">
      {% for dom_id, message in streams.messages %}<li id="{{ dom_id }}">{{ message.body }}</li>{% endfor %}
    </ul>

The methods belong to live views and live components alike. Once shown, items are forgotten: whoever joins
again gets from ``mount`` what there is then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.queries import LiveQueries, LiveQuery
from django_phoenix.rendering.keyed import key_getter
from django_phoenix.rendering.streams import NEW, RESET, Insert, Stream

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime

__all__ = ["Stream", "Streaming"]

DomId = Callable[[Any], str]

# The name under which templates find them.
STREAMS = "streams"


class Streams:
    """Those of one view or component."""

    __slots__ = ("_blank", "_connected", "_dom_ids", "_filled", "_owner", "_prefix", "named")

    def __init__(self, owner: str, prefix: str, *, connected: bool) -> None:
        self.named: dict[str, Stream] = {}
        self._owner = owner
        self._prefix = prefix
        self._connected = connected
        self._dom_ids: dict[str, DomId] = {}
        # Streams whose element went with all that it showed.
        self._blank: set[str] = set()
        # Those that have shown something.
        self._filled: set[str] = set()

    def add(
        self,
        name: str,
        items: Iterable[Any],
        *,
        at: int,
        limit: int | None,
        reset: bool,
        update_only: bool,
        dom_id: DomId | None,
    ) -> None:
        """Insert all of them, or none if one of them has no id."""
        self._check(name, at, limit)
        known = self._dom_ids.get(name)
        if dom_id is not None:
            self._dom_ids[name] = self._callable(name, dom_id)
        try:
            stream = self.named.get(name)
            if stream is None or name in self._blank:
                # There is nothing that the first ones could be put before.
                inserts = self._inserts(name, items, -1, limit, update_only or None)
                stream = stream or self._make(name)
            else:
                inserts = self._inserts(name, items, at, limit, update_only)
                if reset:
                    stream.log.append(RESET)
        except BaseException:
            self._restore(name, known)
            raise
        self._blank.discard(name)
        stream.log += inserts
        if inserts:
            self._filled.add(name)

    def insert(self, name: str, item: Any, at: int, limit: int | None, update_only: bool) -> None:
        """Insert one into a stream that is there."""
        stream = self.named.get(name) or self.get(name, "stream_insert")
        if at != -1 or limit is not None:
            self._check(name, at, limit)
        stream.log.append((self.dom_id(name, item), item, at, limit, update_only))
        self._filled.add(name)

    def configure(self, name: str, dom_id: DomId) -> None:
        """Say how the DOM ids of a stream to come are made."""
        self._check(name, -1, None)
        if name in self.named or name in self._dom_ids:
            raise LiveViewError(
                f"{self._owner}.stream_configure({name!r}, …): the stream {name!r} has been "
                f"{'filled' if name in self.named else 'configured'} already. Configure it once, before its "
                "first items: in mount()."
            )
        self._dom_ids[name] = self._callable(name, dom_id)

    def made(self, name: str, dom_id: DomId | None) -> Stream:
        """A stream that is filled later."""
        self._check(name, -1, None)
        if dom_id is not None:
            self._dom_ids[name] = self._callable(name, dom_id)
        return self.named.get(name) or self._make(name)

    def get(self, name: str, method: str) -> Stream:
        """A stream that is there. Raises LiveViewError."""
        stream = self.named.get(name)
        if stream is None:
            have = ", ".join(map(repr, self.named)) or "none yet"
            raise LiveViewError(
                f"{self._owner}.{method}({name!r}, …): there is no such stream (it has: {have}). Make it "
                f"with self.stream({name!r}, []), in mount()."
            )
        return stream

    def forget(self) -> None:
        """The owner has been rendered, and what was rendered is sent (LV-55)."""
        for stream in self.named.values():
            stream.forget()

    def begin_again(self) -> None:
        """The client has thrown away the elements of a component, and the items in them."""
        for stream in self.named.values():
            stream.log[:] = [NEW]
        self._blank.update(self.named)

    @property
    def is_bereft(self) -> bool:
        """After ``begin_again``: something was shown that nobody has given again."""
        return any(
            name in self._filled and not stream.follows and stream.log == [NEW]
            for name, stream in self.named.items()
        )

    def _make(self, name: str) -> Stream:
        ref = f"{self._prefix}{len(self.named)}"  # LV-56
        stream = self.named[name] = Stream(name, ref, connected=self._connected)
        return stream

    def dom_id(self, name: str, item: Any) -> str:
        """The id of an item's element."""
        make = self._dom_ids.get(name)
        if make is None:
            return f"{name}-{self._key(name, item)}"
        made = make(item)
        if not isinstance(made, str) or not made:
            raise TypeError(
                f"{self._owner}: dom_id of the stream {name!r} should return a text such as '{name}-1', got "
                f"{made!r:.100} for {item!r:.100}."
            )
        return str(made)

    def _key(self, name: str, item: Any) -> Any:
        if type(item) is dict and "id" in item and "pk" not in item:
            key = item["id"]
        elif (getter := key_getter(item)) is not None:
            key = getter(item)
        else:
            raise LiveViewError(
                f"{self._owner}: items of the stream {name!r} need an id, but {item!r:.100} "
                f"({type(item).__name__}) has neither pk nor id. Say how it is made: "
                f'self.stream({name!r}, …, dom_id=lambda item: f"{name}-{{…}}").'
            )
        if key is None or key == "":
            raise LiveViewError(
                f"{self._owner}: {item!r:.100} of the stream {name!r} has the id {key!r}. Save it before "
                "it is inserted; take it out of the stream before it is deleted, or by "
                f"stream_delete_by_dom_id({name!r}, '{name}-…')."
            )
        return key

    def _inserts(
        self, name: str, items: Iterable[Any], at: int, limit: int | None, update_only: bool | None
    ) -> list[Insert]:
        try:
            iterator = iter(items)
        except TypeError:
            hint = ""
            if hasattr(items, "__aiter__"):
                hint = " Await them first: [item async for item in …]."
            raise TypeError(
                f"{self._owner}.stream({name!r}, …): the items should be a list, a queryset or the like, got "
                f"{type(items).__name__}.{hint}"
            ) from None
        dom_id = self.dom_id
        return [(dom_id(name, item), item, at, limit, update_only) for item in iterator]

    def _restore(self, name: str, known: DomId | None) -> None:
        if known is None:
            self._dom_ids.pop(name, None)
        else:
            self._dom_ids[name] = known

    def _callable(self, name: str, dom_id: DomId) -> DomId:
        if not callable(dom_id):
            raise TypeError(
                f"{self._owner}: dom_id of the stream {name!r} should be a function that gives an item's id, "
                f"such as lambda item: f\"{name}-{{item['uid']}}\", got {dom_id!r:.100}."
            )
        return dom_id

    def _check(self, name: str, at: int, limit: int | None) -> None:
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise ValueError(
                f"{self._owner}: a stream's name should be one that a template can write, such as 'messages' "
                f"(streams.messages), got {name!r:.100}."
            )
        if type(at) is not int or at < -1:
            raise ValueError(
                f"{self._owner}, stream {name!r}: at should be 0 (the front), -1 (the end) or a position, "
                f"got {at!r:.100}."
            )
        if limit is not None and type(limit) is not int:
            raise ValueError(
                f"{self._owner}, stream {name!r}: limit should be None or a number of items, such as 50 (the "
                f"first ones stay) or -50 (the last ones), got {limit!r:.100}."
            )


class Streaming:
    """What live views and live components can do with streams. All of it takes hold with the next render."""

    assigns: Any

    _live: Runtime
    _cid: int | None
    # From the first stream on.
    _streams: Streams | None = None

    def stream(
        self,
        name: str,
        items: Iterable[Any],
        *,
        at: int = -1,
        limit: int | None = None,
        reset: bool = False,
        update_only: bool = False,
        dom_id: DomId | None = None,
        live: bool = False,
    ) -> None:
        """Make a stream of ``items``, or insert them into the one that there is.

        ``at``: where, each in turn: 0 is the front (so the last one comes to stand first), -1 the end; the
        first items of a stream stand as they are given. ``limit``: how many the browser keeps, from the front
        (50) or from the end (-50); it is not applied to the page's first HTML. ``reset``: take away all that
        are there first. ``update_only``: leave out those that the browser does not show. ``dom_id``: the
        function that gives an item's id; else it is ``name`` with its ``pk`` or ``id``: "messages-7".

        ``live``: ``items`` is a queryset, and the stream follows it from now on: what is saved or deleted
        anywhere comes, changes, moves and goes as the query says. It is read when the callback has returned,
        so in an ``async def`` as well. Called again with another query, what differs is sent.

        Raises LiveViewError if an item has no id, and then inserts none; if a stream that follows a query is
        given items of its own without ``reset``; and for models that the setting LIVE_MODELS does not name.
        """
        if live:
            if at != -1 or limit is not None or update_only:
                raise ValueError(
                    f"{type(self).__name__}.stream({name!r}, …, live=True): at, limit and update_only are "
                    "for the query to say. Slice it: queryset[:50]."
                )
            self._follow(name, items, reset=reset, dom_id=dom_id)
            return
        if self._live.queries is not None and (query := self._live.queries.find(self._cid, name)) is not None:
            if not reset:
                raise self._follows(name, "stream")
            self._live.queries.leave(query)
        self._streams_here("stream").add(
            name, items, at=at, limit=limit, reset=reset, update_only=update_only, dom_id=dom_id
        )

    def stream_configure(self, name: str, *, dom_id: DomId) -> None:
        """Say how the DOM ids of a stream are made, before its first items. LiveViewError if that is late."""
        self._streams_here("stream_configure").configure(name, dom_id)

    def stream_insert(
        self, name: str, item: Any, *, at: int = -1, limit: int | None = None, update_only: bool = False
    ) -> None:
        """Insert an item, or update it where it stands. Options as in ``stream``.

        To move it, delete and insert it. Raises LiveViewError if there is no such stream, or if it follows a
        query and ``update_only`` is not given: then the query says what is inserted.
        """
        if self._live.queries is not None and not update_only:
            self._check_own(name, "stream_insert")
        self._streams_here("stream_insert").insert(name, item, at, limit, update_only)

    def stream_delete(self, name: str, item: Any) -> None:
        """Take an item away. Raises LiveViewError if there is no such stream, or if it follows a query."""
        self._check_own(name, "stream_delete")
        streams = self._streams_here("stream_delete")
        streams.get(name, "stream_delete").log.append(streams.dom_id(name, item))

    def stream_delete_by_dom_id(self, name: str, dom_id: str) -> None:
        """Take away the item whose element has this id. Raises as ``stream_delete`` does."""
        self._check_own(name, "stream_delete_by_dom_id")
        stream = self._streams_here("stream_delete_by_dom_id").get(name, "stream_delete_by_dom_id")
        if not isinstance(dom_id, str):
            raise TypeError(
                f"{type(self).__name__}.stream_delete_by_dom_id({name!r}, …): the id should be a text such "
                f"as '{name}-1', got {dom_id!r:.100}."
            )
        stream.log.append(dom_id)

    def stream_refresh(self, name: str) -> None:
        """Read the query of a stream that follows one again, all of it.

        For what it shows of other models. Raises LiveViewError if the stream follows no query.
        """
        queries = self._live.queries
        query = None if queries is None else queries.find(self._cid, name)
        if queries is None or query is None:
            raise LiveViewError(
                f"{type(self).__name__}.stream_refresh({name!r}): it follows no query. Make it by "
                f"self.stream({name!r}, queryset, live=True)."
            )
        queries.refresh(query)

    def _follow(self, name: str, queryset: Any, *, reset: bool, dom_id: DomId | None) -> None:
        live = self._live
        if live.queries is None:
            live.queries = LiveQueries(live)
        streams = self._streams_here("stream")
        query = live.queries.find(self._cid, name)
        if query is None:
            if name in streams.named and not reset:
                raise LiveViewError(
                    f"{type(self).__name__}.stream({name!r}, …, live=True): the stream has items that are "
                    "not of this query already. Give reset=True."
                )
            stream = streams.made(name, dom_id)
            query = LiveQuery(self, name, stream, partial(streams.dom_id, name))
        live.queries.follow(query, queryset, reset=reset)

    def _check_own(self, name: str, method: str) -> None:
        """What is in it is not for a query to say."""
        queries = self._live.queries
        if queries is not None and queries.find(self._cid, name) is not None:
            raise self._follows(name, method)

    def _follows(self, name: str, method: str) -> LiveViewError:
        return LiveViewError(
            f"{type(self).__name__}.{method}({name!r}, …): the stream follows a query, which says what is in "
            "it. Save or delete objects; or follow another query: "
            f"self.stream({name!r}, …, live=True)."
        )

    def _streams_here(self, method: str) -> Streams:
        state, streams = vars(self.assigns), self._streams
        if streams is None:
            if STREAMS not in state:
                # The client looks for the items of a stream in all of the page.
                prefix = f"{self._live.id}-" if self._live.is_nested else ""
                if self._cid is not None:
                    prefix += f"{self._cid}-"
                connected = self._live.channel is not None
                streams = self._streams = Streams(type(self).__name__, prefix, connected=connected)
                state[STREAMS] = streams.named
                return streams
        elif state.get(STREAMS) is streams.named:
            return streams
        raise LiveViewError(
            f"{type(self).__name__}.{method}(): assigns.streams holds something else, "
            f"{state.get(STREAMS)!r:.100}. That name is where templates find the streams: call yours "
            "otherwise."
        )
