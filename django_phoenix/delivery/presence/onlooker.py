"""Whom a thread asks who is present: the tracker of a loop of this process, or one that only looks on."""

from __future__ import annotations

import asyncio
import os
import threading

from django_phoenix import pubsub
from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery.presence.tracker import Tracker, running_tracker, tracker_of

ANSWER_TIMEOUT = 5.0


class Onlooker:
    """A daemon thread with an event loop, for a process without one: a WSGI worker, a task queue, a shell."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="phoenix-presence", daemon=True).start()


_onlooker: Onlooker | None = None
_lock = threading.Lock()


def tracker_for_thread() -> Tracker | None:
    """A tracker that has heard of the others; None where nobody can be present. Blocks for a moment once."""
    tracker = running_tracker()
    if tracker is None:
        loop = asgiref_bridge.calling_loop() or _onlooker_loop()
        if loop is None:
            return None
        tracker = tracker_of(loop)
    if not tracker.is_ready and tracker.loop.is_running():
        asyncio.run_coroutine_threadsafe(tracker.ready(), tracker.loop).result(ANSWER_TIMEOUT)
    return tracker


def _onlooker_loop() -> asyncio.AbstractEventLoop | None:
    global _onlooker
    if pubsub.layer() is None:
        return None
    with _lock:
        if _onlooker is None:
            _onlooker = Onlooker()
        return _onlooker.loop


def _after_fork() -> None:
    """The child has no thread of its parent's."""
    global _onlooker, _lock
    _onlooker, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
