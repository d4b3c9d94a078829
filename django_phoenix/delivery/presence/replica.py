"""The presences of all nodes as one event loop knows them: a replicated set that converges.

Each origin (one event loop somewhere) is the only one to change its own entries, and counts its changes: its
state is a function of its clock. So a copy is a clock and the entries alive at that clock; the greater clock
wins, and a delta takes a copy from any clock between its two ends to the later one. Messages may be lost,
doubled or late without harm. There is no clock of the wall and no I/O in here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from django_phoenix.delivery.presence.roster import Entry, Roster

# Rows of a message: [presence, topic, [[number, key, body] or [number, key, body, first], …]].
Rows = list[list[Any]]

# Removals that are remembered, so that a copy that is behind can be sent the difference alone.
REMEMBERED_REMOVALS = 2000


class Rosters:
    """Every topic's presences, of all origins. ``changed`` are those that have to tell their subscribers."""

    def __init__(self) -> None:
        self.changed: dict[Roster, None] = {}
        self._table: dict[tuple[str, str], Roster] = {}

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[Roster]:
        return iter(self._table.values())

    def get(self, presence: str, topic: str) -> Roster | None:
        """The roster, if somebody is or lately was on it."""
        return self._table.get((presence, topic))

    def made(self, presence: str, topic: str) -> Roster:
        """The roster, made if need be."""
        roster = self._table.get((presence, topic))
        if roster is None:
            roster = self._table[presence, topic] = Roster(presence, topic)
        return roster

    def forget(self, roster: Roster) -> None:
        """It is empty."""
        self._table.pop((roster.presence, roster.topic), None)

    def add(self, entry: Entry) -> None:
        """Somebody has come."""
        entry.roster.add(entry)
        self.changed[entry.roster] = None

    def remove(self, entry: Entry) -> None:
        """Somebody has left."""
        entry.roster.remove(entry)
        self.changed[entry.roster] = None

    def replace(self, old: Entry, new: Entry) -> None:
        """Somebody's meta has changed."""
        if old.roster is not new.roster or old.key != new.key:
            raise ValueError(f"an update of {old.ref} moves it to another topic or key")
        new.roster.replace(old, new)
        self.changed[new.roster] = None


class Origin:
    """A name, a clock, and the entries that are alive at it, by their number."""

    __slots__ = ("clock", "entries", "name", "total")

    def __init__(self, name: str) -> None:
        self.name = name
        self.clock = 0
        self.entries: dict[int, Entry] = {}
        # Sum of the numbers, to compare copies by.
        self.total = 0

    def put(self, entry: Entry) -> None:
        """One more."""
        self.entries[entry.number] = entry
        self.total += entry.number

    def take(self, number: int) -> Entry | None:
        """One less, if it was there."""
        entry = self.entries.pop(number, None)
        if entry is not None:
            self.total -= number
        return entry


class Own(Origin):
    """This loop's own presences, and what of them the others have not been told yet."""

    __slots__ = ("_fresh", "_gone", "_log", "_log_from", "_rosters", "_told")

    def __init__(self, name: str, rosters: Rosters) -> None:
        super().__init__(name)
        self._rosters = rosters
        self._told = 0
        self._fresh: dict[int, Entry] = {}
        self._gone: list[int] = []
        # (clock, number) of removals, and the clock before the first of them.
        self._log: deque[tuple[int, int]] = deque(maxlen=REMEMBERED_REMOVALS)
        self._log_from = 0

    @property
    def untold(self) -> int:
        """Changes that the others do not know of."""
        return self.clock - self._told

    def add(self, roster: Roster, key: str, body: str) -> Entry:
        """Somebody has come to this loop."""
        entry = self._next(roster, key, body, None)
        self._rosters.add(entry)
        return entry

    def replace(self, old: Entry, body: str) -> Entry:
        """A new meta for an entry."""
        self._note_gone(old)
        entry = self._next(old.roster, old.key, body, old.first)
        self._rosters.replace(old, entry)
        return entry

    def remove(self, entry: Entry) -> None:
        """Somebody has left this loop."""
        self._note_gone(entry)
        self._rosters.remove(entry)

    def take_delta(self) -> dict[str, Any]:
        """What the others have not been told yet; they count as told now."""
        delta = self._delta(self._told, self._fresh.values(), self._gone)
        self.forget_delta()
        return delta

    def forget_delta(self) -> None:
        """There is nobody to tell."""
        self._told, self._fresh, self._gone = self.clock, {}, []

    def delta_since(self, clock: int) -> dict[str, Any] | None:
        """What a copy of that clock lacks; None if that is not known any more."""
        if not self._log_from <= clock <= self.clock:
            return None
        fresh = [entry for number, entry in self.entries.items() if number > clock]
        gone = [number for at, number in self._log if at > clock]
        return self._delta(clock, fresh, gone)

    def _delta(self, since: int, fresh: Iterable[Entry], gone: list[int]) -> dict[str, Any]:
        return {"since": since, "clock": self.clock, "gone": gone, "rows": rows_of(fresh)}

    def _next(self, roster: Roster, key: str, body: str, first: int | None) -> Entry:
        self.clock += 1
        entry = Entry(roster, self, self.clock, key, body, first)
        self.put(entry)
        self._fresh[entry.number] = entry
        return entry

    def _note_gone(self, entry: Entry) -> None:
        self.take(entry.number)
        self.clock += 1
        self._fresh.pop(entry.number, None)
        # Also if nobody has heard of it: a copy of a clock in between may have.
        self._gone.append(entry.number)
        if len(self._log) == self._log.maxlen:
            self._log_from = self._log[0][0]
        self._log.append((self.clock, entry.number))


class Copy(Origin):
    """What is known here of another origin."""

    __slots__ = ("_rosters",)

    def __init__(self, name: str, rosters: Rosters) -> None:
        super().__init__(name)
        self._rosters = rosters

    def fits(self, since: int) -> bool:
        """Whether a delta from that clock on can be merged."""
        return since <= self.clock

    def merge_delta(self, clock: int, gone: list[int], rows: Rows) -> None:
        """Take a delta that ``fits``."""
        if clock > self.clock:
            self._change(gone, [entry for entry in self._read(rows) if entry.number not in self.entries])
            self.clock = clock

    def merge_state(self, clock: int, rows: Rows) -> None:
        """Take the whole state at a clock."""
        if clock >= self.clock:
            alive = {entry.number: entry for entry in self._read(rows)}
            gone = [number for number in self.entries if number not in alive]
            self._change(gone, [entry for entry in alive.values() if entry.number not in self.entries])
            self.clock = clock

    def drop(self) -> None:
        """The origin is down: all of its entries leave."""
        self._change(list(self.entries), [])

    def _change(self, gone: list[int], fresh: list[Entry]) -> None:
        left: dict[int, Entry] = {}
        for number in gone:
            entry = self.take(number)
            if entry is not None:
                left[entry.first] = entry
        for entry in fresh:
            self.put(entry)
            old = left.pop(entry.first, None)
            if old is None:
                self._rosters.add(entry)
            else:
                self._rosters.replace(old, entry)
        for entry in left.values():
            self._rosters.remove(entry)

    def _read(self, rows: Rows) -> Iterator[Entry]:
        for presence, topic, metas in rows:
            roster = self._rosters.made(presence, topic)
            for number, key, body, *first in metas:
                if type(number) is not int or type(key) is not str or type(body) is not str:
                    raise TypeError(f"an entry should be a number, a key and a meta, got {number!r}, {key!r}")
                yield Entry(roster, self, number, key, body, *first)


def rows_of(entries: Iterable[Entry]) -> Rows:
    """For a message."""
    by_roster: dict[Roster, list[Any]] = {}
    for entry in entries:
        meta: list[Any] = [entry.number, entry.key, entry.body]
        if entry.first != entry.number:
            meta.append(entry.first)
        by_roster.setdefault(entry.roster, []).append(meta)
    return [[roster.presence, roster.topic, metas] for roster, metas in by_roster.items()]
