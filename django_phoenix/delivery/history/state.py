"""A log as one process sends it to another, which has just begun to listen to the topic."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any, NamedTuple

from django_phoenix.delivery.envelope import Delivery, make_delivery

# Bytes of broadcasts in one message: what is older stays behind. And copies.
MOST_BYTES = 1_000_000
MOST_COPIES = 4


class Entry(NamedTuple):
    """One broadcast of a log. ``delivery`` carries its offset; ``at`` is a time of this process' clock."""

    stream: str
    number: int
    at: float
    position: int
    delivery: Delivery

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.delivery.frame)


class Line:
    """One publisher, as far as it was heard: up to its number ``last``, at ``at``.

    All up to the number ``gone`` can't be had here (any more): it left, or was missed, at ``gone_at``; NEVER
    if that was before the log began.
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


NEVER = float("-inf")


class State(NamedTuple):
    """What a log knows.

    ``gone``: its own offsets below that position have missed something. ``copies``: of the logs that it has
    taken over, by their names.
    """

    log: str
    gone: int
    opened: float
    lines: dict[str, Line]
    entries: list[Entry]
    copies: dict[str, Copy]


class Copy(NamedTuple):
    """What is left of a log that another one has taken over: how to read its offsets.

    ``opened``: what it had not heard of by the time of the copy was before any of its offsets. ``last``: the
    last number of each publisher. ``positions``: where (publisher, number) stood.
    """

    gone: int
    opened: float
    last: dict[str, int]
    positions: dict[tuple[str, int], int]

    @classmethod
    def of(cls, state: State) -> Copy:
        """The essence of it."""
        positions = {(entry.stream, entry.number): entry.position for entry in state.entries}
        return cls(state.gone, state.opened, _last(state.lines), positions)

    def seen(self, position: int, named: dict[str, int]) -> dict[str, int] | None:
        """The last number of every publisher that is known to the owner of an offset, which has ``position``
        and names some of them; None: it lacks something that can't be had."""
        if position < self.gone:
            return None
        seen = dict(self.last)
        for (stream, number), at in self.positions.items():
            if at > position:
                seen[stream] = min(seen[stream], number - 1)
        for stream, number in named.items():
            seen[stream] = max(seen.get(stream, 0), number)
        return seen

    def among(self, entries: Iterable[Entry]) -> Copy:
        """With the positions of these only; offsets before the others have missed something."""
        known = {(entry.stream, entry.number) for entry in entries}
        positions = {key: position for key, position in self.positions.items() if key in known}
        dropped = [position for key, position in self.positions.items() if key not in known]
        return self._replace(gone=max(self.gone, *dropped, 0), positions=positions)


def _last(lines: dict[str, Line]) -> dict[str, int]:
    return {stream: line.last for stream, line in lines.items()}


def write(state: State, now: float) -> dict[str, Any]:
    """As JSON: times become ages, as clocks differ."""
    entries, lines, gone = _newest(state)
    return {
        "log": state.log,
        "gone": gone,
        "age": now - state.opened,
        "lines": [
            [stream, line.last, now - line.at, line.gone, _age(line.gone_at, now)]
            for stream, line in lines.items()
        ],
        "entries": [_written(entry, now) for entry in entries],
        "copies": [
            [name, *_written_copy(copy.among(entries), now)]
            for name, copy in list(state.copies.items())[-MOST_COPIES:]
        ],
    }


def read(topic: str, written: dict[str, Any], now: float) -> State:
    """The other way round. Raises KeyError, TypeError or ValueError for what is no such thing."""
    return State(
        written["log"],
        written["gone"],
        now - written["age"],
        {
            stream: Line(last, now - age, gone, _time(gone_age, now))
            for stream, last, age, gone, gone_age in written["lines"]
        },
        [_read(topic, now, *entry) for entry in written["entries"]],
        {name: _read_copy(now, *copy) for name, *copy in written["copies"]},
    )


def _age(at: float, now: float) -> float | None:
    return None if at == NEVER else now - at


def _time(age: float | None, now: float) -> float:
    return NEVER if age is None else now - age


def _newest(state: State) -> tuple[list[Entry], dict[str, Line], int]:
    """As many of the last entries as fit, and the lines and the position that have lost the others."""
    size = 0
    for count, entry in enumerate(reversed(state.entries)):
        size += entry.size
        if size > MOST_BYTES and count:
            behind = state.entries[: len(state.entries) - count]
            return state.entries[-count:], _without(state.lines, behind), max(state.gone, behind[-1].position)
    return state.entries, state.lines, state.gone


def _without(lines: dict[str, Line], behind: Iterable[Entry]) -> dict[str, Line]:
    copied = {stream: Line(line.last, line.at, line.gone, line.gone_at) for stream, line in lines.items()}
    for entry in behind:
        copied[entry.stream].loses(entry.number, entry.at)
    return copied


def _written(entry: Entry, now: float) -> list[Any]:
    delivery = entry.delivery
    if isinstance(delivery.frame, str):
        kind, content = "text", delivery.frame
    else:
        kind, content = "binary", base64.b64encode(delivery.payload).decode()
    place = [entry.stream, entry.number, now - entry.at, entry.position]
    return [*place, delivery.event, delivery.offset, kind, content]


def _read(
    topic: str,
    now: float,
    stream: str,
    number: int,
    age: float,
    position: int,
    event: str,
    offset: str,
    kind: str,
    content: str,
) -> Entry:
    if kind == "text":
        delivery = Delivery(topic, event, content)
        delivery.offset = offset
    else:
        delivery = make_delivery(topic, event, base64.b64decode(content)).at(offset)
    return Entry(stream, number, now - age, position, delivery)


def _written_copy(copy: Copy, now: float) -> list[Any]:
    positions = [[*key, position] for key, position in copy.positions.items()]
    return [copy.gone, now - copy.opened, copy.last, positions]


def _read_copy(now: float, gone: int, age: float, last: dict[str, int], positions: list[list[Any]]) -> Copy:
    return Copy(gone, now - age, last, {(stream, number): position for stream, number, position in positions})
