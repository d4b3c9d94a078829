"""One thread of the pool and the database connections that it opens."""

from __future__ import annotations

import contextlib
import contextvars
import logging
import queue
import threading
from collections import deque
from typing import Any, Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery.job import Job

logger = logging.getLogger(__name__)


class Foreman(Protocol):
    """Who gives a worker its jobs."""

    linger: float

    def next_job(self, worker: Worker) -> Job | None:
        """The job after the finished one; None: rest. Takes the worker's current job off it."""

    def leave_after(self, worker: Worker) -> float | None:
        """Seconds of rest after which the worker should ask to leave; None: never."""

    def may_leave(self, worker: Worker) -> bool:
        """True: the worker has been struck off and its thread should end."""


class Worker:
    """A thread that runs one job after the other.

    ``pins`` counts the messages that keep this thread, ``backlog`` holds their calls; both are guarded by the
    foreman's lock. ``lost`` is set when a handler took too long: the thread ends once that returns.
    """

    __slots__ = ("_used", "backlog", "inbox", "job", "lost", "pins", "thread")

    def __init__(self, foreman: Foreman, name: str, job: Job) -> None:
        self.inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.job: Job | None = job
        self.backlog: deque[Job] = deque()
        self.pins = 0
        self.lost = False
        # Whether a job has run since the connections were last put in order.
        self._used = True
        self.thread = threading.Thread(target=self._main, args=(foreman,), name=name, daemon=True)

    def _main(self, foreman: Foreman) -> None:
        job = self.job
        try:
            while job is not None:
                run(job)
                del job
                job = foreman.next_job(self) or self._rest(foreman)
        finally:
            connections.close_all()

    def _rest(self, foreman: Foreman) -> Job | None:
        """Wait for a job; meanwhile give connections back. None when it is time to leave."""
        self._used = True
        while not self.lost:
            try:
                job = self.inbox.get(timeout=self._patience(foreman))
            except queue.Empty:
                job = None
            if job is not None:
                if not self._used:
                    # Connections may have gone stale meanwhile.
                    tidy()
                return job
            if self._used and not self.pins:
                tidy()
                self._used = False
            elif foreman.may_leave(self):
                break
        return None

    def _patience(self, foreman: Foreman) -> float | None:
        if not self._used:
            return foreman.leave_after(self)
        # Without a linger the end of the last pinned message wakes the thread.
        return None if self.pins and not foreman.linger else foreman.linger


def run(job: Job) -> None:
    """Run the job on this thread and post its outcome to the loop that asked."""
    if job.future.cancelled():
        return
    try:
        job.result = (
            job.fn(*job.args, **job.kwargs) if job.copy is None else job.copy.run(_call, job, job.copy)
        )
    except BaseException as error:
        job.error = error
    job.port.post(job)


def _call(job: Job, context: contextvars.Context) -> Any:
    """The callback, with what asgiref expects of a thread. Inside ``context``."""
    asgiref_bridge.enter_thread(job.port.loop)
    asgiref_bridge.restore_context(context)
    return job.fn(*job.args, **job.kwargs)


def tidy() -> None:
    """Close what ``CONN_MAX_AGE`` says or what is broken; roll back a transaction left open. Never raises."""
    for connection in connections.all(initialized_only=True):
        try:
            if connection.in_atomic_block:
                _roll_back(connection)
            else:
                connection.queries_log.clear()
                connection.close_if_unusable_or_obsolete()
        except Exception:
            logger.exception("Database connection %r is in disorder and is dropped", connection.alias)
            with contextlib.suppress(Exception):
                connection.close()
            del connections[connection.alias]


def _roll_back(connection: BaseDatabaseWrapper) -> None:
    logger.error(
        "A callback ended inside an atomic block on database %r: the transaction is rolled back. "
        "Open atomic blocks with a `with` statement.",
        connection.alias,
    )
    connection.close()
    # Closed inside its atomic block it is of no use any more.
    del connections[connection.alias]
