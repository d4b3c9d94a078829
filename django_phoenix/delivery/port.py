"""The way back from the threads to one event loop: many results, one wake-up."""

from __future__ import annotations

import contextlib
import threading
from asyncio import AbstractEventLoop, TimerHandle, get_running_loop
from collections import deque
from collections.abc import Callable

from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery.job import Job

# What would end more than the callback that raises it: the coroutine that awaits, the loop, the server.
ENDINGS = (StopIteration, SystemExit, KeyboardInterrupt)


class Port:
    """Results for one loop. ``post`` from any thread; the futures are set on the loop."""

    __slots__ = ("_done", "_timers", "_woken", "loop")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self._done: deque[Job] = deque()
        self._woken = False
        self._timers: dict[Callable[[], float | None], TimerHandle] = {}

    def post(self, job: Job) -> None:
        """Hand over a job that has its result or error. Any thread."""
        self._done.append(job)
        if not self._woken:
            self._woken = True
            # A loop that has been closed waits for nothing any more.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._drain)

    def every(self, seconds: float, check: Callable[[], float | None]) -> None:
        """Call ``check`` on this loop after ``seconds``, then again after what it returns; None ends it.

        A check that is running already is left alone. Only on the loop's own thread.
        """
        if check not in self._timers:
            self._timers[check] = self.loop.call_later(seconds, self._tick, check)

    def _tick(self, check: Callable[[], float | None]) -> None:
        del self._timers[check]
        seconds = check()
        if seconds is not None:
            self.every(seconds, check)

    def _drain(self) -> None:
        # Before emptying: what is posted from here on wakes the loop again.
        self._woken = False
        done = self._done
        while done:
            _settle(done.popleft())


class Ports(threading.local):
    """The port of the loop that runs on this thread."""

    port: Port | None = None

    def current(self) -> Port:
        """The running loop's port. Raises RuntimeError without a running loop."""
        loop = get_running_loop()
        port = self.port
        if port is None or port.loop is not loop:
            port = self.port = Port(loop)
        return port


def _settle(job: Job) -> None:
    future, error, result = job.future, job.error, job.result
    job.error = job.result = None
    if future.done():
        return
    if job.context is not None and job.copy is not None:
        # What the callback has set is there for the next message.
        job.context.run(asgiref_bridge.restore_context, job.copy)
    if error is None:
        future.set_result(result)
    elif isinstance(error, ENDINGS):
        wrapped = RuntimeError(f"the callback raised {type(error).__name__}")
        wrapped.__cause__ = error
        future.set_exception(wrapped)
    else:
        future.set_exception(error)
