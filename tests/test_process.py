from __future__ import annotations

import asyncio
import contextvars
import sys

import pytest

from django_phoenix.process import SLICE, Process
from tests.support.peer import settle


class Recorder(Process):
    """Writes down what happens. Messages: a value, or a callable to await."""

    wants_idle = True

    def __init__(self, limit=100):
        super().__init__(loop=asyncio.get_running_loop(), context=contextvars.copy_context(), limit=limit)
        self.seen = []

    async def handle(self, message):
        self.seen.append(message)
        if callable(message):
            await message()

    async def idle(self):
        self.seen.append("idle")

    async def end(self, reason):
        self.seen.append(("end", reason))


async def test_messages_are_handled_in_order_then_idle_is_called_once():
    process = Recorder()
    for number in range(3):
        assert process.post(number)
    await settle()
    assert process.seen == [0, 1, 2, "idle"]


async def test_one_message_at_a_time():
    process, gate = Recorder(), asyncio.Event()
    process.post(gate.wait)
    process.post("after")
    await settle()
    assert process.seen == [gate.wait]
    assert process.pending == 1
    gate.set()
    await settle()
    assert process.seen == [gate.wait, "after", "idle"]


async def test_an_idle_process_has_no_task_and_no_queue():
    process = Recorder()
    process.post("x")
    await settle()
    assert process._task is None
    assert process._more is None
    assert len(asyncio.all_tasks()) == 1


async def test_a_full_mailbox_takes_no_more():
    process, gate = Recorder(limit=2), asyncio.Event()
    process.post(gate.wait)
    assert process.post(1)
    assert process.post(2)
    assert not process.post(3)
    gate.set()
    await settle()
    assert process.post(4)


async def test_a_message_posted_while_idle_runs_is_not_lost():
    class Busy(Recorder):
        async def idle(self):
            if "again" not in self.seen:
                self.post("again")

    process = Busy()
    process.post("x")
    await settle()
    assert process.seen == ["x", "again"]


async def test_messages_posted_in_any_state_are_all_handled_once():
    process = Recorder(limit=1000)

    async def nap():
        await asyncio.sleep(0)

    for number in range(200):
        process.post(nap if number % 3 else number)
        if number % 7 == 0:
            await asyncio.sleep(0)
    await settle(500)
    assert len([seen for seen in process.seen if seen != "idle"]) == 200


async def test_a_busy_process_lets_others_have_a_turn():
    first, second = Recorder(limit=1000), Recorder()
    for number in range(SLICE * 3):
        first.post(number)
    second.post("x")
    await settle(1)
    assert second.seen == ["x", "idle"]
    assert len(first.seen) <= SLICE + 1


async def test_a_process_whose_messages_take_long_lets_others_have_a_turn_sooner(monkeypatch):
    monkeypatch.setattr("django_phoenix.process.SLICE_SECONDS", 0.0)
    first, second = Recorder(limit=1000), Recorder()
    for number in range(SLICE):
        first.post(number)
    second.post("x")
    await settle(1)
    assert second.seen == ["x", "idle"]
    assert len(first.seen) <= 3


async def test_stop_ends_after_the_message_in_hand_and_leaves_the_rest():
    process, gate = Recorder(), asyncio.Event()
    process.post(gate.wait)
    process.post("waiting")
    process.stop("enough")
    process.stop("again")
    gate.set()
    await settle()
    assert process.seen == [gate.wait, ("end", "enough")]
    assert process.drain_mailbox() == ["waiting"]
    assert process.ended
    assert not process.post("late")


async def test_stop_of_an_idle_process_ends_it_at_once():
    process = Recorder()
    process.stop("enough")
    await settle()
    assert process.seen == [("end", "enough")]


async def test_kill_cancels_the_message_in_hand():
    process, cancelled = Recorder(), asyncio.Event()

    async def forever():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    process.post(forever)
    await settle()
    process.kill()
    await asyncio.wait_for(cancelled.wait(), 10)
    await settle()
    assert process.ended
    assert process.seen == [forever]


async def test_all_messages_run_in_the_process_s_own_context():
    variable = contextvars.ContextVar("variable", default=0)
    process = Recorder()

    async def count():
        variable.set(variable.get() + 1)

    for _ in range(3):
        process.post(count)
        await settle()
    assert variable.get() == 0
    assert process.context[variable] == 3


async def test_timeouts_and_task_groups_work_in_a_handler():
    outcome = []

    async def handler():
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            outcome.append("timeout")
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0))
        outcome.append(asyncio.current_task() is not test_task)
        done.set()

    done = asyncio.Event()
    test_task = asyncio.current_task()
    process = Recorder()
    process.post(handler, eager=True)
    await asyncio.wait_for(done.wait(), 10)
    assert outcome == ["timeout", True]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.12 has eager tasks")
async def test_an_eager_post_is_handled_before_it_returns():
    process = Recorder()
    process.post("x", eager=True)
    assert process.seen[0] == "x"
