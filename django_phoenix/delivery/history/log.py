"""What one process remembers of one topic: the last broadcasts, and how far it has heard each publisher.

Publishers number what they broadcast on a topic, so two processes agree on what a broadcast is though they
may have received it in a different order. A place in the history therefore names two things: a position in
the log of the process that gave it out, which is exact there, and the last number of each publisher, by which
any other process can tell what is missing. All times are seconds of this process' monotonic clock.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.history import offset
from django_phoenix.delivery.history.offset import Offset
from django_phoenix.history import History

# Broadcasts of several publishers may arrive in a different order at two processes, but not by more seconds
# than this.
DISORDER = 2.0
# Publishers that an offset names: those of the last while, and this many in any case; and at most.
NAMED_ANYWAY, NAMED_AT_MOST = 4, 64
# Publishers that a log knows.
REMEMBERED = 256

NEVER = float("-inf")


class Entry(NamedTuple):
    """One broadcast. ``delivery`` carries its offset; ``size`` are its bytes."""

    stream: str
    number: int
    at: float
    position: int
    delivery: Delivery

    @property
    def size(self) -> int:
        return len(self.delivery.frame)


class Line:
    """One publisher, as far as it was heard.

    All up to the number ``gone`` can't be had here (any more): that left, or was missed, at ``gone_at``.
    """

    __slots__ = ("at", "gone", "gone_at", "last")

    def __init__(self, last: int, at: float, gone: int, gone_at: float) -> None:
        self.last = last
        self.at = at
        self.gone = gone
        self.gone_at = gone_at

    def loses(self, number: int, at: float) -> None:
        """All up to ``number`` can't be had any more."""
        self.gone = max(self.gone, number)
        self.gone_at = max(self.gone_at, at)


class CatchUp(NamedTuple):
    """What a client that joins is told, and what it gets after that."""

    told: dict[str, Any]
    missed: list[Delivery]


class Log:
    """Bounded by its History. ``since`` answers for any offset that any process has given out."""

    def __init__(self, topic: str, history: History, now: float) -> None:
        self.topic = topic
        self.history = history
        self.name = secrets.token_urlsafe(6)
        # Since when nothing was missed unnoticed; and when the last subscriber left.
        self.opened = now
        self.idle_since = now
        self.position = 0
        # Our own offsets below this position have missed something that can't be had.
        self._gone = 0
        # When the newest broadcast of a publisher was heard that is known no more.
        self._forgotten = NEVER
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self._lines: OrderedDict[str, Line] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    # Remembering.

    def record(self, delivery: Delivery, now: float) -> Delivery:
        """Remember a broadcast. Returns it as clients should get it: with its offset."""
        if delivery.stamp is None:
            return delivery
        stream, number, begins = delivery.stamp
        if not self._hear(stream, number, begins, now):
            # Late, after it was missed: clients get it, but their offset is beyond it.
            return delivery.at(self.here(now))
        self.position += 1
        delivery = delivery.at(self.here(now))
        self._entries.append(Entry(stream, number, now, self.position, delivery))
        self._bytes += len(delivery.frame)
        self.forget_old(now)
        return delivery

    def _hear(self, stream: str, number: int, begins: bool, now: float) -> bool:
        line = self._lines.get(stream)
        if line is None:
            known = begins or number == 1
            self._lines[stream] = Line(number, now, number - 1, NEVER if known else now)
            if len(self._lines) > REMEMBERED:
                self._forgotten = max(self._forgotten, self._lines.popitem(last=False)[1].at)
            return True
        if number <= line.last:
            return False
        if number > line.last + 1 and not begins:
            line.loses(number - 1, now)
            # A place of its own: clients that were there have missed it as well.
            self.position += 1
            self._gone = self.position
        line.last, line.at = number, now
        self._lines.move_to_end(stream)
        return True

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
        return offset.write(self.topic, self.name, self.position, self._named(now))

    def _named(self, now: float) -> Iterator[tuple[str, int]]:
        """Those that an offset names. The others have been silent for so long that nothing of theirs is left
        anywhere."""
        for count, (stream, line) in enumerate(reversed(self._lines.items())):
            old = now - line.at > 2 * self.history.ttl
            if count >= NAMED_AT_MOST or (old and count >= NAMED_ANYWAY):
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
        horizon = self._horizon(place)
        if horizon is None or not self._has_all_since(place, horizon):
            return None
        return [entry.delivery for entry in self._missed(place, horizon)]

    def _horizon(self, place: Offset) -> float | None:
        """Up to when the owner of another log's offset has surely heard whatever we have; None: unknown.

        That is when we heard the newest of the broadcasts that the offset names. It has to be one from some
        time after we began to listen: then we have missed nothing that came after it.
        """
        heard = [
            self._lines[stream].at
            for stream, number in place.seen.items()
            if stream in self._lines and number >= self._lines[stream].last
        ]
        heard += [entry.at for entry in self._entries if place.seen.get(entry.stream) == entry.number]
        newest = max(heard, default=NEVER)
        return newest - DISORDER if newest >= self.opened + DISORDER else None

    def _has_all_since(self, place: Offset, horizon: float) -> bool:
        if self._forgotten > horizon:
            return False
        for stream, line in self._lines.items():
            number = place.seen.get(stream)
            if line.gone_at > horizon if number is None else line.gone > number:
                return False
        return True

    def _missed(self, place: Offset, horizon: float) -> Iterable[Entry]:
        for entry in self._entries:
            number = place.seen.get(entry.stream)
            if entry.at > horizon if number is None else entry.number > number:
                yield entry
