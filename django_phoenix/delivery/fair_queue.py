"""Jobs that wait for a thread, owner by owner in turn."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

from django_phoenix.delivery.job import Job

_NOBODY = object()


class FairQueue:
    """First come, first served within one owner; the owners take turns. Guarded by its user's lock."""

    __slots__ = ("_by_owner", "length")

    def __init__(self) -> None:
        self._by_owner: OrderedDict[Hashable, deque[Job]] = OrderedDict()
        self.length = 0

    @property
    def owners(self) -> int:
        """How many owners wait."""
        return len(self._by_owner)

    def add(self, job: Job) -> None:
        """Behind the owner's other jobs."""
        jobs = self._by_owner.get(job.owner)
        if jobs is None:
            jobs = self._by_owner[job.owner] = deque()
        jobs.append(job)
        self.length += 1

    def put_back(self, job: Job) -> None:
        """A job that was taken and cannot run yet: first again."""
        self._by_owner.setdefault(job.owner, deque()).appendleft(job)
        self._by_owner.move_to_end(job.owner, last=False)
        self.length += 1

    def take(self, may_run: Callable[[Hashable], bool]) -> Job | None:
        """The next job whose owner may have a thread. Cancelled ones are dropped on the way."""
        while (owner := next(filter(may_run, self._by_owner), _NOBODY)) is not _NOBODY:
            job = self._take_from(owner)
            if job is not None:
                return job
        return None

    def oldest(self) -> float | None:
        """When the job that has waited longest was asked for."""
        return min((jobs[0].asked_at for jobs in self._by_owner.values()), default=None)

    def _take_from(self, owner: Hashable) -> Job | None:
        jobs = self._by_owner[owner]
        job: Job | None = None
        while jobs and job is None:
            job = jobs.popleft()
            self.length -= 1
            if job.future.cancelled():
                job = None
        if jobs:
            self._by_owner.move_to_end(owner)
        else:
            del self._by_owner[owner]
        return job
