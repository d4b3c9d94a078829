"""Who is present on one topic, and what of that its subscribers have not been told yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import orjson

from django_phoenix.wire.encoding import dumps


class Named(Protocol):
    """Where an entry comes from; its name begins the entry's ref."""

    name: str


# What tells an entry from all others: who lost sight of its origin and finds it again has another object.
Identity = tuple[str, int]


class Entry:
    """One meta of one key: a tab, a phone. A new one replaces it at each update.

    ``number`` is its origin's count; ``first`` is that of the entry at whose place it stands after updates,
    ``previous`` that of the one that it replaced as far as subscribers here have seen it. ``body`` is the
    meta's JSON without braces and with a comma in front, or empty.
    """

    __slots__ = ("body", "first", "key", "number", "origin", "previous", "roster")

    def __init__(
        self,
        roster: Roster,
        origin: Named,
        number: int,
        key: str,
        body: str,
        first: int | None = None,
    ) -> None:
        self.roster = roster
        self.origin = origin
        self.number = number
        self.key = key
        self.body = body
        self.first = number if first is None else first
        self.previous: int | None = None

    @property
    def identity(self) -> Identity:
        """Its origin's name and its number there."""
        return self.origin.name, self.number

    @property
    def ref(self) -> str:
        """The ``phx_ref``."""
        return f"{self.origin.name}.{self.number}"

    def text(self) -> str:
        """The meta as JSON."""
        name = self.origin.name
        if self.previous is None:
            return f'{{"phx_ref":"{name}.{self.number}"{self.body}}}'
        return f'{{"phx_ref":"{name}.{self.number}","phx_ref_prev":"{name}.{self.previous}"{self.body}}}'

    def meta(self) -> dict[str, Any]:
        """The meta as the application gets it."""
        meta: dict[str, Any] = orjson.loads(self.text())
        return meta


class Change:
    """Entries that have come and gone since subscribers were last told."""

    __slots__ = ("joined", "left")

    def __init__(self) -> None:
        self.joined: dict[Identity, Entry] = {}
        self.left: dict[Identity, Entry] = {}


NO_CHANGE = Change()

# An entry alone, or several under one key in order of arrival.
Metas = Entry | dict[Entry, None]


class Roster:
    """The presences of one Presence class (by its name) on one topic.

    Two states: the true one, in ``keys``, and the one that subscribers have been shown, which lags behind by
    ``waiting`` and, while a diff is being made, ``sending``.
    """

    __slots__ = (
        "busy",
        "due",
        "keys",
        "presence",
        "sending",
        "shown_json",
        "shown_until",
        "timer",
        "topic",
        "version",
        "waiting",
    )

    def __init__(self, presence: str, topic: str) -> None:
        self.presence = presence
        self.topic = topic
        self.keys: dict[str, Metas] = {}
        self.waiting: Change | None = None
        self.sending: Change | None = None
        # How often subscribers have been told, whether that is going on, the loop's time before which they
        # are not told again, and what wakes it then.
        self.version = 0
        self.busy = False
        self.due = 0.0
        self.timer: Any = None
        # What `shown` says, as JSON, until it changes; and until when what was fetched for it may stand.
        self.shown_json: str | None = None
        self.shown_until = 0.0

    # Changes.

    def add(self, entry: Entry) -> None:
        """Somebody has come, or is back before anybody was told of the leave."""
        self._insert(entry)
        change = self._change()
        if change.left.pop(entry.identity, None) is None:
            change.joined[entry.identity] = entry

    def remove(self, entry: Entry) -> None:
        """Somebody has left. Who came since the last diff was never seen."""
        self._discard(entry)
        change = self._change()
        if change.joined.pop(entry.identity, None) is None:
            change.left[entry.identity] = entry

    def replace(self, old: Entry, new: Entry) -> None:
        """An update: in the diff it will be a join of the new one and a leave of what was seen before."""
        new.previous = old.previous if old.identity in self._change().joined else old.number
        self.remove(old)
        self.add(new)

    def begin(self) -> Change | None:
        """What subscribers are to be told now; ``done`` when they have been."""
        change, self.waiting = self.waiting, None
        if change is None or not (change.joined or change.left):
            return None
        self.sending = change
        return change

    def done(self) -> None:
        """They have been told."""
        self.sending = None
        self.shown_json = None
        self.version += 1

    @property
    def empty(self) -> bool:
        """Nobody is here and everybody knows."""
        return not self.keys and self.waiting is None and not self.busy

    def _change(self) -> Change:
        if self.waiting is None:
            self.waiting = Change()
        return self.waiting

    def _insert(self, entry: Entry) -> None:
        metas = self.keys.get(entry.key)
        if metas is None:
            self.keys[entry.key] = entry
        elif type(metas) is dict:
            metas[entry] = None
        else:
            self.keys[entry.key] = {metas: None, entry: None}  # type: ignore[dict-item]

    def _discard(self, entry: Entry) -> None:
        metas = self.keys[entry.key]
        if type(metas) is dict:
            del metas[entry]
            if not metas:
                del self.keys[entry.key]
        else:
            del self.keys[entry.key]

    # Answers.

    def entries(self) -> Iterator[Entry]:
        """All that are here."""
        for metas in self.keys.values():
            if type(metas) is dict:
                yield from metas
            else:
                yield metas  # type: ignore[misc]

    def of_key(self, key: str) -> tuple[Entry, ...]:
        """The entries of one key."""
        metas = self.keys.get(key)
        if metas is None:
            return ()
        return tuple(metas) if type(metas) is dict else (metas,)  # type: ignore[return-value]

    def shown(self) -> Iterator[Entry]:
        """Those of whom subscribers have been told."""
        if self.sending is None and self.waiting is None:
            yield from self.entries()
            return
        sending, waiting = self.sending or NO_CHANGE, self.waiting or NO_CHANGE
        yield from sending.left.values()
        yield from (entry for ident, entry in waiting.left.items() if ident not in sending.joined)
        for entry in self.entries():
            if entry.identity not in sending.joined and entry.identity not in waiting.joined:
                yield entry

    def shown_as_json(self) -> str:
        """The ``presence_state`` without extras, made once per version."""
        if self.shown_json is None:
            self.shown_json = as_json(self.shown())
        return self.shown_json


def as_json(entries: Iterable[Entry]) -> str:
    """``{key: {"metas": […]}}``"""
    metas: dict[str, list[str]] = {}
    for entry in entries:
        metas.setdefault(entry.key, []).append(entry.text())
    pairs = [f'{dumps(key)}:{{"metas":[{",".join(texts)}]}}' for key, texts in metas.items()]
    return f"{{{','.join(pairs)}}}"


def as_dict(entries: Iterable[Entry]) -> dict[str, Any]:
    """The same for Python."""
    presences: dict[str, Any] = orjson.loads(as_json(entries))
    return presences
