"""History: a topic that remembers, so that a client which was away for a moment gets what it missed.

    class RoomChannel(Channel):
        history = History(size=100, ttl=300)

Each broadcast then reaches the client with ``phx_offset`` in its payload. A client that joins again with the
last one it saw, ``{"phx_offset": "…"}``, is told in the join reply whether all that came since can be had,
and then gets it, in order, before anything newer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

__all__ = ["History"]


@dataclass(frozen=True, slots=True)
class History:
    """How much of each topic is kept, in each process: whichever limit is reached first.

    ``size``: broadcasts. ``ttl``: seconds; for as long a topic is remembered after its last client has gone,
    too. ``max_bytes``: bytes of all of them. ``leave_out``: events that pass and are not remembered, such as
    "typing". Raises ImproperlyConfigured for a limit that is not above 0.
    """

    size: int = 100
    ttl: float = 300
    max_bytes: int = 4_000_000
    leave_out: Collection[str] = ()

    def __post_init__(self) -> None:
        for name in ("size", "ttl", "max_bytes"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise ImproperlyConfigured(f"History: {name} should be a number above 0, got {value!r}.")
        if isinstance(self.leave_out, str):
            raise ImproperlyConfigured(
                f"History: leave_out should be a list of events, got {self.leave_out!r}. "
                f"Did you mean [{self.leave_out!r}]?"
            )

    def wider(self, other: History) -> History:
        """One that keeps what either keeps."""
        return History(
            max(self.size, other.size),
            max(self.ttl, other.ttl),
            max(self.max_bytes, other.max_bytes),
            frozenset(self.leave_out).intersection(other.leave_out),
        )
