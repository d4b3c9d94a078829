"""What waits for a long-polling client: complete, in order, bounded."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from django_phoenix.transport import longpoll_outbox
from django_phoenix.transport.longpoll_outbox import PolledOutbox


class Owner:
    overflown: tuple[int, int] | None = None

    def overflow(self, frames, size):
        self.overflown = (frames, size)


@given(st.lists(st.one_of(st.text(max_size=30), st.just(None)), max_size=60))
def test_every_frame_is_taken_once_and_in_order(steps):
    """Text is put; None is a poll. Batches are small here."""
    loop = asyncio.new_event_loop()
    outbox, put, taken = PolledOutbox(loop), [], []
    was, longpoll_outbox.BATCH_SIZE = longpoll_outbox.BATCH_SIZE, 40
    try:
        for step in steps:
            if step is None:
                batch = outbox.take()
                assert len(batch) <= 1 or sum(map(len, batch)) <= 40
                assert batch or outbox.empty
                taken += batch
            else:
                outbox.put(step)
                put.append(step)
        while not outbox.empty:
            taken += outbox.take()
    finally:
        longpoll_outbox.BATCH_SIZE = was
        loop.close()
    assert taken == put
    assert outbox._size == 0


async def test_it_is_busy_while_much_waits_and_tells_when_that_is_over():
    outbox, told = PolledOutbox(asyncio.get_running_loop()), []
    outbox.put("x")
    assert not outbox.busy
    outbox.when_drained(lambda: told.append("at once"))
    outbox.put("x" * longpoll_outbox.BUSY_SIZE)
    assert outbox.busy
    outbox.when_drained(lambda: told.append("later"))
    assert told == ["at once"]
    outbox.take()
    assert told == ["at once", "later"]
    assert not outbox.busy


async def test_bytes_are_bounded_too(settings):
    settings.DJANGO_PHOENIX = {"OUTBOX_BYTES": 100}
    outbox = PolledOutbox(asyncio.get_running_loop())
    outbox.owner = Owner()
    for _ in range(3):
        outbox.put("x" * 40)
    assert outbox.owner.overflown == (3, 120)
    assert outbox.empty


async def test_after_the_end_nothing_is_taken_in_and_what_waits_can_be_fetched():
    outbox = PolledOutbox(asyncio.get_running_loop())
    outbox.put("last")
    outbox.close(1012)
    outbox.put("too late")
    assert outbox.take() == ["last"]
    outbox.put("too late")
    outbox.discard()
    assert outbox.empty
    assert outbox.closed


async def test_a_binary_frame_is_dropped():
    outbox = PolledOutbox(asyncio.get_running_loop())
    outbox.put(b"\x00")
    assert outbox.empty


async def test_the_end_wakes_who_waits():
    outbox = PolledOutbox(asyncio.get_running_loop())
    waiting = asyncio.create_task(outbox.wait(60))
    await asyncio.sleep(0)
    assert outbox.awaited
    outbox.close(1012)
    await asyncio.wait_for(waiting, 5)
    assert not outbox.awaited
