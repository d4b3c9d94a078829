"""What has come to a test, and how a failing assertion tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.frames import Arrival
from django_phoenix.testing.patterns import ANYTHING, mismatch, shown

PUSH, BROADCAST, REPLY, CLOSE, ERROR = "push", "broadcast", "reply", "close", "error"
KINDS = {"phx_reply": REPLY, "phx_close": CLOSE, "phx_error": ERROR}
# Entries that a failing assertion lists.
LISTED = 20


@dataclass(slots=True)
class Received:
    """One thing that came. ``kind``: push, broadcast, reply, close or error; replies have ref and status."""

    kind: str
    event: str
    payload: Any
    ref: str | None = None
    status: str | None = None
    # An assertion has taken it.
    taken: bool = False

    def __str__(self) -> str:
        if self.kind == REPLY:
            return f"reply to push {self.ref}: {self.status} {shown(self.payload)}"
        if self.kind in (CLOSE, ERROR):
            return f"{self.event} {shown(self.payload)}"
        return f"{self.kind} {self.event!r} {shown(self.payload)}"


def received(arrival: Arrival) -> Received:
    """A frame as a test sees it."""
    kind = KINDS.get(arrival.event, PUSH if arrival.join_ref is not None else BROADCAST)
    if kind == REPLY:
        payload = arrival.payload
        return Received(kind, arrival.event, payload["response"], arrival.ref, payload["status"])
    return Received(kind, arrival.event, arrival.payload, arrival.ref)


class Inbox:
    """In the order of arrival. An assertion takes the first match out; the others stay for later ones."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.entries: list[Received] = []

    def add(self, entry: Received) -> None:
        """Something has come."""
        self.entries.append(entry)

    def take(self, kinds: Iterable[str], event: str, pattern: Any = ANYTHING) -> Received | None:
        """The first that matches, taken out."""
        found = self.find(kinds, event, pattern)
        if found is not None:
            found.taken = True
        return found

    def find(self, kinds: Iterable[str], event: str, pattern: Any = ANYTHING) -> Received | None:
        """The first that matches."""
        return next(
            (
                entry
                for entry in self.entries
                if not entry.taken
                and entry.kind in kinds
                and entry.event == event
                and mismatch(pattern, entry.payload) is None
            ),
            None,
        )

    def refute(self, kinds: Iterable[str], event: str, pattern: Any) -> None:
        """AssertionError if there is one."""
        found = self.find(kinds, event, pattern)
        if found is not None:
            raise Failure(f"{self.owner}: there should be no {found}.\n{self.listing()}")

    def reply_to(self, ref: str) -> Received | None:
        """There is one at most, and it may be looked at again."""
        return next((entry for entry in self.entries if entry.kind == REPLY and entry.ref == ref), None)

    def missing(self, what: str, event: str, pattern: Any, within: float) -> str:
        """Why an assertion fails."""
        wanted = f"{what} {event!r}" + ("" if pattern is ANYTHING else f" with {shown(pattern)}")
        return (
            f"{self.owner}: no {wanted} came, and the server has been idle for {within:g} s.\n"
            f"{self.listing(lambda entry: self._why_not(entry, event, pattern))}"
        )

    def listing(self, remark: Callable[[Received], str] = lambda entry: "") -> str:
        """All that came, oldest first."""
        if not self.entries:
            return "Nothing has come."
        left_out = len(self.entries) - LISTED
        lines = [f"  ({left_out} before that)"] if left_out > 0 else []
        lines += [
            f"  {entry}{' (taken by an earlier assertion)' if entry.taken else remark(entry)}"
            for entry in self.entries[-LISTED:]
        ]
        return "What has come, oldest first:\n" + "\n".join(lines)

    def _why_not(self, entry: Received, event: str, pattern: Any) -> str:
        if entry.event != event or entry.kind == REPLY:
            return ""
        found = mismatch(pattern, entry.payload)
        return "" if found is None else f"\n      {found}"
