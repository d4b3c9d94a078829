"""What ``send_after`` gives back."""

from __future__ import annotations

from typing import Protocol


class Timer(Protocol):
    """A message to come."""

    def cancel(self) -> None:
        """Call it off. Nothing happens if the message has been sent."""


class NoTimer:
    """The timer of a GET, which waits for nothing."""

    def cancel(self) -> None:
        """There is nothing to call off."""
