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

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.live_query import LiveQuery
from django_phoenix.live.queries import LiveQueries
from django_phoenix.live.stream_records import DomId, Streams
from django_phoenix.rendering.streams import Stream

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime

__all__ = ["Stream", "Streaming"]

# The name under which templates find them.
STREAMS = "streams"


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
        if self._live.queries is not None:
            if not reset:
                self._check_own(name, "stream")
            self._live.queries.leave(self._cid, name)
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
        if queries is None or not queries.refresh(self._cid, name):
            raise LiveViewError(
                f"{type(self).__name__}.stream_refresh({name!r}): it follows no query. Make it by "
                f"self.stream({name!r}, queryset, live=True)."
            )

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
            raise LiveViewError(
                f"{type(self).__name__}.{method}({name!r}, …): the stream follows a query, which says what "
                "is in it. Save or delete objects; or follow another query: "
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
                streams = self._streams = Streams(
                    type(self).__name__,
                    prefix,
                    connected=self._live.channel is not None,
                    returns=self._live.connect_params.get("_mounts", 0) != 0,
                )
                state[STREAMS] = streams.named
                return streams
        elif state.get(STREAMS) is streams.named:
            return streams
        raise LiveViewError(
            f"{type(self).__name__}.{method}(): assigns.streams holds something else, "
            f"{state.get(STREAMS)!r:.100}. That name is where templates find the streams: call yours "
            "otherwise."
        )
