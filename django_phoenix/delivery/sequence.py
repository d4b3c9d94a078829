"""Numbers on what a process publishes, and the gaps that show what a channel layer has dropped."""

from __future__ import annotations

from collections import OrderedDict

# Topics whose count is kept by a publisher, publishers whose count is kept by a topic: the least recently
# used is forgotten, and starts anew with 1, which readers take for a new beginning.
REMEMBERED_TOPICS = 10_000
REMEMBERED_STREAMS = 256


class Numbers:
    """A publisher's count per topic, from 1."""

    def __init__(self) -> None:
        self._next: OrderedDict[str, int] = OrderedDict()

    def take(self, topic: str, count: int) -> int:
        """The number of the first of ``count`` broadcasts."""
        first = self._next.pop(topic, 1)
        self._next[topic] = first + count
        if len(self._next) > REMEMBERED_TOPICS:
            self._next.popitem(last=False)
        return first


class Gaps:
    """What a topic has seen of each publisher."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        # Publisher -> (number of the last message's first broadcast, number expected next).
        self._last: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def note(self, stream: str, first: int, count: int) -> int | None:
        """How many are missing before this message of ``count`` broadcasts; None: it came before (drop it).

        A late one, which was counted as missing, is let through.
        """
        last = self._last.pop(stream, None)
        if last is None or first == 1:
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
