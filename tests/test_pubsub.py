"""Publish and subscribe within one process: who gets what, transactions, what a caller is told."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import decimal
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from django_phoenix import pubsub
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.wire.message import Broadcast

SOON = 10


class Listener:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.something = asyncio.Event()

    def deliver(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self.something.set()

    @property
    def events(self) -> list[str]:
        return [delivery.event for delivery in self.deliveries]

    async def has(self, count: int) -> list[str]:
        """The events, once there are ``count``."""
        async with asyncio.timeout(SOON):
            while len(self.deliveries) < count:
                self.something.clear()
                await self.something.wait()
        return self.events


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    pubsub.reset()
    yield
    pubsub.reset()


@pytest.fixture
def listener() -> Listener:
    return Listener()


# Delivery.


async def test_subscribers_get_broadcasts_of_their_topic_at_once_and_in_order(listener: Listener) -> None:
    assert pubsub.subscribe("room:1", listener) is None
    for event in ("one", "two"):
        pubsub.broadcast("room:1", event, {})
    pubsub.broadcast("room:2", "other", {})
    assert listener.events == ["one", "two"]
    assert pubsub.subscriber_count("room:1") == 1


async def test_subscribing_twice_counts_once_and_unsubscribing_ends_it(listener: Listener) -> None:
    for _ in range(2):
        pubsub.subscribe("room:1", listener)
    pubsub.broadcast("room:1", "heard", {})
    pubsub.unsubscribe("room:1", listener)
    pubsub.unsubscribe("room:1", listener)
    pubsub.unsubscribe("room:never", listener)
    pubsub.broadcast("room:1", "unheard", {})
    assert listener.events == ["heard"]
    assert pubsub.subscriber_count("room:1") == 0


async def test_any_string_is_a_topic(listener: Listener) -> None:
    topic = "räume/ 1:🦜\n" + "x" * 500
    pubsub.subscribe(topic, listener)
    pubsub.broadcast(topic, "heard", {})
    assert listener.events == ["heard"]


async def test_the_frame_is_ready_and_the_payload_is_what_a_client_would_read(listener: Listener) -> None:
    other = Listener()
    for each in (listener, other):
        pubsub.subscribe("room:1", each)
    payload = {"at": datetime.date(2024, 2, 29), "price": decimal.Decimal("1.50")}
    pubsub.broadcast("room:1", "new", payload)
    payload["price"] = decimal.Decimal(0)
    delivery = listener.deliveries[0]
    assert orjson.loads(delivery.frame) == [
        None, None, "room:1", "new", {"at": "2024-02-29", "price": "1.50"}
    ]  # fmt: skip
    assert delivery.payload == {"at": "2024-02-29", "price": "1.50"}
    # Encoded and decoded once for all.
    assert other.deliveries[0] is delivery
    assert delivery.payload is delivery.payload


async def test_bytes_stay_bytes(listener: Listener) -> None:
    pubsub.subscribe("room:1", listener)
    pubsub.broadcast("room:1", "file", b"\x00\xff")
    assert listener.deliveries[0].payload == b"\x00\xff"
    assert isinstance(listener.deliveries[0].frame, bytes)


async def test_broadcast_from_names_the_sender(listener: Listener) -> None:
    pubsub.subscribe("room:1", listener)
    pubsub.broadcast_from("ref-1", "room:1", "new", {})
    assert listener.deliveries[0].sender == "ref-1"


async def test_a_subscriber_that_fails_does_not_disturb_the_others(caplog: pytest.LogCaptureFixture) -> None:
    class Failing:
        def deliver(self, delivery: Delivery) -> None:
            raise ValueError("broken")

    listeners = [Listener() for _ in range(3)]
    for each in (listeners[0], Failing(), listeners[1], Failing(), listeners[2]):
        pubsub.subscribe("room:1", each)
    pubsub.broadcast("room:1", "new", {})
    assert [each.events for each in listeners] == [["new"]] * 3
    assert caplog.text.count("Traceback") == 1
    assert "failed for 2 of 5 subscribers" in caplog.text


async def test_subscribers_may_come_and_go_while_a_broadcast_is_under_way(listener: Listener) -> None:
    class Leaving:
        def deliver(self, delivery: Delivery) -> None:
            pubsub.unsubscribe("room:1", self)
            pubsub.subscribe("room:1", listener)

    leaving = [Leaving() for _ in range(3)]
    for each in leaving:
        pubsub.subscribe("room:1", each)
    pubsub.broadcast("room:1", "first", {})
    pubsub.broadcast("room:1", "second", {})
    assert listener.events == ["second"]
    assert pubsub.subscriber_count("room:1") == 1


async def test_a_subscriber_may_broadcast(listener: Listener) -> None:
    class Echo:
        def deliver(self, delivery: Delivery) -> None:
            if delivery.event == "call":
                pubsub.broadcast("room:1", "echo", {})

    pubsub.subscribe("room:1", Echo())
    pubsub.subscribe("room:1", listener)
    pubsub.broadcast("room:1", "call", {})
    assert sorted(listener.events) == ["call", "echo"]


# From threads, and between loops.


async def test_a_broadcast_from_a_thread_arrives_while_the_thread_goes_on(listener: Listener) -> None:
    pubsub.subscribe("room:1", listener)
    heard = threading.Event()

    def handler() -> bool:
        pubsub.broadcast("room:1", "early", {})
        return heard.wait(SOON)

    working = asyncio.create_task(asyncio.to_thread(handler))
    assert await listener.has(1) == ["early"]
    assert not working.done()
    heard.set()
    assert await working


async def test_what_one_thread_broadcasts_stays_in_order_and_before_what_follows(listener: Listener) -> None:
    pubsub.subscribe("room:1", listener)

    def handler() -> None:
        for number in range(100):
            pubsub.broadcast("room:1", str(number), {})

    await asyncio.to_thread(handler)
    pubsub.broadcast("room:1", "after", {})
    assert listener.events == [*map(str, range(100)), "after"]


async def test_many_broadcasts_of_threads_let_others_on_the_loop_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django_phoenix.delivery.hub.TURN", 10)
    listener, turns = Listener(), 0
    pubsub.subscribe("room:1", listener)

    def handler() -> None:
        for _ in range(100):
            pubsub.broadcast("room:1", "each", {})

    thread = threading.Thread(target=handler)
    thread.start()
    thread.join(SOON)
    while len(listener.events) < 100:
        turns += 1
        await asyncio.sleep(0)
    assert turns >= 10


def test_every_event_loop_of_a_process_hears_it() -> None:
    joined, done = threading.Barrier(3), []

    async def listen() -> list[str]:
        listener = Listener()
        pubsub.subscribe("room:1", listener)
        await asyncio.to_thread(joined.wait, SOON)
        return await listener.has(1)

    threads = [threading.Thread(target=lambda: done.append(asyncio.run(listen()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    joined.wait(SOON)
    pubsub.broadcast("room:1", "new", {})
    for thread in threads:
        thread.join(SOON)
    assert done == [["new"], ["new"]]


def test_a_loop_that_has_ended_is_forgotten() -> None:
    async def listen() -> Listener:
        listener = Listener()
        pubsub.subscribe("room:1", listener)
        return listener

    ended = asyncio.run(listen())
    pubsub.broadcast("room:1", "unheard", {})
    asyncio.run(listen())
    assert ended.events == []
    assert len(pubsub._node.hubs) == 1


async def test_a_backlog_is_bounded_and_what_does_not_fit_is_told(
    settings: Any, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DJANGO_PHOENIX = {"BROADCAST_BACKLOG": 5}
    pubsub.subscribe("room:1", listener)
    told: list[dict[str, Any]] = []

    def receiver(**arguments: Any) -> None:
        told.append(arguments)

    from django_phoenix.signals import messages_lost

    messages_lost.connect(receiver)
    before = sum(pubsub.lost().values())

    def handler() -> None:
        for number in range(8):
            pubsub.broadcast("room:1", str(number), {})

    # The loop is kept busy meanwhile.
    thread = threading.Thread(target=handler)
    thread.start()
    thread.join(SOON)
    messages_lost.disconnect(receiver)
    assert await listener.has(5) == ["0", "1", "2", "3", "4"]
    assert [(each["topic"], each["count"]) for each in told] == [("room:1", 1)] * 3
    assert sum(pubsub.lost().values()) == before + 3
    assert "broadcasts lost" in caplog.text


async def test_in_memory_a_topic_outlives_the_layers_group_expiry(settings: Any, listener: Listener) -> None:
    backend = "channels.layers.InMemoryChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"group_expiry": 0}}}
    pubsub.subscribe("room:1", listener)
    for event in ("one", "two"):
        pubsub.broadcast("room:1", event, {})
        await asyncio.sleep(0)
    # The process needs no group of the layer to reach itself.
    assert listener.events == ["one", "two"]


async def test_close_hub_forgets_the_loops_subscriptions(listener: Listener) -> None:
    pubsub.subscribe("room:1", listener)
    await pubsub.close_hub()
    await pubsub.close_hub()
    pubsub.broadcast("room:1", "unheard", {})
    assert listener.events == []


# One node.


async def test_a_direct_broadcast_to_this_node_stays_here(listener: Listener) -> None:
    pubsub.subscribe("room:1", listener)
    pubsub.direct_broadcast(pubsub.node_name(), "room:1", "mine", {})
    pubsub.direct_broadcast("another", "room:1", "not mine", {})
    assert listener.events == ["mine"]


# A subscription as a stream.


async def test_a_subscription_brings_the_broadcasts_of_its_topics_in_order() -> None:
    async with pubsub.subscription("orders", "bills") as messages:
        pubsub.broadcast("orders", "paid", {"order": 17})
        pubsub.broadcast("bills", "file", b"\x00")
        pubsub.broadcast("others", "unheard", {})
        assert len(messages) == 2
        assert await anext(messages) == Broadcast("orders", "paid", {"order": 17})
        assert await anext(messages) == Broadcast("bills", "file", b"\x00")
        later = asyncio.create_task(anext(messages))  # type: ignore[arg-type]
        await asyncio.to_thread(pubsub.broadcast, "orders", "from a thread", {})
        assert (await asyncio.wait_for(later, SOON)).event == "from a thread"
    assert pubsub.subscriber_count("orders") == pubsub.subscriber_count("bills") == 0


async def test_a_subscription_can_be_left_from_within_its_loop() -> None:
    async with pubsub.subscription("orders") as messages:
        for event in ("one", "two"):
            pubsub.broadcast("orders", event, {})
        heard = []
        async for message in messages:
            heard.append(message.event)
            if len(heard) == 2:
                break
    assert heard == ["one", "two"]
    assert pubsub.subscriber_count("orders") == 0


async def test_a_reader_that_gives_up_waiting_may_read_on() -> None:
    async with pubsub.subscription("orders") as messages:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(messages), 0.001)
        pubsub.broadcast("orders", "late", {})
        assert (await asyncio.wait_for(anext(messages), SOON)).event == "late"


async def test_what_a_slow_reader_has_no_room_for_is_lost_and_told(caplog: pytest.LogCaptureFixture) -> None:
    before = sum(pubsub.lost().values())
    async with pubsub.subscription("orders", limit=2) as messages:
        for event in ("one", "two", "three"):
            pubsub.broadcast("orders", event, {})
        assert [(await anext(messages)).event for _ in range(2)] == ["one", "two"]
        assert messages.lost == 1
    assert sum(pubsub.lost().values()) == before + 1
    assert "a subscription does not keep up" in caplog.text


async def test_a_subscription_ends_when_its_block_raises() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with pubsub.subscription("orders"):
            raise ValueError("mine")
    assert pubsub.subscriber_count("orders") == 0


# What a caller is told.


@pytest.mark.parametrize(
    ("topic", "event", "payload", "told"),
    [
        ("room:1", "new", ["a list"], "'new' to 'room:1': the payload should be a dict .* got list"),
        ("room:1", "new", None, "got NoneType"),
        ("room:1", "new", "text", "got str"),
        ("room:1", "new", {"it": object()}, "'new' to 'room:1': the payload is not JSON"),
        ("room:1", "new", {"it": float("nan"), "big": 2**70}, "not JSON"),
        ("room:1", 5, {}, "'room:1': the event should be a string, got 5"),
        (7, "new", {}, "the topic should be a non-empty string, got 7"),
        ("", "new", {}, "the topic should be a non-empty string"),
        ("t" * 300, "new", b"", "as binary: a field of a binary frame"),
    ],
)
@pytest.mark.parametrize("publish", [pubsub.broadcast, pubsub.local_broadcast])
def test_what_is_no_json_object_is_refused_where_it_is_said(
    publish: Callable[..., None], topic: Any, event: Any, payload: Any, told: str
) -> None:
    with pytest.raises(TypeError, match=told):
        publish(topic, event, payload)


async def test_waiting_on_the_event_loop_is_refused() -> None:
    with pytest.raises(RuntimeError, match="await abroadcast"):
        pubsub.broadcast("room:1", "new", {}, wait=True)


def test_subscribing_without_a_loop_is_refused(listener: Listener) -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        pubsub.subscribe("room:1", listener)


async def test_abroadcast_and_wait_return_when_it_is_done(listener: Listener) -> None:
    pubsub.subscribe("room:1", listener)
    await pubsub.abroadcast("room:1", "awaited", {})
    assert listener.events == ["awaited"]
    await asyncio.to_thread(pubsub.broadcast, "room:1", "waited for", {}, wait=True)
    assert await listener.has(2) == ["awaited", "waited for"]


def test_outside_a_server_a_process_local_layer_reaches_nobody_and_that_is_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub._node, "serves", False)
    pubsub.broadcast("room:1", "new", {})
    assert "reaches nobody" not in caplog.text, "the tests of a site are to be quiet"
    monkeypatch.setattr("django_phoenix.delivery.node.in_tests", lambda: False)
    for _ in range(3):
        pubsub.broadcast("room:1", "new", {})
    assert caplog.text.count("reaches nobody") == 1
    assert "CHANNEL_LAYERS" in caplog.text


def test_in_a_server_without_clients_nothing_is_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub._node, "serves", False)
    pubsub.serving()
    with caplog.at_level(logging.DEBUG):
        pubsub.broadcast("room:1", "new", {})
    assert caplog.text == ""


# Transactions.


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The events that a loop in the background has heard on topic ``t``; in order, at once."""
    events: list[str] = []

    class Hears:
        def deliver(self, delivery: Delivery) -> None:
            events.append(delivery.event)

    ready, over = threading.Event(), threading.Event()

    async def listen() -> None:
        pubsub.subscribe("t", Hears())
        ready.set()
        await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(listen(),))
    thread.start()
    assert ready.wait(SOON)
    yield Settled(events)
    over.set()
    thread.join(SOON)


class Settled(list[str]):
    """Equals the events heard so far, once all that was posted has been delivered."""

    def __init__(self, events: list[str]) -> None:
        super().__init__()
        self.events = events

    def __eq__(self, other: object) -> bool:
        served = threading.Event()
        for hub in pubsub._node.hubs:
            hub.loop.call_soon_threadsafe(served.set)
        assert served.wait(SOON)
        return self.events == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.events)


def say(event: str, **options: Any) -> None:
    pubsub.broadcast("t", event, {}, **options)


@pytest.mark.django_db(transaction=True)
def test_a_broadcast_in_a_transaction_waits_for_the_commit(heard: list[str]) -> None:
    with transaction.atomic():
        say("inside")
        say("without waiting", on_commit=False)
        assert heard == ["without waiting"]
    assert heard == ["without waiting", "inside"]
    say("outside")
    assert heard == ["without waiting", "inside", "outside"]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_delivers_nothing(heard: list[str]) -> None:
    with contextlib.suppress(KeyError), transaction.atomic():
        Group.objects.create(name="g")
        say("inside")
        raise KeyError
    assert heard == []
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_savepoint_takes_its_own_broadcasts_with_it(heard: list[str]) -> None:
    with transaction.atomic():
        say("before")
        with contextlib.suppress(KeyError), transaction.atomic():
            say("in the savepoint")
            raise KeyError
        with transaction.atomic():
            say("in another")
        say("after")
    assert heard == ["before", "in another", "after"]


@pytest.mark.django_db(transaction=True)
def test_local_and_from_wait_for_the_commit_too(heard: list[str]) -> None:
    with contextlib.suppress(KeyError), transaction.atomic():
        pubsub.local_broadcast("t", "local", {})
        pubsub.broadcast_from("ref", "t", "from", {})
        raise KeyError
    assert heard == []
    with transaction.atomic():
        pubsub.local_broadcast("t", "local", {})
        pubsub.broadcast_from("ref", "t", "from", {})
    assert heard == ["local", "from"]


@pytest.mark.django_db
def test_the_transaction_of_a_test_case_does_not_hold_broadcasts_back(heard: list[str]) -> None:
    assert connection.in_atomic_block
    say("in the test")
    assert heard == ["in the test"]


@pytest.mark.django_db
def test_in_a_test_case_a_transactions_broadcasts_come_with_its_callbacks(
    heard: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        say("inside")
        assert heard == []
    assert heard == ["inside"]


@pytest.mark.django_db(transaction=True)
def test_the_payload_is_checked_and_kept_as_it_is_at_the_call(heard: list[str]) -> None:
    with transaction.atomic():
        with pytest.raises(TypeError, match="not JSON"):
            pubsub.broadcast("t", "bad", {"it": object()})
        say("good")
    assert heard == ["good"]


@pytest.mark.django_db(transaction=True)
def test_the_rule_can_be_replaced(heard: list[str]) -> None:
    former = pubsub.set_commit_rule(lambda action: action())
    try:
        with contextlib.suppress(KeyError), transaction.atomic():
            say("inside")
            raise KeyError
    finally:
        pubsub.set_commit_rule(former)
    assert heard == ["inside"]
