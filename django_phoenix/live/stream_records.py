"""The streams of one view or component: how their items are named, and what is still to be sent of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.rendering.keyed import key_getter
from django_phoenix.rendering.streams import NEW, RESET, Insert, Stream

DomId = Callable[[Any], str]


class Streams:
    """Those of one view or component."""

    __slots__ = ("_blank", "_connected", "_dom_ids", "_filled", "_owner", "_prefix", "_returns", "named")

    def __init__(self, owner: str, prefix: str, *, connected: bool, returns: bool = False) -> None:
        self.named: dict[str, Stream] = {}
        self._owner = owner
        self._prefix = prefix
        self._connected = connected
        self._returns = returns
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
        stream = self.named[name] = Stream(name, ref, connected=self._connected, returns=self._returns)
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
