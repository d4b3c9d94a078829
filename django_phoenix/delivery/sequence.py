"""Numbers on what a process publishes, and the gaps that show what a channel layer has dropped."""

from __future__ import annotations

from collections import OrderedDict

# Topics whose count is kept by a publisher, publishers whose count is kept by a topic: the least recently
# used is forgotten, and begins anew, which readers are told.
REMEMBERED_TOPICS = 10_000
REMEMBERED_STREAMS = 256


class Numbers:
    """A publisher's count per topic, from 1. No number is ever given out twice for a topic."""

    def __init__(self) -> None:
        self._next: OrderedDict[str, int] = OrderedDict()
        # Counts of forgotten topics did not get as far as this.
        self._first = 1

    def take(self, topic: str) -> tuple[int, bool]:
        """The next number, and whether the count begins with it."""
        number = self._next.pop(topic, None)
        begins = number is None
        if number is None:
            number = self._first
        self._next[topic] = number + 1
        if len(self._next) > REMEMBERED_TOPICS:
            self._first = max(self._first, self._next.popitem(last=False)[1])
        return number, begins


class Gaps:
    """What a topic has seen of each publisher."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        # Publisher -> (number of the last message's first broadcast, number expected next).
        self._last: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def note(self, stream: str, first: int, count: int, begins: bool = False) -> int | None:
        """How many are missing before this message of ``count`` broadcasts; None: it came before (drop it).

        ``begins``: the publisher's count begins here. A late one, counted as missing before, is let through.
        """
        last = self._last.pop(stream, None)
        if last is None or (begins and first >= last[1]):
            missing, newest = 0, (first, first + count)
        elif first == last[0]:
            missing, newest = None, last
        elif first < last[1]:
            missing, newest = 0, last
        else:
            missing, newest = first - last[1], (first, first + count)
        self._last[stream] = newest
        if len(self._last) > REMEMBERED_STREAMS:
            self._last.popitem(last=False)
        return missing
