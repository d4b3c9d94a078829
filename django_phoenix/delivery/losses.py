"""Broadcasts that did not arrive are counted, logged and signalled, never passed over."""

from __future__ import annotations

import logging
import os
import threading
import time

from django_phoenix.signals import messages_lost

logger = logging.getLogger("django_phoenix.pubsub")

LOG_EVERY = 10.0


class Losses:
    """How many broadcasts were lost, by reason. One log line per reason in ten seconds, one signal per
    loss."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew: a forked child has lost nothing yet, and its parent's lock may be held for ever."""
        self.counts: dict[str, int] = {}
        self._lock = threading.Lock()
        self._logged: dict[str, tuple[float, int]] = {}

    def report(self, topic: str, count: int, reason: str) -> None:
        """``count`` broadcasts on ``topic`` are lost because of ``reason`` (one of few texts)."""
        with self._lock:
            total = self.counts[reason] = self.counts.get(reason, 0) + count
            logged_at, logged_total = self._logged.get(reason, (float("-inf"), 0))
            now = time.monotonic()
            due = now - logged_at >= LOG_EVERY
            if due:
                self._logged[reason] = (now, total)
        if due:
            logger.error("%d broadcasts lost, the last on %r: %s.", total - logged_total, topic, reason)
        messages_lost.send_robust(Losses, topic=topic, count=count, reason=reason)


losses = Losses()
os.register_at_fork(after_in_child=losses.reset)
