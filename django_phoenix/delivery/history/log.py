"""What one process remembers of one topic: the last broadcasts, and how far it has heard each publisher.

Publishers number what they broadcast on a topic, so two processes agree on what a broadcast is though they
may have received it in a different order. A place in the history therefore names two things: a position in
the log of the process that gave it out, which is exact there, and the last number of each publisher, by which
any other process can tell what is missing. All times are seconds of this process' monotonic clock.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.history import offset
from django_phoenix.delivery.history.offset import Offset
from django_phoenix.delivery.history.state import NEVER, Copy, Entry, Line, State
from django_phoenix.history import History

# Broadcasts of several publishers may arrive in a different order at two processes, but not by more seconds
# than this.
DISORDER = 2.0
# Publishers that an offset names, at most.
NAMED = 64
NOTHING: deque[Entry] = deque(maxlen=0)
# Bytes that an entry takes beside its frame.
ENTRY = 500
# Publishers, and logs of other processes, that a log knows.
REMEMBERED, COPIES = 256, 16


class CatchUp(NamedTuple):
    """What a client that joins is told, and what it gets after that."""

    told: dict[str, Any]
    missed: list[Delivery]


class Log:
    """Bounded by its History. ``since`` answers for any offset that any process has given out."""

    __slots__ = (
        "_bytes",
        "_copies",
        "_entries",
        "_forgotten",
        "_gone",
        "_lines",
        "_position",
        "history",
        "idle_since",
        "name",
        "opened",
        "topic",
    )

    def __init__(self, topic: str, history: History, now: float) -> None:
        self.topic = topic
        self.history = history
        self.name = secrets.token_urlsafe(6)
        # Since when nothing was missed unnoticed; and when the last subscriber left.
        self.opened = now
        self.idle_since = now
        self._position = 0
        # Our own offsets below this position have missed something that can't be had.
        self._gone = 0
        # When the newest broadcast of a publisher was heard that is known no more.
        self._forgotten = NEVER
        # What was taken over, at position 0, comes before what we have heard. Made for the first of them.
        self._entries: deque[Entry] = NOTHING
        self._bytes = 0
        # Those that were heard last come last.
        self._lines: dict[str, Line] = {}
        self._copies: dict[str, Copy] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def weight(self) -> int:
        """Bytes that it takes, roughly."""
        return self._bytes + ENTRY * len(self._entries)

    def anew(self, now: float) -> Log:
        """One that takes its place, after some time in which nobody knows what was missed."""
        log = Log(self.topic, self.history, now)
        log.idle_since = self.idle_since
        return log

    # Remembering.

    def record(self, delivery: Delivery, now: float) -> Delivery:
        """Remember a broadcast. Returns it as clients should get it: with its offset."""
        if delivery.stamp is None:
            return delivery
        stream, number, begins = delivery.stamp
        if not self._hear(stream, number, begins, now):
            # Late, after it was missed: clients get it, but their offset is beyond it.
            return delivery.at(self.here(now))
        if delivery.event in self.history.leave_out:
            return delivery
        self._position += 1
        delivery = delivery.at(self.here(now))
        if self._entries is NOTHING:
            self._entries = deque()
        self._entries.append(Entry(stream, number, now, self._position, delivery))
        self._bytes += len(delivery.frame)
        self.forget_old(now)
        return delivery

    def _hear(self, stream: str, number: int, begins: bool, now: float) -> bool:
        line = self._lines.get(stream)
        if line is None:
            self._lines[stream] = Line(number, now, number - 1, NEVER)
            self._forget_publishers()
            return True
        if number <= line.last:
            return False
        if number > line.last + 1 and not begins:
            line.loses(number - 1, now)
            # A place of its own: clients that were there have missed it as well.
            self._position += 1
            self._gone = self._position
        line.last, line.at = number, now
        self._lines[stream] = self._lines.pop(stream)
        return True

    def _forget_publishers(self) -> None:
        while len(self._lines) > REMEMBERED:
            line = self._lines.pop(next(iter(self._lines)))
            self._forgotten = max(self._forgotten, line.at)

    def forget_old(self, now: float) -> None:
        """Keep to the limits."""
        entries, history = self._entries, self.history
        while entries and (
            len(entries) > history.size
            or self._bytes > history.max_bytes
            or now - entries[0].at > history.ttl
        ):
            gone = entries.popleft()
            self._bytes -= gone.size
            self._gone = max(self._gone, gone.position)
            line = self._lines.get(gone.stream)
            if line is not None:
                line.loses(gone.number, gone.at)

    # Telling.

    def here(self, now: float) -> str:
        """The offset of who has everything so far."""
        return offset.write(self.topic, self.name, self._position, self._named(now))

    def _named(self, now: float) -> Iterator[tuple[str, int]]:
        """Those that an offset names. The others have been silent for so long that nothing of theirs is left
        anywhere, and were so before the newest broadcast wherever that was heard."""
        newest: float | None = None
        for stream, line in islice(reversed(self._lines.items()), NAMED):
            newest = line.at if newest is None else newest
            if now - line.at > 2 * self.history.ttl and newest - line.at > 2 * DISORDER:
                return
            yield stream, line.last

    def catch_up(self, text: object, now: float) -> CatchUp:
        """For a client that joins with this offset; None if it joins for the first time."""
        place = None if text is None else offset.read(self.topic, text)
        missed = None if place is None else self.since(place, now)
        if missed:
            # It is where it was until it has got them.
            return CatchUp({"gap": False, "offset": text}, missed)
        return CatchUp({"gap": text is not None and missed is None, "offset": self.here(now)}, [])

    def since(self, place: Offset, now: float) -> list[Delivery] | None:
        """What came after ``place``, in order; None if it can't be had, or can't be known."""
        self.forget_old(now)
        if place.log == self.name:
            if place.position < self._gone:
                return None
            return [entry.delivery for entry in self._entries if entry.position > place.position]
        copy = self._copies.get(place.log)
        seen = place.seen if copy is None else copy.seen(place.position, place.seen)
        horizon = self._horizon(place) if copy is None else copy.opened - DISORDER
        if seen is None or horizon is None or not self._has_all_since(seen, horizon):
            return None
        return [entry.delivery for entry in self._missed(seen, horizon)]

    def can_serve(self, text: object, now: float) -> bool:
        """Whether ``catch_up`` would tell of no gap, or always will."""
        place = offset.read(self.topic, text)
        return place is None or self.since(place, now) is not None

    def _horizon(self, place: Offset) -> float | None:
        """Up to when the owner of an unknown log's offset has surely heard whatever we have; None: unknown.

        That is when we heard the newest of the broadcasts that the offset names. It has to be one from some
        time after we began to listen: then we have missed nothing that came after it.
        """
        heard = [
            self._lines[stream].at
            for stream, number in place.seen.items()
            if stream in self._lines and number >= self._lines[stream].last
        ]
        heard += [entry.at for entry in self._entries if place.seen.get(entry.stream, 0) >= entry.number]
        newest = max(heard, default=NEVER)
        return newest - DISORDER if newest >= self.opened + DISORDER else None

    def _has_all_since(self, seen: dict[str, int], horizon: float) -> bool:
        if self._forgotten > horizon:
            return False
        for stream, line in self._lines.items():
            number = seen.get(stream)
            if line.gone_at > horizon if number is None else line.gone > number:
                return False
        return True

    def _missed(self, seen: dict[str, int], horizon: float) -> Iterable[Entry]:
        for entry in self._entries:
            number = seen.get(entry.stream)
            if entry.at > horizon if number is None else entry.number > number:
                yield entry

    # Taking over.

    def state(self, now: float) -> State:
        """For another process."""
        self.forget_old(now)
        return State(
            self.name,
            self._gone,
            self.opened,
            dict(self._lines),
            list(self._entries),
            dict(self._copies),
        )

    def meet(self, name: str, opened: float) -> None:
        """Another process has begun a log at that time: its offsets mean all that we had heard before."""
        last = {}
        for stream, line in self._lines.items():
            since = [entry.number for entry in self._entries if entry.stream == stream and entry.at > opened]
            last[stream] = min([line.last, *(number - 1 for number in since)])
        self._keep_copies({name: Copy(0, opened, last, {})})

    def take_over(self, other: State, now: float) -> None:
        """Know what another process' log knows as well. We have to have listened before it told."""
        if other.log == self.name:
            return
        taken_over = {(entry.stream, entry.number): entry for entry in self._entries if entry.position == 0}
        heard = [entry for entry in self._entries if entry.position > 0]
        firsts = {entry.stream: entry.number for entry in reversed(heard)}
        for entry in other.entries:
            if self._lacks(entry, firsts):
                taken_over.setdefault((entry.stream, entry.number), entry._replace(position=0))
        self._entries = deque(chain(_in_order(taken_over.values()), heard))
        self._bytes = sum(entry.size for entry in self._entries)
        unknown = {
            stream: Line(line.last, line.at, line.gone, line.gone_at)
            for stream, line in other.lines.items()
            if stream not in self._lines
        }
        for stream, line in other.lines.items():
            self._take_over_line(stream, line, firsts)
        self._lines = {**unknown, **self._lines}
        self._forget_publishers()
        self.opened = min(self.opened, other.opened)
        self._keep_copies({**other.copies, other.log: Copy.of(other)})
        self.forget_old(now)

    def _keep_copies(self, copies: dict[str, Copy]) -> None:
        """How to read the offsets of logs that are not ours; those that we know at first hand win."""
        newest = list(copies)[-1]
        for name, copy in copies.items():
            if name != self.name and (name == newest or name not in self._copies):
                self._copies.pop(name, None)
                self._copies[name] = copy
        while len(self._copies) > COPIES:
            del self._copies[next(iter(self._copies))]

    def _lacks(self, entry: Entry, firsts: dict[str, int]) -> bool:
        """Whether it is older than all that we have heard of its publisher, ``firsts``: holes stay holes."""
        line = self._lines.get(entry.stream)
        if line is None:
            return True
        return entry.number <= line.gone and entry.number < firsts.get(entry.stream, line.last + 1)

    def _take_over_line(self, stream: str, line: Line, firsts: dict[str, int]) -> None:
        ours = self._lines.get(stream)
        if ours is None:
            return
        if line.gone < ours.gone <= line.last and ours.gone < firsts.get(stream, ours.last + 1):
            ours.gone, ours.gone_at = line.gone, line.gone_at


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By time, but each publisher's by their number: clocks of two processes tell the first roughly only."""
    by_time = sorted(entries, key=lambda entry: entry.at)
    rows: dict[str, Iterator[Entry]] = {}
    for stream in {entry.stream for entry in by_time}:
        own = [entry for entry in by_time if entry.stream == stream]
        rows[stream] = iter(sorted(own, key=lambda entry: entry.number))
    return [next(rows[entry.stream]) for entry in by_time]
