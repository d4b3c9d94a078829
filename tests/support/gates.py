"""Gates in the servers of tests: a handler waits behind one until a client opens it.

So it is slow for just as long as its test wants, however busy the machine is.
"""

from __future__ import annotations

import threading

# Seconds: so that nobody waits for ever for a test that has failed.
LIMIT = 60


class Gate:
    """``waiting``: how many have come to it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.waiting = 0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Block this thread until it is open."""
        with self._lock:
            self.waiting += 1
        assert self.opened.wait(LIMIT)


_gates: dict[str, Gate] = {}


def gate(name: str) -> Gate:
    """The one of this process that is called so."""
    return _gates.setdefault(name, Gate())
