"""Frames that go out together at the end of a turn of the loop."""

from __future__ import annotations

import asyncio

from django_phoenix.transport.outbox import Outbox
from django_phoenix.transport.servers import UNKNOWN
from django_phoenix.transport.turn import LONGEST, Turn


class Clients:
    """Several outboxes of one loop, and what they have sent, in order."""

    def __init__(self, count):
        self.sent = []
        loop = asyncio.get_running_loop()
        turn = Turn(loop)
        self.outboxes = [Outbox(self.send, UNKNOWN, loop, turn) for _ in range(count)]

    async def send(self, event):
        self.sent.append(event.get("text", event.get("code")))


async def test_what_is_sent_soon_goes_out_when_the_turn_ends():
    clients = Clients(3)
    for name, outbox in zip("abc", clients.outboxes, strict=True):
        outbox.put_soon(f"{name}1")
        outbox.put_soon(f"{name}2")
    assert clients.sent == []
    await asyncio.sleep(0)
    assert clients.sent == ["a1", "a2", "b1", "b2", "c1", "c2"]


async def test_one_clients_frames_keep_their_order():
    clients = Clients(2)
    first, second = clients.outboxes
    first.put_soon("1")
    second.put_soon("other")
    first.put("2")
    assert clients.sent == ["1", "2"]
    first.put_soon("3")
    first.close(1000)
    assert clients.sent == ["1", "2", "3", 1000]
    await asyncio.sleep(0)
    assert clients.sent[4:] == ["other"]


async def test_many_do_not_wait_for_each_other():
    clients = Clients(LONGEST)
    for outbox in clients.outboxes:
        outbox.put_soon("x")
    assert len(clients.sent) == LONGEST


async def test_nothing_goes_to_a_client_that_has_gone():
    clients = Clients(1)
    clients.outboxes[0].put_soon("x")
    clients.outboxes[0].discard()
    await asyncio.sleep(0)
    assert clients.sent == []
