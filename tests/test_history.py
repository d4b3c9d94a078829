"""What a client that was away gets when it joins again: what it missed, in order, or a clear gap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_phoenix import pubsub
from django_phoenix.channel import Channel, event
from django_phoenix.history import History
from django_phoenix.socket import Socket
from django_phoenix.transport.blueprint import Blueprint
from tests.support.peer import Peer


class Room(Channel):
    history = History(size=5, ttl=60)
    intercept = ("secret",)

    def join(self, payload: dict[str, Any], **captures: Any) -> dict[str, Any] | None:
        if payload.get("from the start"):
            del payload["phx_offset"]
        return payload.get("say")

    @event
    async def say(self, body: str) -> None:
        self.broadcast("said", {"body": body})

    @event
    async def say_to_others(self, body: str) -> None:
        self.broadcast_from("said", {"body": body})

    async def handle_out(self, event: str, payload: Any) -> None:
        self.push("told", payload)


class RoomSocket(Socket):
    channels = {"room:*": Room}


APP = RoomSocket.as_asgi()
TOPIC = "room:1"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    pubsub.reset()
    yield
    pubsub.reset()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer(APP) as it:
        yield it


async def join(peer: Peer, offset: Any = None, ref: str = "1", **payload: Any) -> dict[str, Any]:
    """What the reply says of the history."""
    reply = await peer.join(TOPIC, {**payload, **({} if offset is None else {"phx_offset": offset})}, ref)
    assert reply["status"] == "ok"
    told: dict[str, Any] = reply["response"]["phx_history"]
    return told


def say(*bodies: Any, event: str = "said") -> None:
    for body in bodies:
        pubsub.broadcast(TOPIC, event, {"body": body})


async def heard(peer: Peer, count: int = 1) -> list[Any]:
    return [(await peer.next())[4]["body"] for _ in range(count)]


async def left_with(peer: Peer, *bodies: str) -> str:
    """A client joins, hears these and goes; its offset."""
    offset: str = (await join(peer))["offset"]
    for body in bodies:
        say(body)
        offset = (await peer.next())[4]["phx_offset"]
    await peer.disconnect()
    return offset


async def test_who_joins_for_the_first_time_has_missed_nothing_and_is_told_where_it_is(peer: Peer) -> None:
    say("before")
    told = await join(peer)
    assert told["gap"] is False
    assert await peer.silent()


async def test_each_broadcast_carries_its_offset_and_a_client_gets_what_came_after_its_last(
    peer: Peer,
) -> None:
    offset = await left_with(peer, "one", "two")
    say("three", "four")
    async with Peer(APP) as again:
        told = await join(again, offset)
        assert told == {"gap": False, "offset": offset}
        say("five")
        assert await heard(again, 3) == ["three", "four", "five"]
        assert await again.silent()


async def test_who_has_heard_nothing_since_its_join_gets_all_since_then(peer: Peer) -> None:
    say("before")
    offset = await left_with(peer)
    say("one")
    async with Peer(APP) as again:
        await join(again, offset)
        assert await heard(again) == ["one"]


async def test_who_has_missed_nothing_is_at_the_newest_place(peer: Peer) -> None:
    offset = await left_with(peer, "one")
    async with Peer(APP) as again:
        told = await join(again, offset)
        assert told["gap"] is False
        assert await again.silent()
    say("two")
    async with Peer(APP) as third:
        await join(third, told["offset"])
        assert await heard(third) == ["two"]


async def test_who_loses_its_connection_in_between_goes_on_from_there(peer: Peer) -> None:
    offset = await left_with(peer)
    say("one", "two", "three")
    async with Peer(APP) as again:
        await join(again, offset)
        first = (await again.next())[4]
    async with Peer(APP) as third:
        assert (await join(third, first["phx_offset"]))["gap"] is False
        assert await heard(third, 2) == ["two", "three"]


async def test_beyond_the_size_there_is_a_gap_and_nothing_is_sent_again(peer: Peer) -> None:
    offset = await left_with(peer, "one")
    say(*map(str, range(6)))
    async with Peer(APP) as again:
        told = await join(again, offset)
        assert told["gap"] is True
        assert told["offset"] != offset
        say("new")
        assert await heard(again) == ["new"]


async def test_as_many_as_the_size_can_be_missed(peer: Peer) -> None:
    offset = await left_with(peer, "one")
    say(*map(str, range(5)))
    async with Peer(APP) as again:
        assert (await join(again, offset))["gap"] is False
        assert await heard(again, 5) == list("01234")


@pytest.mark.parametrize("bad", ["", "x", "x.y.1", 5, {"a": 1}, "ä" * 10, "a." * 9000, [None], True, 1.5])
async def test_an_offset_that_was_never_given_out_is_a_gap(peer: Peer, bad: Any) -> None:
    say("one")
    assert (await join(peer, bad))["gap"] is True
    assert await peer.silent()


async def test_an_offset_cannot_be_made_up_or_taken_to_another_topic(peer: Peer) -> None:
    offset = await left_with(peer, "one")
    signature, log, position, *seen = offset.split(".")
    async with Peer(APP) as again:
        assert (await join(again, ".".join([signature, log, str(int(position) - 1), *seen])))["gap"] is True
        reply = await again.join("room:2", {"phx_offset": offset}, "2")
        assert reply["response"]["phx_history"]["gap"] is True


async def test_offsets_are_valid_over_a_change_of_the_secret_key(peer: Peer, settings: Any) -> None:
    offset = await left_with(peer, "one")
    say("two")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    async with Peer(APP) as again:
        assert (await join(again, offset))["gap"] is False
        assert await heard(again) == ["two"]
    settings.SECRET_KEY_FALLBACKS = []
    async with Peer(APP) as again:
        assert (await join(again, offset))["gap"] is True


async def test_a_client_is_not_sent_its_own_and_its_offset_moves_on_all_the_same(peer: Peer) -> None:
    await join(peer)
    await peer.push("1", "2", TOPIC, "say_to_others", {"body": "mine"})
    place = await peer.next()
    assert place[:4] == [None, None, TOPIC, "phx_offset"]
    assert await peer.silent()
    say("two")
    async with Peer(APP) as again:
        await join(again, place[4]["phx_offset"])
        assert await heard(again) == ["two"]


async def test_binary_broadcasts_are_remembered_and_their_offset_follows_them(peer: Peer) -> None:
    offset = await left_with(peer)
    pubsub.broadcast(TOPIC, "file", b"\x00\xff")
    async with Peer(APP) as again:
        await join(again, offset)
        assert (await again.next_raw()).endswith(b"file\x00\xff")  # type: ignore[arg-type]
        place = await again.next()
        assert place[3] == "phx_offset"
        assert await again.silent()
    async with Peer(APP) as third:
        await join(third, place[4]["phx_offset"])
        assert await third.silent()


async def test_what_is_intercepted_goes_through_handle_out_when_it_is_sent_again_too(peer: Peer) -> None:
    offset = await left_with(peer)
    say("one", event="secret")
    async with Peer(APP) as again:
        await join(again, offset)
        told = await again.next()
        assert told[:4] == ["1", None, TOPIC, "told"]
        assert told[4]["body"] == "one"
    async with Peer(APP) as third:
        await join(third, told[4]["phx_offset"])
        assert await third.silent()


async def test_what_is_for_one_process_only_is_not_remembered_and_has_no_offset(peer: Peer) -> None:
    await join(peer)
    pubsub.local_broadcast(TOPIC, "here", {"body": "one"})
    assert (await peer.next())[4] == {"body": "one"}


async def test_the_reply_keeps_what_join_has_returned_and_join_may_decline_the_history(peer: Peer) -> None:
    offset = await left_with(peer)
    say("one")
    async with Peer(APP) as again:
        reply = await again.join(TOPIC, {"say": {"hello": 1}, "phx_offset": offset, "from the start": True})
        assert reply["response"]["hello"] == 1
        assert reply["response"]["phx_history"]["gap"] is False
        assert await again.silent()


@pytest.mark.parametrize(
    "payload", [{}, {"phx_offset": "mine"}, {"text": '{}]"'}, {"nested": {"a": [1, {}]}}]
)
async def test_whatever_the_payload_is_the_offset_is_ours(peer: Peer, payload: dict[str, Any]) -> None:
    seen: list[Any] = []

    class Other:
        def deliver(self, delivery: pubsub.Delivery) -> None:
            seen.append(delivery.payload)

    await join(peer)
    pubsub.subscribe(TOPIC, Other())
    pubsub.broadcast(TOPIC, "said", payload)
    frame = await peer.next()
    offset = frame[4].pop("phx_offset")
    assert frame[4] == {key: value for key, value in payload.items() if key != "phx_offset"}
    assert offset.count(".") >= 2
    # Who is no channel of the topic is not bothered with it.
    assert "phx_offset" not in seen[0]


async def test_version_1_clients_get_the_same(peer: Peer) -> None:
    await peer.disconnect()

    async def join_v1(again: Peer, payload: dict[str, Any]) -> dict[str, Any]:
        message = {"topic": TOPIC, "event": "phx_join", "payload": payload, "ref": "1"}
        await again.send_raw(json.dumps(message))
        told: dict[str, Any] = (await again_next(again))["payload"]["response"]["phx_history"]
        return told

    async def again_next(again: Peer) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await again.next_raw())
        return frame

    async with Peer(APP, query="vsn=1.0.0") as first:
        offset = (await join_v1(first, {}))["offset"]
    say("one")
    async with Peer(APP, query="vsn=1.0.0") as again:
        assert (await join_v1(again, {"phx_offset": offset}))["gap"] is False
        payload = (await again_next(again))["payload"]
        assert payload["body"] == "one"
        assert payload["phx_offset"]


async def test_a_topic_is_remembered_for_a_while_after_its_last_client(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offset = await left_with(peer, "one")
    hub = pubsub._node.hub_here()
    hub._forget()
    assert TOPIC in hub._topics
    say("two")
    async with Peer(APP) as again:
        await join(again, offset)
        assert await heard(again) == ["two"]
    log = hub._topics[TOPIC].log
    assert log is not None
    log.idle_since -= 61
    hub._forget()
    assert TOPIC not in hub._topics
    async with Peer(APP) as third:
        assert (await join(third, offset))["gap"] is True


async def test_whatever_threads_broadcast_at_the_same_time_is_remembered_without_a_gap() -> None:
    here = (await pubsub.catch_up(TOPIC, History(size=5000), None)).told["offset"]

    def work() -> None:
        for number in range(200):
            pubsub.broadcast(TOPIC, "said", {"body": number})

    working = [asyncio.to_thread(work) for _ in range(4)]
    all_done = asyncio.gather(*working)
    while not all_done.done():
        pubsub.broadcast(TOPIC, "said", {"body": "from the loop"})
        await asyncio.sleep(0)
    told, missed = await pubsub.catch_up(TOPIC, History(size=5000), here)
    assert told["gap"] is False
    numbers = [delivery.stamp[1] for delivery in missed if delivery.stamp is not None]
    assert numbers == list(range(1, len(missed) + 1))
    assert len(missed) > 800


async def test_however_many_topics_are_left_a_process_remembers_so_many_of_them(
    peer: Peer, settings: Any
) -> None:
    settings.DJANGO_PHOENIX = {"HISTORY_LEFT_TOPICS": 3}
    await join(peer)
    for number in range(2, 12):
        topic = f"room:{number}"
        await peer.push(str(number), str(number), topic, "phx_join", {})
        await peer.push(str(number), str(number), topic, "phx_leave")
        for _ in range(3):
            await peer.next()
    hub = pubsub._node.hub_here()
    assert [topic for topic in hub._topics if topic.startswith("room:")] == [
        TOPIC, "room:9", "room:10", "room:11"
    ]  # fmt: skip
    # Whose client is still there stays.
    hub._forget()
    assert hub._topics[TOPIC].log is not None


async def test_however_much_left_topics_hold_a_process_remembers_so_much_of_it(
    peer: Peer, settings: Any
) -> None:
    settings.DJANGO_PHOENIX = {"HISTORY_LEFT_BYTES": 12_000}
    hub = pubsub._node.hub_here()
    for number in range(2, 8):
        topic = f"room:{number}"
        await peer.push(str(number), str(number), topic, "phx_join", {})
        await peer.next()
        pubsub.broadcast(topic, "said", {"text": "x" * 5000})
        await peer.push(str(number), str(number), topic, "phx_leave")
        for _ in range(3):
            await peer.next()
    assert [topic for topic in hub._topics if topic.startswith("room:")] == ["room:6", "room:7"]
    # What they get after that counts as well.
    pubsub.broadcast("room:6", "said", {"text": "x" * 5000})
    hub._forget()
    assert [topic for topic in hub._topics if topic.startswith("room:")] == ["room:7"]
    # The last one stays however much it holds, and what is joined again is not counted.
    for _ in range(3):
        pubsub.broadcast("room:7", "said", {"text": "x" * 5000})
    hub._forget()
    await peer.push("9", "9", "room:7", "phx_join", {})
    await peer.next()
    hub._forget()
    assert hub._topics["room:7"].log is not None
    assert (len(hub._left), hub._left_weight) == (0, 0)


@pytest.mark.parametrize("options", [{"size": 0}, {"ttl": -1}, {"max_bytes": "many"}, {"size": True}])
def test_a_history_of_nothing_is_refused(options: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="should be a number above 0"):
        History(**options)


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"history": {"size": 5}}, r"Wrong.history should be a History\(size=…, ttl=…\) or None, got"),
        ({"history": History(), "subscribes": False}, "Wrong has a history, but subscribes = False"),
    ],
)
def test_a_channel_that_can_have_no_history_is_told(attributes: dict[str, Any], told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=told):
        Blueprint(type("Wrong", (Channel,), attributes))


def test_what_is_left_out_is_a_list_of_events() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"Did you mean \['typing'\]"):
        History(leave_out="typing")
