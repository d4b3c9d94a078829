"""A time limit for what others do: the time in which our own event loop did nothing at all does not count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# A loop that is blocked comes by only one of them late, however long that takes.
TICKS = 5


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """As ``asyncio.timeout``: raises TimeoutError, but not just because the loop was busy meanwhile.

    After a block of many seconds the answer may lie there, read by nobody.
    """
    loop = asyncio.get_running_loop()
    left = TICKS
    timer: asyncio.TimerHandle

    def wait() -> None:
        nonlocal left, timer
        left -= 1
        timer = loop.call_later(seconds / TICKS, wait if left else expire)

    def expire() -> None:
        limit.reschedule(loop.time())

    async with asyncio.timeout(None) as limit:
        wait()
        try:
            yield
        finally:
            timer.cancel()
