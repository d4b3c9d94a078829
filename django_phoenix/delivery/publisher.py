"""Publishing where no server runs (a WSGI worker, a task queue, a shell): one loop on a thread of its own."""

from __future__ import annotations

import asyncio

# Resolving a host name imports this, on whichever thread; see Publisher.settle.
import encodings.idna  # noqa: F401
import threading
import time

from django_phoenix.delivery.layer import current_layer
from django_phoenix.delivery.outbox import Outbox

SETTLE_TIMEOUT = 1.0


class Publisher:
    """A daemon thread with an event loop and an outbox; so one connection to the channel layer, and no
    more."""

    def __init__(self, node: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.outbox = Outbox(self.loop, node, current_layer)
        self._thread = threading.Thread(target=self.loop.run_forever, name="phoenix-publisher", daemon=True)
        self._thread.start()

    def flush(self, timeout: float) -> bool:
        """Wait until everything has been handed over. False: not within ``timeout`` seconds."""
        give_up = time.monotonic() + timeout
        while not self.outbox.idle:
            if time.monotonic() > give_up:
                return False
            time.sleep(0.002)
        return True

    def settle(self) -> None:
        """Let the thread come to rest before this process forks, for a moment at most.

        A lock that it holds at that time, as when it imports something for its first connection, would be
        held in the child for ever.
        """
        if threading.current_thread() is not self._thread:
            self.flush(SETTLE_TIMEOUT)

    def close(self) -> None:
        """Stop the thread and close the connection."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
            # The layer closes its connections with the loop.
            self.loop.close()
