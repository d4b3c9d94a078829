from __future__ import annotations

import asyncio
import threading

import pytest
from django.core.exceptions import SynchronousOnlyOperation

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.steps import Step, Where, call, drive, drive_sync


class Stage:
    """Runs pool steps in a thread, and counts how often it is asked to."""

    renders_in_pool = False

    def __init__(self):
        self.hops = 0
        self.entered = []

    def enter(self):
        self.entered.append(here())

    async def in_pool(self, function, *args):
        self.hops += 1
        return await asyncio.to_thread(function, *args)


LOOP_THREAD = threading.main_thread().name


def here():
    return "loop" if threading.current_thread().name == LOOP_THREAD else "pool"


def plain(value):
    return value, here()


async def waiting(value):
    await asyncio.sleep(0)
    return value, here()


def broken():
    raise ValueError("broken")


async def broken_later():
    raise ValueError("broken")


def lazy():
    """What a query does on the loop."""
    if here() == "loop":
        raise SynchronousOnlyOperation
    return "fetched"


async def test_each_step_runs_on_its_side():
    def story():
        return [(yield call(plain, 1)), (yield call(waiting, 2)), (yield Step(Where.HERE, plain, (3,)))]

    stage = Stage()
    assert await drive(story(), stage) == [(1, "pool"), (2, "loop"), (3, "loop")]
    assert stage.hops == 1


async def test_def_steps_in_a_row_and_the_rendering_after_them_share_one_hop():
    """D5"""

    def story():
        yield call(plain, 1)
        yield call(plain, 2)
        return (yield Step(Where.HERE, plain, (3,)))

    stage = Stage()
    assert await drive(story(), stage) == (3, "pool")
    assert stage.hops == 1


async def test_a_story_without_def_steps_needs_no_pool():
    def story():
        yield call(waiting, 1)
        return (yield Step(Where.HERE, plain, (2,)))

    stage = Stage()
    assert await drive(story(), stage) == (2, "loop")
    assert stage.hops == 0


async def test_a_rendering_that_needs_the_database_is_done_again_in_the_pool():
    """D5"""

    def story():
        yield call(waiting, 1)
        return (yield Step(Where.HERE, lazy))

    stage = Stage()
    assert await drive(story(), stage) == "fetched"
    assert (stage.hops, stage.renders_in_pool) == (1, True)
    assert await drive(story(), stage) == "fetched"
    assert stage.hops == 2


async def test_a_query_in_a_callback_on_the_loop_is_not_hidden():
    async def mistaken():
        raise SynchronousOnlyOperation

    def story():
        yield call(mistaken)

    stage = Stage()
    with pytest.raises(SynchronousOnlyOperation) as raised:
        await drive(story(), stage)
    assert "mistaken is an `async def`" in raised.value.__notes__[0]
    assert (stage.hops, stage.renders_in_pool) == (0, False)


def test_a_query_in_a_callback_is_not_hidden_at_a_get_either():
    async def mistaken():
        raise SynchronousOnlyOperation

    def story():
        yield call(mistaken)

    with pytest.raises(SynchronousOnlyOperation) as raised:
        drive_sync(story())
    assert "mistaken is an `async def`" in raised.value.__notes__[0]


@pytest.mark.parametrize("step", [call(broken), call(broken_later), Step(Where.HERE, broken)])
async def test_what_a_step_raises_comes_into_the_story_and_out_of_it(step):
    seen = []

    def story(catch):
        try:
            yield step
        except ValueError as error:
            seen.append(error)
            if not catch:
                raise
        return (yield call(waiting, "after"))

    with pytest.raises(ValueError, match="broken"):
        await drive(story(catch=False), Stage())
    assert await drive(story(catch=True), Stage()) == ("after", "loop")
    assert len(seen) == 2


async def test_the_stage_is_entered_on_each_side_before_anything_runs_there():
    def story():
        yield call(plain, 1)
        yield call(waiting, 2)

    stage = Stage()
    await drive(story(), stage)
    assert stage.entered == ["loop", "pool", "loop"]


async def test_a_cancelled_wait_ends_the_story():
    ended = []

    def story():
        try:
            yield call(asyncio.sleep, 60)
        finally:
            ended.append(True)

    task = asyncio.create_task(drive(story(), Stage()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]


async def test_a_stop_iteration_of_a_callback_is_an_error_and_no_end():
    def story():
        yield call(next, iter(()))
        return "done"

    with pytest.raises(RuntimeError, match="StopIteration"):
        await drive(story(), Stage())


async def test_what_waits_cannot_be_called_where_a_loop_runs():
    def story():
        yield call(waiting, 1)

    with pytest.raises(LiveViewError, match="waiting is async, but the page is being rendered on the event"):
        drive_sync(story())


def test_without_a_loop_all_steps_run_in_the_callers_thread():
    def story():
        first = yield call(plain, 1)
        second = yield call(waiting, 2)
        return first, second[0], (yield Step(Where.HERE, plain, (3,)))

    assert drive_sync(story()) == ((1, "loop"), 2, (3, "loop"))
