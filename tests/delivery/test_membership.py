"""A hub's groups on the channel layer: joined, renewed, left, and joined again after any trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from django_phoenix.delivery import membership as membership_module
from django_phoenix.delivery.envelope import Delivery, make_delivery
from django_phoenix.delivery.hub import Hub
from django_phoenix.delivery.layer import EVERYBODY, Packet, Part, group_name, pack
from django_phoenix.delivery.losses import losses
from django_phoenix.history import History
from tests.support.fake_layer import FakeLayer

SOON = 10
ROOM = group_name("room:1")


class Listener:
    def __init__(self) -> None:
        self.events: list[str] = []

    def deliver(self, delivery: Delivery) -> None:
        self.events.append(delivery.event)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(membership_module, "LONGEST_PAUSE", 0.002)
    monkeypatch.setattr(membership_module, "PROBE_EVERY", 0.01)


@pytest.fixture
def layer() -> FakeLayer:
    return FakeLayer()


@pytest.fixture
async def hub(layer: FakeLayer) -> AsyncIterator[Hub]:
    it = Hub(asyncio.get_running_loop(), "here", layer)
    yield it
    await it.close()


@pytest.fixture
def listener() -> Listener:
    return Listener()


async def until(condition: Callable[[], Any]) -> None:
    """Look again and again: nothing tells when a layer has been served."""
    async with asyncio.timeout(SOON):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def joined(hub: Hub, listener: Listener, topic: str = "room:1") -> None:
    pending = hub.subscribe(topic, listener)
    if pending is not None:
        await asyncio.wait_for(pending, SOON)


def message(first: int, *events: str, node: str = "elsewhere", topic: str = "room:1") -> dict[str, Any]:
    deliveries = [make_delivery(topic, event, {}) for event in events]
    return pack(Packet(node, f"{node}-1", [Part(topic, first, deliveries)]))


async def test_a_topics_group_is_joined_once_and_left_some_time_after_its_last_subscriber(
    layer: FakeLayer, hub: Hub, listener: Listener
) -> None:
    await joined(hub, listener)
    assert hub.subscribe("room:1", Listener()) is None
    assert len(layer.groups[ROOM]) == 1
    other = Listener()
    hub.subscribe("room:1", other)
    hub.unsubscribe("room:1", listener)
    await asyncio.sleep(0.03)
    assert len(layer.groups[ROOM]) == 1
    for each in list(hub._topics["room:1"].members):
        hub.unsubscribe("room:1", each)
    await until(lambda: not layer.groups[ROOM])
    await until(lambda: "room:1" not in hub._topics)


async def test_a_topic_that_is_left_and_joined_in_a_moment_stays_joined(
    layer: FakeLayer, hub: Hub, listener: Listener
) -> None:
    await joined(hub, listener)
    hub.unsubscribe("room:1", listener)
    assert hub.subscribe("room:1", listener) is None
    await asyncio.sleep(0.03)
    assert layer.groups[ROOM]
    assert "group_discard" not in layer.calls


async def test_broadcasts_of_others_are_delivered_and_our_own_are_not_delivered_twice(
    layer: FakeLayer, hub: Hub, listener: Listener
) -> None:
    await joined(hub, listener)
    await layer.group_send(ROOM, message(1, "ours", node="here"))
    await layer.group_send(ROOM, message(1, "a", "b"))
    await until(lambda: listener.events == ["a", "b"])


async def test_what_a_layer_has_dropped_is_counted_and_told(
    layer: FakeLayer, hub: Hub, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    before = sum(losses.counts.values())
    await joined(hub, listener)
    for each in (message(1, "a"), message(5, "e"), message(5, "e"), message(6, "f")):
        await layer.group_send(ROOM, each)
    await until(lambda: listener.events == ["a", "e", "f"])
    assert sum(losses.counts.values()) == before + 3


async def test_a_message_of_another_make_is_logged_and_passed_over(
    layer: FakeLayer, hub: Hub, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    await joined(hub, listener)
    await layer.group_send(ROOM, {"type": "phx.broadcasts"})
    await layer.group_send(ROOM, {"type": "of.somebody.else"})
    await layer.group_send(ROOM, message(1, "a"))
    await until(lambda: listener.events == ["a"])
    assert "could not be read" in caplog.text


async def test_memberships_are_renewed_at_a_third_of_their_expiry(listener: Listener) -> None:
    layer = FakeLayer(group_expiry=0.09)
    hub = Hub(asyncio.get_running_loop(), "here", layer)
    await joined(hub, listener)
    for _ in range(3):
        for members in layer.groups.values():
            members.clear()
        await until(lambda: all(layer.groups[group] for group in (ROOM, EVERYBODY)))
    await hub.close()


async def test_a_membership_that_was_lost_without_a_word_is_found_out(
    layer: FakeLayer, hub: Hub, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    await joined(hub, listener)
    layer.groups.clear()
    await until(lambda: layer.groups.get(ROOM))
    assert "has forgotten this process" in caplog.text
    await layer.group_send(ROOM, message(1, "a"))
    await until(lambda: listener.events == ["a"])


async def test_after_an_error_in_reading_everything_is_joined_again(
    layer: FakeLayer, hub: Hub, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    await joined(hub, listener)
    layer.groups.clear()
    layer.fail_reading(ConnectionError("reset"))
    await until(lambda: layer.groups.get(ROOM))
    await layer.group_send(ROOM, message(1, "a"))
    await until(lambda: listener.events == ["a"])
    assert caplog.text.count("does not answer") == 1


async def test_what_is_remembered_begins_anew_where_the_layer_may_have_lost_something(
    layer: FakeLayer, hub: Hub, listener: Listener
) -> None:
    log, pending = hub.remember("room:1", History())
    assert pending is not None
    await asyncio.wait_for(pending, SOON)
    await layer.group_send(ROOM, message(1, "a"))
    await until(lambda: len(log) == 1)
    place = log.here(0)
    layer.broken = ConnectionError("refused")
    layer.fail_reading(ConnectionError("reset"))
    await until(lambda: hub._topics["room:1"].doubtful)
    layer.broken = None
    await until(lambda: not hub._topics["room:1"].doubtful)
    again, _ = hub.remember("room:1", History())
    assert again is not log
    assert again.catch_up(place, 0).told["gap"] is True


async def test_renewing_a_membership_leaves_what_is_remembered_alone(listener: Listener) -> None:
    layer = FakeLayer(group_expiry=0.03)
    hub = Hub(asyncio.get_running_loop(), "here", layer)
    log, _ = hub.remember("room:1", History())
    await joined(hub, listener)
    layer.calls.clear()
    await until(lambda: layer.calls.count("group_add") > 4)
    assert hub.remember("room:1", History())[0] is log
    await hub.close()


async def test_nobody_waits_for_a_layer_that_is_away(layer: FakeLayer, hub: Hub, listener: Listener) -> None:
    layer.broken = ConnectionError("refused")
    pending = hub.subscribe("room:1", listener)
    assert pending is not None
    await asyncio.wait_for(pending, SOON)
    assert hub.subscribe("room:2", listener) is None
    layer.broken = None
    await until(lambda: layer.groups.get(ROOM) and layer.groups.get(group_name("room:2")))


async def test_closing_leaves_every_group(layer: FakeLayer, listener: Listener) -> None:
    hub = Hub(asyncio.get_running_loop(), "here", layer)
    await joined(hub, listener)
    await hub.close()
    assert not any(layer.groups.values())


async def test_whoever_gives_up_waiting_for_a_join_takes_nobody_along(
    layer: FakeLayer, hub: Hub, listener: Listener
) -> None:
    one, two = hub.subscribe("room:1", listener), hub.subscribe("room:1", Listener())
    assert one is not None
    assert two is not None
    one.cancel()
    await asyncio.wait_for(two, SOON)


async def test_a_hub_made_on_another_thread_asks_its_layer_on_its_own_loop(listener: Listener) -> None:
    """channels_redis' pub/sub layer looks for the running loop at every attribute."""

    class LoopBound(FakeLayer):
        def __getattribute__(self, name: str) -> Any:
            asyncio.get_running_loop()
            return super().__getattribute__(name)

    layer = LoopBound(group_expiry=60)
    loop = asyncio.get_running_loop()
    hub = await asyncio.to_thread(Hub, loop, "here", layer)
    try:
        joined = hub.subscribe("room:1", listener)
        assert joined is not None
        await asyncio.wait_for(joined, SOON)
        assert layer.groups[ROOM]
    finally:
        await hub.close()
