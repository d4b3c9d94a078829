"""Streams: lists whose items only the client keeps. What is shown are the changes since the last render.

A stream is a log of insertions, deletions and resets. `{% for %}` shows what the log comes to, complete each
time, and remembers nothing of it; the log is cut when that render is committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django_phoenix.exceptions import LiveViewError

if TYPE_CHECKING:
    from .keyed import Loop
    from .rendered import Node
    from .runtime import Runtime

Pair = tuple[str, Any]


# An item to show: its DOM id, itself, at, limit, update_only. A plain tuple, of which many are made.
Insert = tuple[str, Any, int, int | None, bool | None]


class Mark:
    """The types of `NEW` and `RESET`."""

    __slots__ = ()


NEW: Final = Mark()  # stands first in a log of which the client has seen nothing
RESET: Final = Mark()


# What a log comes to: what is inserted, what is deleted, whether all else goes.
Batch = tuple[list[Insert], list[str], bool]


class Stream:
    """What stands in a template as ``streams.messages``: ``{% for dom_id, message in streams.messages %}``.

    In Django's own rendering it is just that: an iterable of pairs.
    """

    __slots__ = ("connected", "follows", "log", "missed", "name", "ref", "returns", "shown")

    def __init__(self, name: str, ref: str, *, connected: bool, returns: bool = False) -> None:
        self.name = name
        self.ref = ref
        self.connected = connected
        # The page may still show items of the connection before. In a portal the client would let them stay.
        self.returns = returns
        # A text is the DOM id of an item that goes.
        self.log: list[Insert | str | Mark] = [NEW]
        # A query says what is in it; and it was shown at a new place, without what it had shown elsewhere.
        self.follows = self.missed = False
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
        return iter([entry[:2] for entry in self.batch()[0]])

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
        inserts: dict[str, Insert] = {}
        deletes: dict[str, None] = {}
        reset = False
        for entry in log:
            if isinstance(entry, tuple):
                _insert(entry, inserts, deletes)
            elif isinstance(entry, str):
                inserts.pop(entry, None)
                deletes[entry] = None
            elif entry is RESET:
                inserts.clear()
                deletes.clear()
                reset = True
        ordered = list(inserts.values())
        if log and log[0] is NEW:
            return arranged(ordered), list(deletes), self.returns
        return ordered, list(deletes), reset


SENT: Final = Mark()


def _insert(entry: Insert, inserts: dict[str, Insert], deletes: dict[str, None]) -> None:
    dom_id, item, _, _, update_only = entry
    if update_only:
        before = inserts.get(dom_id)
        if before is not None and not before[4]:
            # The client has yet to insert what is to be updated.
            inserts[dom_id] = (dom_id, item, *before[2:])
            return
        if dom_id in deletes:
            return
    inserts.pop(dom_id, None)
    inserts[dom_id] = entry


def arranged(inserts: list[Insert]) -> list[Insert]:
    """The first items of a stream as they will stand, each with its place if it is not simply the next.

    For the plain HTML has no other order than that of its text, and the client must come to the same.
    """
    if all(entry[2] == -1 for entry in inserts):
        return inserts
    order: list[Insert] = []
    for entry in inserts:
        order.insert(len(order) if entry[2] == -1 else entry[2], entry)
    return [entry if entry[2] == -1 else (*entry[:2], place, *entry[3:]) for place, entry in enumerate(order)]


# -- in a loop of a compiled template


def show(loop: Loop, rt: Runtime, stream: Stream, parent: Any, free: tuple[Any, ...]) -> tuple[Node, Stream]:
    """The loop over a stream, for a client that has not seen this place; and what to remember (LV-52)."""
    if stream.follows and NEW not in stream.log and RESET not in stream.log:
        stream.missed = True
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
    log = stream.log
    inserts: list[Insert]
    deletes: list[str] = []
    reset = False
    if len(log) == 1 and type(log[0]) is tuple:
        inserts = [log[0]]
    else:
        inserts, deletes, reset = stream.batch()
    n = len(inserts)
    layer = loop.enter(rt, parent, n)
    try:
        rows = loop.rows(rt, [], [entry[:2] for entry in inserts], 0, n, layer, *free)
    finally:
        loop.leave(rt)
    entries: Node = {str(place): entry for place, entry in enumerate(rows)}
    entries["kc"] = n
    if log:
        rt.journal.append((log, slice(len(log)), ()))
    # Upstream names the newest first.
    named = [[dom_id, at, limit, only] for dom_id, _, at, limit, only in reversed(inserts)]
    wire: list[Any] = [stream.ref, named, deletes[::-1]]
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
