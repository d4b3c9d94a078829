"""What is handed to the channel layer: packed, in order, again when it fails, never lost without a word."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

import pytest

from django_phoenix.delivery import outbox as outbox_module
from django_phoenix.delivery.envelope import make_delivery
from django_phoenix.delivery.layer import EVERYBODY, group_name, unpack
from django_phoenix.delivery.losses import losses
from django_phoenix.delivery.outbox import Outbox
from django_phoenix.exceptions import BroadcastError
from tests.support.fake_layer import FakeLayer

SOON = 10


@pytest.fixture
def layer() -> FakeLayer:
    return FakeLayer()


@pytest.fixture
async def outbox(layer: FakeLayer) -> Outbox:
    return Outbox(asyncio.get_running_loop(), "node", lambda: layer)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(outbox_module, "LONGEST_PAUSE", 0.002)


def post(outbox: Outbox, topic: str = "room:1", event: str = "new", payload: Any = None) -> Future[None]:
    done: Future[None] = Future()
    outbox.post(make_delivery(topic, event, payload or {}), done)
    return done


async def settled(*futures: Future[None]) -> list[BaseException | None]:
    waiting = [asyncio.wrap_future(future) for future in futures]
    return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), SOON)


def events(message: dict[str, Any], topic: str) -> list[str]:
    return [delivery.event for part in unpack(message, {topic}).parts for delivery in part.deliveries]


async def test_what_is_posted_together_goes_in_one_message_for_each_topic(
    layer: FakeLayer, outbox: Outbox
) -> None:
    await settled(*(post(outbox, topic, event) for event in "abc" for topic in ("room:1", "room:2")))
    assert [group for group, _ in layer.sent] == [group_name("room:1"), group_name("room:2")]
    assert events(layer.sent[0][1], "room:1") == ["a", "b", "c"]
    assert outbox.idle


async def test_many_topics_go_to_everybody_in_few_messages(layer: FakeLayer, outbox: Outbox) -> None:
    await settled(*(post(outbox, f"room:{number}") for number in range(300)))
    assert [group for group, _ in layer.sent] == [EVERYBODY] * 2
    assert events(layer.sent[0][1], "room:7") == ["new"]


async def test_a_layer_of_several_servers_keeps_an_order_within_a_group_only(
    layer: FakeLayer, outbox: Outbox
) -> None:
    layer.ring_size = 2  # type: ignore[attr-defined]
    await settled(*(post(outbox, f"room:{number}") for number in range(20)))
    assert [group for group, _ in layer.sent] == [group_name(f"room:{number}") for number in range(20)]


async def test_large_payloads_are_not_packed_together(layer: FakeLayer, outbox: Outbox) -> None:
    large = {"text": "x" * 150_000}
    await settled(*(post(outbox, payload=large) for _ in range(3)))
    assert len(layer.sent) == 3


async def test_numbers_go_on_over_messages(layer: FakeLayer, outbox: Outbox) -> None:
    for _ in range(3):
        await settled(post(outbox), post(outbox))
    assert [unpack(message, {"room:1"}).parts[0].first for _, message in layer.sent] == [1, 3, 5]


async def test_while_the_layer_fails_it_is_tried_again_and_then_all_arrives(
    layer: FakeLayer, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    layer.broken = ConnectionError("refused")
    first = post(outbox, event="first")
    while len(layer.calls) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    second = post(outbox, event="second")
    layer.broken = None
    assert await settled(first, second) == [None, None]
    assert [events(message, "room:1") for _, message in layer.sent] == [["first"], ["second"]]
    assert caplog.text.count("do not reach other processes") == 1
    assert caplog.text.count("reach other processes again") == 1


async def test_what_cannot_be_sent_for_long_is_given_up_and_told(
    layer: FakeLayer, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "GIVE_UP_AFTER", 0.01)
    before = sum(losses.counts.values())
    layer.broken = ConnectionError("refused")
    [error] = await settled(post(outbox))
    assert isinstance(error, BroadcastError)
    assert error.__cause__ is layer.broken
    assert sum(losses.counts.values()) == before + 1


async def test_what_the_layer_refuses_is_not_tried_again(layer: FakeLayer, outbox: Outbox) -> None:
    layer.broken = TypeError("cannot serialize")
    [error] = await settled(post(outbox))
    assert isinstance(error, BroadcastError)
    assert layer.calls == ["group_send"]
    layer.broken = None
    assert await settled(post(outbox)) == [None]


async def test_a_full_outbox_takes_no_more_and_tells_the_publisher(settings: Any, layer: FakeLayer) -> None:
    settings.DJANGO_PHOENIX = {"BROADCAST_BACKLOG": 2}
    outbox = Outbox(asyncio.get_running_loop(), "node", lambda: layer)
    one, two, three = (post(outbox) for _ in range(3))
    assert isinstance(three.exception(0), BroadcastError)
    assert await settled(one, two) == [None, None]


async def test_bytes_are_bounded_too(settings: Any, layer: FakeLayer) -> None:
    settings.DJANGO_PHOENIX = {"BROADCAST_BACKLOG_BYTES": 1000}
    outbox = Outbox(asyncio.get_running_loop(), "node", lambda: layer)
    one, two = (post(outbox, payload={"text": "x" * 1000}) for _ in range(2))
    assert isinstance(two.exception(0), BroadcastError)
    assert await settled(one) == [None]
    assert await settled(post(outbox)) == [None]


def test_a_loop_that_ends_leaves_what_it_could_not_send(layer: FakeLayer) -> None:
    layer.broken = ConnectionError("refused")

    async def work() -> Outbox:
        outbox = Outbox(asyncio.get_running_loop(), "node", lambda: layer)
        for number in range(3):
            post(outbox, f"room:{number}")
        while not layer.calls:  # noqa: ASYNC110
            await asyncio.sleep(0)
        post(outbox, "room:late")
        return outbox

    left = asyncio.run(work()).take_all()
    assert [posted.delivery.topic for posted in left] == ["room:0", "room:1", "room:2", "room:late"]


async def test_a_publisher_who_waits_no_longer_is_no_harm(layer: FakeLayer, outbox: Outbox) -> None:
    gone, waiting = post(outbox), post(outbox)
    gone.cancel()
    assert await settled(waiting) == [None]
    assert await settled(post(outbox)) == [None]
