"""A time limit that a blocked loop does not use up."""

from __future__ import annotations

import asyncio
import time

import pytest

from django_phoenix.delivery.patience import TICKS, patience


async def test_what_takes_too_long_is_cancelled() -> None:
    with pytest.raises(TimeoutError):
        async with patience(0.02):
            await asyncio.Event().wait()


async def test_what_is_done_in_time_is_not_and_other_errors_go_through() -> None:
    async with patience(10):
        await asyncio.sleep(0)
    with pytest.raises(ValueError, match="mine"):
        async with patience(10):
            raise ValueError("mine")


async def test_the_time_in_which_the_loop_was_blocked_does_not_count() -> None:
    limit = 0.1
    loop = asyncio.get_running_loop()
    answer = loop.create_future()

    def block() -> None:
        time.sleep(3 * limit)
        # Like an answer that has come meanwhile and goes through some more turns of the loop.
        loop.call_soon(loop.call_soon, loop.call_soon, answer.set_result, "there")

    loop.call_soon(block)
    async with patience(limit):
        assert await answer == "there"
    assert TICKS > 1
