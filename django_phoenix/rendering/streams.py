"""Streams: lists whose items only the client keeps. What is shown are the changes since the last render.

A stream is a log of insertions, deletions and resets. `{% for %}` shows what the log comes to, complete each
time, and remembers nothing of it; the log is cut when that render is committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django_phoenix.exceptions import LiveViewError

if TYPE_CHECKING:
    from .keyed import Loop
    from .rendered import Node
    from .runtime import Runtime

Pair = tuple[str, Any]


class Insert(NamedTuple):
    """An item to show. ``at``: 0 is the front, -1 the end; ``limit``: 5 keeps the first five, -5 the last."""

    dom_id: str
    item: Any
    at: int
    limit: int | None
    update_only: bool | None


class Delete(NamedTuple):
    """An item to take away."""

    dom_id: str


class Mark:
    """The types of `NEW` and `RESET`."""

    __slots__ = ()


NEW: Final = Mark()  # stands first in a log of which the client has seen nothing
RESET: Final = Mark()


class Batch(NamedTuple):
    """What a log comes to."""

    pairs: list[Pair]
    inserts: list[Insert]
    deletes: list[str]
    reset: bool


class Stream:
    """What stands in a template as ``streams.messages``: ``{% for dom_id, message in streams.messages %}``.

    In Django's own rendering it is just that: an iterable of pairs.
    """

    __slots__ = ("connected", "log", "name", "ref", "shown")

    def __init__(self, name: str, ref: str, *, connected: bool) -> None:
        self.name = name
        self.ref = ref
        self.connected = connected
        self.log: list[Insert | Delete | Mark] = [NEW]
        # One cell: the render that shows it now; SENT once that was committed.
        self.shown: list[Any] = [None]

    def __repr__(self) -> str:
        return f"<Stream {self.name!r}, {len(self.log)} waiting>"

    def __iter__(self) -> Iterator[Pair]:
        if self.connected:
            raise LiveViewError(
                f"The stream {self.name!r} is read as if it were a list. On the socket its items can only be "
                "shown by a {% for dom_id, item in streams."
                f"{self.name} %}} that we compile: without a filter, and not in a tag that Django renders as "
                "one text (`manage.py phx_template` lists those)."
            )
        return iter(self.batch().pairs)

    def forget(self) -> None:
        """After a render was committed: what was not shown in it will not be shown."""
        if self.shown[0] is SENT:
            self.shown[0] = None
        elif self.log:
            self.log.clear()

    forget.alters_data = True  # type: ignore[attr-defined]

    def batch(self) -> Batch:
        """What the log comes to: of several insertions of one id the last, where it stands."""
        log = self.log
        if len(log) == 1 and type(log[0]) is Insert:
            (only,) = log
            return Batch([(only.dom_id, only.item)], [only], [], False)  # type: ignore[union-attr, list-item]
        inserts: dict[str, Insert] = {}
        deletes: dict[str, None] = {}
        reset = False
        for entry in log:
            if type(entry) is Insert:
                _insert(entry, inserts, deletes)
            elif type(entry) is Delete:
                inserts.pop(entry.dom_id, None)
                deletes[entry.dom_id] = None
            elif entry is RESET:
                inserts.clear()
                deletes.clear()
                reset = True
        ordered = list(inserts.values())
        if log and log[0] is NEW:
            ordered = arranged(ordered)
            reset = False  # of what?
        return Batch([(each.dom_id, each.item) for each in ordered], ordered, list(deletes), reset)


SENT: Final = Mark()


def _insert(entry: Insert, inserts: dict[str, Insert], deletes: dict[str, None]) -> None:
    if entry.update_only:
        before = inserts.get(entry.dom_id)
        if before is not None and not before.update_only:
            # The client has yet to insert what is to be updated.
            inserts[entry.dom_id] = before._replace(item=entry.item)
            return
        if entry.dom_id in deletes:
            return
    inserts.pop(entry.dom_id, None)
    inserts[entry.dom_id] = entry


def arranged(inserts: list[Insert]) -> list[Insert]:
    """The first items of a stream as they will stand, each with its place if it is not simply the next.

    For the plain HTML has no other order than that of its text, and the client must come to the same.
    """
    if all(each.at == -1 for each in inserts):
        return inserts
    order: list[Insert] = []
    for each in inserts:
        order.insert(len(order) if each.at == -1 else each.at, each)
    return [each if each.at == -1 else each._replace(at=place) for place, each in enumerate(order)]


# -- in a loop of a compiled template


def show(loop: Loop, rt: Runtime, stream: Stream, parent: Any, free: tuple[Any, ...]) -> tuple[Node, Stream]:
    """The loop over a stream, for a client that has not seen this place; and what to remember (LV-52)."""
    tree = _tree(loop, rt, stream, parent, free)
    tree["s"] = loop.block
    rt.fresh.append(tree)
    return tree, stream


def renew(
    loop: Loop,
    rt: Runtime,
    stream: Stream,
    parent: Any,
    free: tuple[Any, ...],
    memory: list[Any],
    at: int,
) -> Node | None:
    """What is new since then, or None."""
    if memory[at] is not stream:
        tree, _ = show(loop, rt, stream, parent, free)
        rt.journal.append((memory, at, stream))
        return tree
    if not stream.log:
        _note(loop, rt, stream)
        return None
    return _tree(loop, rt, stream, parent, free)


def _tree(loop: Loop, rt: Runtime, stream: Stream, parent: Any, free: tuple[Any, ...]) -> Node:
    _note(loop, rt, stream)
    pairs, inserts, deletes, reset = stream.batch()
    n = len(pairs)
    layer = loop.enter(rt, parent, n)
    try:
        rows = loop.rows(rt, [], pairs, 0, n, layer, *free)
    finally:
        loop.leave(rt)
    entries: Node = {str(place): entry for place, entry in enumerate(rows)}
    entries["kc"] = n
    if stream.log:
        rt.journal.append((stream.log, slice(len(stream.log)), ()))
    # Upstream names the newest first.
    wire: list[Any] = [
        stream.ref,
        [[each.dom_id, each.at, each.limit, each.update_only] for each in reversed(inserts)],
        deletes[::-1],
    ]
    if reset:
        wire.append(True)  # LV-53
    return {"k": entries, "stream": wire}


def _note(loop: Loop, rt: Runtime, stream: Stream) -> None:
    """The stream is shown here. Raises LiveViewError where that cannot be."""
    if stream.shown[0] is rt:
        raise LiveViewError(
            f"{loop.name}: the stream {stream.name!r} is shown a second time. An item stands in one place of "
            "the page, under its DOM id: make a stream of its own for each place."
        )
    if len(loop.variables) != 2:
        raise LiveViewError(
            f"{loop.name}: a stream gives pairs, but this loop has {len(loop.variables)} "
            f"variable{'s' if len(loop.variables) > 1 else ''}. Write {{% for dom_id, item in streams."
            f'{stream.name} %}}, and id="{{{{ dom_id }}}}" on the element of each item.'
        )
    if loop.is_reversed:
        raise LiveViewError(
            f"{loop.name}: the stream {stream.name!r} is shown reversed, but only the client knows all of "
            "its items. Insert each at the front: at=0."
        )
    if loop.empty is not None:
        raise LiveViewError(
            f"{loop.name}: nobody but the client knows whether the stream {stream.name!r} is empty, so "
            "{% empty %} cannot be shown. Put an element with an id beside the items, and show it by CSS "
            "while it is the only one: #nothing:not(:only-child) {display: none}."
        )
    stream.shown[0] = rt
    rt.journal.append((stream.shown, 0, SENT))
