"""The bounded pool of threads: which thread gets which job, when one more is started, when one is given
up."""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import logging
import sys
import threading
import time
import traceback
from asyncio import Future
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from asgiref.sync import sync_to_async

from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery.fair_queue import FairQueue
from django_phoenix.delivery.job import Job, MessageRecord
from django_phoenix.delivery.port import Ports
from django_phoenix.delivery.worker import Worker
from django_phoenix.exceptions import HandlerTimeout
from django_phoenix.signals import handler_timed_out, pool_exhausted

logger = logging.getLogger("django_phoenix.executor")

# A call that has run for longer is taken to be blocked: its thread no longer counts as one of `threads`.
BLOCKED_AFTER = 0.01
# A wait that is worth telling, and how often at most it is told.
TELL_AFTER = 0.1
TELL_EVERY = 10.0
# Seconds of rest after which a thread above the usual number leaves.
LEAVE_AFTER = 10.0

current_message: contextvars.ContextVar[MessageRecord | None] = contextvars.ContextVar(
    "django_phoenix_message", default=None
)


class Exhaustion(NamedTuple):
    """Busy ``threads``; ``waiting`` calls of so many ``owners``; seconds that the first has waited."""

    threads: int
    waiting: int
    owners: int
    wait: float


class ThreadPool:
    """Threads for ``def`` callbacks and the async ORM.

    ``threads`` run at a time as long as calls are short. While some are blocked (a slow query, a sleep)
    others are started in their place, up to ``max_threads`` in all, which bounds the database connections
    too. One owner gets a quarter of them at most, so that one client never holds up the others.
    ``idle_seconds``: how long a thread keeps its connections open when it has nothing to do.
    ``handler_timeout``: after so many seconds a call is given up: its caller gets HandlerTimeout and, since a
    thread cannot be killed, another takes its place (at most ``max_threads`` such replacements).
    """

    def __init__(
        self,
        threads: int = 8,
        max_threads: int = 32,
        *,
        idle_seconds: float = 1.0,
        handler_timeout: float | None = 60.0,
    ) -> None:
        self.threads = min(threads, max_threads)
        self.max_threads = max_threads
        self.share = max(1, max_threads // 4)
        self.linger = idle_seconds
        self.handler_timeout = handler_timeout
        self._lock = threading.Lock()
        self._ports = Ports()
        self._numbers = itertools.count(1)
        self._workers: set[Worker] = set()
        self._lost = 0
        self._idle: list[Worker] = []
        self._queue = FairQueue()
        self._backlogged = 0
        self._running: dict[Hashable, int] = {}
        self._told_at = 0.0
        self._closed = False
        # Bound once: they are the keys of the ports' timers.
        self._relieve_check = self._relieve
        self._give_up_check = self._give_up

    # Asking: on a loop.

    def run(
        self, owner: Hashable, context: contextvars.Context, fn: Callable[..., Any], /, *args: Any
    ) -> Future[Any]:
        """A future for ``fn(*args)``, run on a thread with the variables of ``context``.

        What ``fn`` sets there is set in ``context`` when it has returned. It raises what ``fn`` raises, or
        HandlerTimeout. When it is cancelled, a call that waits is dropped; one that runs goes on, and its
        result is dropped. Under an outermost ``async_to_sync`` (an async test inside a transaction) ``fn``
        runs on the thread that waits there.
        """
        port = self._ports.current()
        if asgiref_bridge.lender_to(port.loop) is not None:
            return port.loop.create_task(sync_to_async(fn)(*args), context=context)
        record = current_message.get()
        return self._ask(Job(fn, args, {}, port=port, owner=owner, record=record, context=context))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """What asgiref calls for the async ORM: as ``run``, for the message that the caller is handling."""
        port = self._ports.current()
        lender = asgiref_bridge.lender_to(port.loop)
        if lender is not None:
            return lender.submit(fn, *args, **kwargs)
        record = current_message.get()
        owner = None if record is None else record.owner
        return self._ask(Job(fn, args, kwargs, port=port, owner=owner, record=record))

    def release(self, record: MessageRecord) -> None:
        """The message has ended: it keeps no thread any more."""
        with self._lock:
            for worker in (record.worker, *(record.former_workers or ())):
                if worker is not None:
                    worker.pins -= 1
                    if not self.linger and not worker.pins and worker.job is None:
                        worker.inbox.put(None)
            record.worker = record.former_workers = None

    def stats(self) -> dict[str, int]:
        """Threads, how many of them are busy, calls that wait, threads given up."""
        with self._lock:
            return {
                "threads": len(self._workers),
                "busy": len(self._workers) - len(self._idle),
                "waiting": self._queue.length + self._backlogged,
                "lost": self._lost,
            }

    def close(self, wait: float = 0) -> None:
        """Send the threads home once they are idle, and wait for that so many seconds. For tests."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.inbox.put(None)
        give_up = time.monotonic() + wait
        for worker in workers:
            worker.thread.join(max(0.0, give_up - time.monotonic()))

    def _ask(self, job: Job) -> Future[Any]:
        job.asked_at = time.monotonic()
        with self._lock:
            worker = self._place(job)
            if worker is not None:
                self._give(worker, job)
        if worker is None:
            job.port.every(BLOCKED_AFTER, self._relieve_check)
        else:
            self._start(worker, job)
        if self.handler_timeout is not None:
            job.port.every(min(self.handler_timeout / 4, 5.0), self._give_up_check)
        return job.future

    def _start(self, worker: Worker, job: Job) -> None:
        if worker.thread.ident:
            worker.inbox.put(job)
            return
        try:
            worker.thread.start()
        except RuntimeError:
            logger.exception("No thread can be started; the call waits for another")
            with self._lock:
                self._strike_off(worker)
                self._queue.add(job)
            job.port.every(BLOCKED_AFTER, self._relieve_check)

    # Choosing: with the lock held.

    def _place(self, job: Job) -> Worker | None:
        """The worker for this job, or None when it has been put in a queue."""
        record = job.record
        worker = None if record is None or record.ended else record.worker
        if worker is not None and not worker.lost:
            if worker.job is None:
                self._idle.remove(worker)
                return worker
            worker.backlog.append(job)
            self._backlogged += 1
            return None
        if self._may_run(job.owner):
            found = self._free_worker(job)
            if found is not None:
                return found
        self._queue.add(job)
        return None

    def _free_worker(self, job: Job) -> Worker | None:
        """An idle thread that no message keeps, else a new one, else the idle one that fewest keep."""
        idle = self._idle
        for place in range(len(idle) - 1, -1, -1):
            if not idle[place].pins:
                return idle.pop(place)
        if len(self._workers) < self._bound(self.threads):
            return self._hire(job)
        if idle:
            worker = min(idle, key=_pins)
            idle.remove(worker)
            return worker
        return None

    def _bound(self, threads: int) -> int:
        """``threads``, or fewer when handlers that never return hold too many already."""
        return min(threads, self.max_threads, 2 * self.max_threads - self._lost)

    def _hire(self, job: Job) -> Worker:
        worker = Worker(self, f"phoenix-pool-{next(self._numbers)}", job)
        self._workers.add(worker)
        return worker

    def _give(self, worker: Worker, job: Job) -> None:
        worker.job = job
        job.started_at = time.monotonic()
        self._running[job.owner] = self._running.get(job.owner, 0) + 1
        record = job.record
        if record is not None and not record.ended and record.worker is not worker:
            if record.worker is not None:
                record.former_workers = [*(record.former_workers or ()), record.worker]
            record.worker = worker
            worker.pins += 1

    def _take_off(self, worker: Worker) -> None:
        """The worker's job is over, or is given up."""
        job = worker.job
        assert job is not None
        left = self._running[job.owner] - 1
        if left:
            self._running[job.owner] = left
        else:
            del self._running[job.owner]

    def _may_run(self, owner: Hashable) -> bool:
        return self._running.get(owner, 0) < self.share

    # Working: on the threads.

    def next_job(self, worker: Worker) -> Job | None:
        """See Foreman."""
        with self._lock:
            if worker.lost:
                self._lost -= 1
                return None
            self._take_off(worker)
            job = self._next_for(worker)
            if job is None:
                worker.job = None
                self._idle.append(worker)
            else:
                self._give(worker, job)
            return job

    def _next_for(self, worker: Worker) -> Job | None:
        while worker.backlog:
            self._backlogged -= 1
            job = worker.backlog.popleft()
            if not job.future.cancelled():
                return job
        return self._queue.take(self._may_run)

    def leave_after(self, worker: Worker) -> float | None:
        """See Foreman."""
        return 0 if self._closed else LEAVE_AFTER if len(self._workers) > self.threads else None

    def may_leave(self, worker: Worker) -> bool:
        """See Foreman."""
        with self._lock:
            crowded = len(self._workers) > self.threads and not worker.pins
            if worker not in self._idle or not (crowded or self._closed):
                return False
            self._idle.remove(worker)
            self._workers.discard(worker)
            return True

    # Watching: now and then, on a loop that waits for something.

    def _relieve(self) -> float | None:
        """Start threads in the place of blocked ones. Returns when to look again; None: nothing waits."""
        now = time.monotonic()
        given = []
        with self._lock:
            self._unpin_waiting(now)
            bound = self._bound(self.threads + self._blocked(now))
            while self._idle or len(self._workers) < bound:
                job = self._queue.take(self._may_run)
                if job is None:
                    break
                if not self._idle and now - job.asked_at < BLOCKED_AFTER:
                    self._queue.put_back(job)
                    break
                worker = self._idle.pop() if self._idle else self._hire(job)
                self._give(worker, job)
                given.append((worker, job))
            report = self._report(now)
            waiting = self._queue.length or self._backlogged
        for worker, job in given:
            self._start(worker, job)
        if report is not None:
            self._tell(report)
        return BLOCKED_AFTER if waiting else None

    def _blocked(self, now: float) -> int:
        """How many threads do not count, each of which another one may replace."""
        return sum(
            worker.job is not None and now - worker.job.started_at > BLOCKED_AFTER for worker in self._workers
        )

    def _unpin_waiting(self, now: float) -> None:
        """Calls that have waited for their message's own thread may go to any other."""
        if not self._backlogged:
            return
        for worker in self._workers:
            while worker.backlog and now - worker.backlog[0].asked_at > BLOCKED_AFTER:
                self._backlogged -= 1
                self._queue.add(worker.backlog.popleft())

    def _report(self, now: float) -> Exhaustion | None:
        oldest = self._queue.oldest()
        if oldest is None or now - oldest < TELL_AFTER or now - self._told_at < TELL_EVERY:
            return None
        self._told_at = now
        busy = len(self._workers) - len(self._idle)
        return Exhaustion(busy, self._queue.length, self._queue.owners, now - oldest)

    def _tell(self, told: Exhaustion) -> None:
        logger.warning(
            "The thread pool is exhausted: %d calls of %d clients wait, the first for %.0f ms; %d threads "
            "are busy (%d are allowed, %d for one client). Look for slow queries or blocking calls in `def` "
            "callbacks, or raise POOL_MAX_THREADS.",
            told.waiting,
            told.owners,
            told.wait * 1000,
            told.threads,
            self.max_threads,
            self.share,
        )
        pool_exhausted.send_robust(ThreadPool, **told._asdict())

    def _give_up(self) -> float | None:
        """Part with the threads whose call takes too long. As ``_relieve``: when to look again."""
        assert self.handler_timeout is not None
        now = time.monotonic()
        with self._lock:
            stuck = [
                (worker, worker.job)
                for worker in self._workers
                if worker.job is not None and now - worker.job.started_at > self.handler_timeout
            ]
            for worker, _ in stuck:
                self._strike_off(worker)
            self._lost += len(stuck)
            busy = len(self._workers) > len(self._idle)
        for worker, job in stuck:
            self._abandon(worker, job, now - job.started_at)
        return min(self.handler_timeout / 4, 5.0) if busy or self._queue.length else None

    def _strike_off(self, worker: Worker) -> None:
        """With the lock held: it does not count any more, and what waits for it may go to others."""
        worker.lost = True
        self._workers.discard(worker)
        self._take_off(worker)
        self._backlogged -= len(worker.backlog)
        while worker.backlog:
            self._queue.add(worker.backlog.popleft())

    def _abandon(self, worker: Worker, job: Job, seconds: float) -> None:
        frame = sys._current_frames().get(worker.thread.ident or 0)
        stack = "".join(traceback.format_stack(frame)) if frame is not None else ""
        logger.error("%s has not returned for %.1f s; its thread is at\n%s", job.label, seconds, stack)
        # Not through the job: its thread may put a result there at any moment. The loop may be closed by now.
        with contextlib.suppress(RuntimeError):
            job.port.loop.call_soon_threadsafe(_fail, job.future, HandlerTimeout(job.label, seconds))
        handler_timed_out.send_robust(ThreadPool, label=job.label, seconds=seconds, stack=stack)


def _pins(worker: Worker) -> int:
    return worker.pins


def _fail(future: Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
