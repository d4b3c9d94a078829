from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from django_phoenix.delivery.fair_queue import FairQueue


async def queue_of(owners: int, *, cancelled: int) -> FairQueue:
    queue = FairQueue()
    for owner in range(owners):
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if owner < cancelled:
            future.cancel()
        job: Any = SimpleNamespace(owner=owner, future=future, asked_at=0.0)
        queue.add(job)
    return queue


async def test_when_thousands_of_clients_go_at_once_the_next_call_is_still_found() -> None:
    queue = await queue_of(5001, cancelled=5000)
    job = queue.take(lambda owner: True)
    assert job is not None
    assert job.owner == 5000
    assert (queue.length, queue.owners) == (0, 0)


async def test_nothing_is_left_of_calls_that_were_all_cancelled() -> None:
    queue = await queue_of(100, cancelled=100)
    assert queue.take(lambda owner: True) is None
    assert (queue.length, queue.owners) == (0, 0)


async def test_owners_that_have_their_share_are_passed_over() -> None:
    queue = await queue_of(3, cancelled=0)
    job = queue.take(lambda owner: owner == 1)
    assert job is not None
    assert job.owner == 1
    assert queue.length == 2
