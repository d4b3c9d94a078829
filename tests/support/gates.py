"""Gates in the servers of tests: a handler waits behind one until a client opens it.

So it is slow for just as long as its test wants, however busy the machine is.
"""

from __future__ import annotations

import threading

from django_phoenix.channel import event

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


def gate_of(name: str) -> Gate:
    """The one of this process that is called so."""
    return _gates.setdefault(name, Gate())


class Gatekeeper:
    """Of a channel: lets its clients see and open gates."""

    @event
    async def waiting(self, gate: str):
        return {"waiting": gate_of(gate).waiting}

    @event
    async def open(self, gate: str):
        gate_of(gate).opened.set()
        return {}
