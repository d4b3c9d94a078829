"""Presence as a channel's author uses it, and as clients see it on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group

from django_phoenix import presence, pubsub
from django_phoenix.channel import Channel, event
from django_phoenix.delivery.presence import announcer, roster
from django_phoenix.delivery.presence.tracker import TOPIC
from django_phoenix.exceptions import JoinRefused
from django_phoenix.management.checks.asgi import check_events
from django_phoenix.presence import AlreadyTracked, NotTracked, Presence, PresenceError
from django_phoenix.pubsub import Delivery
from django_phoenix.socket import Socket
from tests.support.peer import Peer, error, settle

NOBODY: dict[str, Any] = {"joins": {}, "leaves": {}}


class RoomPresence(Presence):
    """The plain one."""


class Room(Channel):
    presence = RoomPresence

    async def join(self, payload: dict[str, Any], **captures: Any) -> None:
        if "as" in payload:
            self.track(payload["as"], payload.get("meta"))
        if payload.get("refuse"):
            raise JoinRefused({"reason": "full"})

    @event
    async def come(self, key: str, **meta: Any) -> dict[str, Any]:
        return {"ref": self.track(key, meta)}

    @event
    def come_from_a_thread(self, key: str) -> dict[str, Any]:
        ref = self.track(key)
        return {"ref": ref, "seen": key in RoomPresence.list(self.topic)}

    @event
    async def change(self, key: str, **meta: Any) -> dict[str, Any]:
        return {"ref": self.update(key, meta)}

    @event
    async def count(self, key: str) -> dict[str, Any]:
        return {"ref": self.update(key, lambda meta: {**meta, "n": meta.get("n", 0) + 1})}

    @event
    async def go(self, key: str) -> dict[str, Any]:
        self.untrack(key)
        return {}

    @event
    async def crash(self) -> None:
        raise RuntimeError("on purpose")

    @event
    async def end(self) -> None:
        self.stop()

    @event
    async def wait(self) -> None:
        await asyncio.sleep(60)


class Watching(Channel):
    """It shows who is there and is not there itself; it sees diffs before its client does."""

    presence = RoomPresence
    intercept = ["presence_diff"]

    async def handle_out(self, event: str, payload: dict[str, Any]) -> None:
        self.push("seen", {"joined": list(payload["joins"]), "left": list(payload["leaves"])})


class NoPresence(Channel):
    @event
    async def come(self) -> None:
        self.track("ada")


class GroupPresence(Presence):
    """Keys are primary keys of groups."""

    calls: list[tuple[str, list[str]]] = []

    async def fetch(self, topic: str, presences: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((topic, sorted(presences)))
        groups = {str(group.pk): group async for group in Group.objects.filter(pk__in=presences)}
        return {key: {**value, "name": groups[key].name} for key, value in presences.items()}


class ThreadPresence(GroupPresence):
    def fetch(self, topic: str, presences: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]
        self.calls.append((topic, sorted(presences)))
        groups = Group.objects.in_bulk(presences)
        return {key: {**value, "name": groups[int(key)].name} for key, value in presences.items()}


class GatedPresence(Presence):
    """Its fetch waits until it is let go."""

    gate = asyncio.Event()
    calls: list[list[str]] = []

    async def fetch(self, topic: str, presences: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(list(presences))
        await self.gate.wait()
        return {key: {**value, "call": len(self.calls)} for key, value in presences.items()}


class OddPresence(Presence):
    """What its fetch returns, or raises."""

    result: Any = None

    def fetch(self, topic: str, presences: dict[str, Any]) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class CancelledPresence(Presence):
    """Its fetch lets a cancellation of something else out."""

    async def fetch(self, topic: str, presences: dict[str, Any]) -> dict[str, Any]:
        task = asyncio.create_task(asyncio.Event().wait())
        task.cancel()
        await task
        return presences


class MetasPresence(Presence):
    told: list[tuple[Any, ...]] = []
    fails = False

    async def handle_metas(self, topic: str, diff: Any, presences: Any) -> None:
        self.told.append((topic, diff, presences))
        if self.fails:
            raise RuntimeError("on purpose")


def channel_with(presence_class: type[Presence]) -> type[Channel]:
    return type(f"{presence_class.__name__}Room", (Room,), {"presence": presence_class})


class RoomSocket(Socket):
    channels = {
        "room:<name>": Room,
        "watching:<name>": Watching,
        "none": NoPresence,
        "groups": channel_with(GroupPresence),
        "threads": channel_with(ThreadPresence),
        "gated": channel_with(GatedPresence),
        "odd": channel_with(OddPresence),
        "cancelled": channel_with(CancelledPresence),
        "metas": channel_with(MetasPresence),
    }


class Member:
    """One client on one topic. ``sees`` is what the official client would make of what it was sent."""

    def __init__(self, peer: Peer, topic: str) -> None:
        self.peer = peer
        self.topic = topic
        self.refs = itertools.count(1)
        self.joins = 0
        # What has come, without the state and the replies.
        self.diffs: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self.replies: dict[str, Any] = {}
        self.others: list[list[Any]] = []
        self.sees: dict[str, list[dict[str, Any]]] = {}

    async def join(self, key: str | None = None, **payload: Any) -> Any:
        self.joins += 1
        self.states.clear()
        ref = f"j{self.joins}"
        if key is not None:
            payload["as"] = key
        await self.peer.push(ref, ref, self.topic, "phx_join", payload)
        return await self.reply_to(ref)

    async def push(self, name: str, **payload: Any) -> Any:
        ref = await self.send(name, **payload)
        return await self.reply_to(ref)

    async def send(self, name: str, **payload: Any) -> str:
        ref = str(next(self.refs))
        await self.peer.push(f"j{self.joins}", ref, self.topic, name, payload)
        return ref

    async def reply_to(self, ref: str) -> Any:
        while ref not in self.replies:
            self.take(await self.peer.next())
        return self.replies[ref]

    async def next_diff(self) -> dict[str, Any]:
        while not self.diffs:
            self.take(await self.peer.next())
        return self.diffs.pop(0)

    async def state(self) -> dict[str, Any]:
        while not self.states:
            self.take(await self.peer.next())
        return self.states.pop(0)

    async def catch_up(self) -> None:
        """All windows end, and what was sent by then is read."""
        await presence.settle()
        await settle()
        while not self.peer._outgoing.empty():
            self.take(await self.peer.next())

    def take(self, frame: list[Any]) -> None:
        join_ref, ref, topic, name, payload = frame
        if topic != self.topic:
            self.others.append(frame)
        elif name == "phx_reply":
            self.replies[ref] = payload
        elif name == "presence_state":
            assert join_ref == f"j{self.joins}", "a state is a push"
            self.states.append(payload)
            self.sees = {key: value["metas"] for key, value in payload.items()}
        elif name == "presence_diff":
            assert (join_ref, ref) == (None, None), "a diff is a broadcast"
            self.diffs.append(payload)
            self._sync(payload)
        else:
            self.others.append(frame)

    def _sync(self, diff: dict[str, Any]) -> None:
        """Each join is news, each leave is known: nothing is said twice or out of turn (CH-55)."""
        assert diff.keys() == {"joins", "leaves"}, "CH-53"
        for key, value in diff["joins"].items():
            known = {meta["phx_ref"] for meta in self.sees.get(key, ())}
            assert known.isdisjoint(meta["phx_ref"] for meta in value["metas"])
            self.sees.setdefault(key, []).extend(value["metas"])
        for key, value in diff["leaves"].items():
            gone = {meta["phx_ref"] for meta in value["metas"]}
            assert gone <= {meta["phx_ref"] for meta in self.sees[key]}
            self.sees[key] = [meta for meta in self.sees[key] if meta["phx_ref"] not in gone]
            if not self.sees[key]:
                del self.sees[key]


@contextlib.asynccontextmanager
async def members(*topics: str, query: str = "vsn=2.0.0") -> AsyncIterator[list[Member]]:
    """Clients, each with a connection of its own."""
    async with contextlib.AsyncExitStack() as stack:
        app = RoomSocket.as_asgi()
        peers = [await stack.enter_async_context(Peer(app, query=query)) for _ in topics]
        yield [Member(peer, topic) for peer, topic in zip(peers, topics, strict=True)]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    pubsub.reset()
    presence.reset()
    GroupPresence.calls.clear()
    GatedPresence.calls.clear()
    GatedPresence.gate = asyncio.Event()
    OddPresence.result = None
    MetasPresence.told.clear()
    MetasPresence.fails = False
    yield
    presence.reset()
    pubsub.reset()


@pytest.fixture
def long_window(settings: Any) -> None:
    """Windows do not end by themselves while a test runs: ``catch_up`` ends them."""
    settings.DJANGO_PHOENIX = {**settings.DJANGO_PHOENIX, "PRESENCE_WINDOW": 3600}


def metas(diff: dict[str, Any], side: str, key: str) -> list[dict[str, Any]]:
    """Without refs."""
    return [
        {name: value for name, value in meta.items() if not name.startswith("phx_ref")}
        for meta in diff[side][key]["metas"]
    ]


# The wire.


async def test_ch_50_each_join_is_followed_by_the_state_also_an_empty_one() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        assert await one.peer.next() == ["j1", None, "room:1", "presence_state", {}]
        await two.join("ada", meta={"status": "on"})
        state = await two.state()
        assert state == {"ada": {"metas": [{"phx_ref": state["ada"]["metas"][0]["phx_ref"], "status": "on"}]}}


async def test_ch_50_a_rejoin_gets_the_state_too_and_a_refused_join_none() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join("ada")
        await one.state()
        await one.join("ada")
        assert list(await one.state()) == ["ada"]
        reply = await two.join("bob", refuse=True)
        assert reply["status"] == "error"
        await two.catch_up()
        assert two.states == []
        # And whom a refused join had tracked is gone.
        assert list(RoomPresence.list("room:1")) == ["ada"]


async def test_ch_51_52_53_an_update_is_a_join_of_the_new_and_a_leave_of_the_old_meta_in_one_diff() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join("ada", meta={"status": "on"})
        first = (await one.next_diff())["joins"]["ada"]["metas"][0]
        assert first == {"phx_ref": first["phx_ref"], "status": "on"}
        ref = (await two.push("change", key="ada", status="away"))["response"]["ref"]
        await presence.settle()
        assert await one.next_diff() == {
            "joins": {
                "ada": {"metas": [{"phx_ref": ref, "phx_ref_prev": first["phx_ref"], "status": "away"}]}
            },
            "leaves": {"ada": {"metas": [first]}},
        }
        assert ref != first["phx_ref"]


async def test_ch_53_both_sides_of_a_diff_are_always_there() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join("ada")
        assert (await one.next_diff())["leaves"] == {}
        await two.push("go", key="ada")
        await presence.settle()
        assert (await one.next_diff())["joins"] == {}


ENDS = ["leave", "crash", "stop", "closed", "killed", "duplicate"]


@pytest.mark.parametrize("end", ENDS)
async def test_ch_54_the_end_of_a_channel_for_any_reason_is_a_leave(end: str) -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join("ada")
        await one.next_diff()
        if end == "leave":
            await two.push("phx_leave")
        elif end == "crash":
            await two.send("crash")
        elif end == "stop":
            await two.send("end")
        elif end == "closed":
            await two.peer.disconnect()
        elif end == "killed":
            # In the middle of a message.
            await two.send("wait")
            await settle()
            two.peer.connection.topics["room:1"].kill()
        else:
            await two.state()
            await two.join()
        await one.catch_up()
        diff = await one.next_diff()
        assert list(diff["leaves"]) == ["ada"]
        assert one.sees == RoomPresence.list("room:1") == {}


async def test_several_keys_on_several_topics_all_leave_with_their_channel() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join("ada")
        await two.push("come", key="bob")
        channel = two.peer.connection.topics["room:1"].channel
        RoomPresence.track(channel, "ada", topic="room:2")
        assert list(RoomPresence.list("room:1")) == ["ada", "bob"]
        assert list(RoomPresence.list("room:2")) == ["ada"]
        await two.peer.disconnect()
        assert RoomPresence.list("room:1") == RoomPresence.list("room:2") == {}


async def test_each_tab_is_a_meta_of_its_user() -> None:
    async with members("room:1", "room:1", "room:1") as (one, two, three):
        await one.join()
        await two.join("ada", meta={"tab": 1})
        await three.join("ada", meta={"tab": 2})
        await one.catch_up()
        assert [meta["tab"] for meta in one.sees["ada"]] == [1, 2]
        assert [meta["tab"] for meta in RoomPresence.list("room:1")["ada"]["metas"]] == [1, 2]
        await two.peer.disconnect()
        await one.catch_up()
        assert [meta["tab"] for meta in one.sees["ada"]] == [2]


async def test_version_1_of_the_protocol_gets_both_messages_in_its_form() -> None:
    async with members("room:1", query="vsn=1.0.0") as (old,), members("room:1") as (new,):
        await old.peer.send_raw('{"topic": "room:1", "event": "phx_join", "payload": {}, "ref": "1"}')
        await old.peer.next()
        assert await old.peer.next() == {
            "topic": "room:1",
            "event": "presence_state",
            "payload": {},
            "ref": None,
        }
        await new.join("ada")
        diff = await old.peer.next()
        assert diff["event"] == "presence_diff"
        assert list(diff["payload"]["joins"]) == ["ada"]


async def test_an_intercepted_diff_goes_through_handle_out() -> None:
    async with members("watching:1", "room:2") as (one, two):
        await one.join()
        await two.join()
        channel = two.peer.connection.topics["room:2"].channel
        RoomPresence.track(channel, "ada", topic="watching:1")
        await one.catch_up()
        assert one.diffs == []
        assert one.others == [["j1", None, "watching:1", "seen", {"joined": ["ada"], "left": []}]]


async def test_a_client_that_says_hello_to_the_replicas_is_turned_away() -> None:
    async with members("room:1") as (one,):
        for topic in ("\x1fpresence", "\x1fpresence:x"):
            await one.peer.push("1", "1", topic, "phx_join")
            assert await one.peer.next() == error("1", topic, "unmatched topic", None)


# Windows.


async def test_ch_55_the_first_change_is_told_at_once_and_later_ones_of_a_window_in_one_diff(
    long_window: None,
) -> None:
    async with members("room:1", *["room:1"] * 10) as (one, *others):
        await one.join()
        for number, other in enumerate(others):
            await other.join(f"u{number}")
        assert list((await one.next_diff())["joins"]) == ["u0"]
        await settle()
        assert one.diffs == []
        await one.catch_up()
        assert list((await one.next_diff())["joins"]) == [f"u{number}" for number in range(1, 10)]
        for other in others:
            await other.catch_up()
            assert other.sees == one.sees


async def test_whoever_comes_and_goes_within_a_window_is_not_told_of(long_window: None) -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join("first")
        await one.next_diff()
        await two.push("come", key="brief")
        await two.push("go", key="brief")
        await one.catch_up()
        assert one.diffs == []


async def test_several_updates_within_a_window_are_one_and_name_what_was_seen_before(
    long_window: None,
) -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join("ada")
        seen = (await one.next_diff())["joins"]["ada"]["metas"][0]["phx_ref"]
        for number in range(3):
            await two.push("change", key="ada", n=number)
        await one.catch_up()
        diff = await one.next_diff()
        assert [meta["phx_ref"] for meta in diff["leaves"]["ada"]["metas"]] == [seen]
        (meta,) = diff["joins"]["ada"]["metas"]
        assert (meta["phx_ref_prev"], meta["n"]) == (seen, 2)


async def test_the_state_of_who_joins_within_a_window_is_that_of_the_last_diff(long_window: None) -> None:
    """So that nothing is told twice, and each subscriber's states and diffs add up."""
    async with members("room:1", "room:1", "room:1") as (one, two, three):
        await one.join()
        await one.push("come", key="first")
        await two.join("second")
        assert list(await two.state()) == ["first"]
        await one.push("go", key="first")
        await three.join("third")
        assert list(await three.state()) == ["first"]
        for each in (one, two, three):
            await each.catch_up()
            assert list(each.sees) == ["second", "third"]
            (diff,) = [diff for diff in each.diffs if "second" in diff["joins"]]
            assert (list(diff["joins"]), list(diff["leaves"])) == (["second", "third"], ["first"])


async def test_a_window_ends_by_itself() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        for key in ("a", "b", "c"):
            await two.join()
            await two.push("come", key=key)
        joined: list[str] = []
        while "c" not in joined:
            joined += (await one.next_diff())["joins"]


async def test_a_storm_is_told_in_at_most_twenty_diffs_a_second(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """By the loop's own clock, so that a slow machine does not matter."""
    # A fast one sends more than clients may.
    settings.DJANGO_PHOENIX = {**settings.DJANGO_PHOENIX, "MESSAGE_RATE": None}
    loop = asyncio.get_running_loop()
    told: list[float] = []
    deliver = pubsub.deliver_on_this_loop
    monkeypatch.setattr(pubsub, "deliver_on_this_loop", lambda it: (told.append(loop.time()), deliver(it)))
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join()
        began = loop.time()
        until = began + 0.6
        number = 0
        while loop.time() < until:
            number += 1
            await two.push("come", key=f"u{number}")
        await one.catch_up()
        assert len(one.sees) == number
    # Between two there is at least a window; each may be told late.
    assert told[-1] - began > 0.05 * (len(told) - 1) - 0.001


async def test_a_diff_that_takes_long_is_followed_by_a_longer_pause() -> None:
    class Slow:
        def deliver(self, delivery: Delivery) -> None:
            time.sleep(0.05)

    async with members("room:1") as (one,):
        await one.join()
        pubsub.subscribe("room:1", Slow())
        loop = asyncio.get_running_loop()
        began = loop.time()
        await one.push("come", key="ada")
        assert presence.tracker_of(loop).rosters.get(RoomPresence._name(), "room:1").due >= began + 0.25


async def test_the_state_is_encoded_once_per_version_and_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    as_json = roster.as_json
    monkeypatch.setattr(roster, "as_json", lambda entries: made.append(as_json(entries)) or made[-1])
    async with members("room:1", *["room:1"] * 5) as (one, *others):
        await one.join("ada")
        await one.catch_up()
        made.clear()
        for other in others:
            await other.join()
            assert list(await other.state()) == ["ada"]
        assert made == []
        await one.push("come", key="bob")
        await one.catch_up()
        for other in others:
            await other.join()
            assert list(await other.state()) == ["ada", "bob"]
        assert len(made) == 1


async def test_a_diff_is_made_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Delivery] = []
    deliver = pubsub.deliver_on_this_loop
    monkeypatch.setattr(pubsub, "deliver_on_this_loop", lambda it: (made.append(it), deliver(it)))
    async with members("room:1", *["room:1"] * 5) as (one, *others):
        await one.join()
        for other in others:
            await other.join()
        await one.push("come", key="ada")
        for each in (one, *others):
            await each.catch_up()
            assert list(each.sees) == ["ada"]
        assert [delivery.event for delivery in made] == ["presence_diff"]


async def test_a_topic_that_nobody_is_on_any_more_is_forgotten() -> None:
    async with members("room:1") as (one,):
        await one.join("ada")
        tracker = presence.tracker_of(asyncio.get_running_loop())
        assert len(tracker.rosters) == 1
        await one.push("phx_leave")
        await one.catch_up()
        assert len(tracker.rosters) == 0
        assert tracker._own.entries == tracker._owners == {}


# Asking.


async def test_an_owner_has_a_key_on_a_topic_once() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join("ada")
        await two.join("ada")
        channel = one.peer.connection.topics["room:1"].channel
        with pytest.raises(AlreadyTracked, match=r"Room on topic 'room:1' tracks 'ada' on 'room:1' already"):
            channel.track("ada")
        channel.untrack("ada")
        channel.untrack("ada")
        assert channel.track("ada")


async def test_a_function_that_is_overtaken_by_another_change_is_asked_again() -> None:
    task = asyncio.current_task()
    RoomPresence.track(task, "ada", {"n": 0}, topic="room:1")
    overtakes = [5, 7]

    def raised(meta: dict[str, Any]) -> dict[str, Any]:
        # As another thread may.
        if overtakes:
            RoomPresence.update(task, "ada", {"n": overtakes.pop()}, topic="room:1")
        return {"n": meta["n"] + 1}

    RoomPresence.update(task, "ada", raised, topic="room:1")
    assert RoomPresence.list("room:1")["ada"]["metas"][0]["n"] == 6

    def left(meta: dict[str, Any]) -> dict[str, Any]:
        RoomPresence.untrack(task, "ada", topic="room:1")
        return meta

    with pytest.raises(NotTracked):
        RoomPresence.update(task, "ada", left, topic="room:1")
    assert RoomPresence.list("room:1") == {}


async def test_an_update_needs_a_presence() -> None:
    async with members("room:1") as (one,):
        await one.join()
        channel = one.peer.connection.topics["room:1"].channel
        for meta in ({"status": "away"}, lambda meta: meta):
            with pytest.raises(NotTracked, match="does not track 'ada'"):
                channel.update("ada", meta)


async def test_a_meta_can_be_made_from_the_one_before() -> None:
    async with members("room:1") as (one,):
        await one.join("ada", meta={"status": "on"})
        for _ in range(3):
            await one.push("count", key="ada")
        (meta,) = RoomPresence.list("room:1")["ada"]["metas"]
        assert (meta["n"], meta["status"]) == (3, "on")


async def test_a_thread_tracks_and_sees_it_at_once() -> None:
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join()
        reply = await two.push("come_from_a_thread", key="ada")
        assert reply["response"]["seen"]
        assert (await one.next_diff())["joins"]["ada"]["metas"] == [{"phx_ref": reply["response"]["ref"]}]


@pytest.mark.parametrize("key", ["7", 7, uuid.UUID(int=7)])
async def test_keys_become_strings(key: Any) -> None:
    async with members("room:1") as (one,):
        await one.join()
        channel = one.peer.connection.topics["room:1"].channel
        channel.track(key, {"n": 1})
        assert list(RoomPresence.list("room:1")) == [str(key)]
        assert RoomPresence.get_by_key("room:1", key) == RoomPresence.list("room:1")[str(key)]
        channel.update(key, {"n": 2})
        channel.untrack(key)
        assert RoomPresence.get_by_key("room:1", key) is None


async def test_mistakes_are_told_to_whoever_makes_them() -> None:
    async with members("room:1", "none") as (one, two):
        await one.join()
        channel = one.peer.connection.topics["room:1"].channel
        with pytest.raises(TypeError, match="RoomPresence: a key should be a string, a number or a UUID"):
            channel.track(None)
        with pytest.raises(TypeError, match="RoomPresence: a meta should be a dict"):
            channel.track("ada", ["a", "list"])
        with pytest.raises(ValueError, match="a key has 1000 characters at most"):
            channel.track("a" * 1001)
        for meta in ({"it": object()}, {"half a character": "\ud800"}):
            with pytest.raises(TypeError, match="RoomPresence: the meta is not JSON"):
                channel.track("ada", meta)
        with pytest.raises(ValueError, match="a meta has 64000 characters of JSON at most"):
            channel.track("ada", {"it": "x" * 64_000})
        for half in ({"key": "\ud800"}, {"key": "ada", "topic": "\ud800"}, {"key": "ada", "topic": ""}):
            with pytest.raises(TypeError, match="should be a"):
                RoomPresence.track(channel, **half)
        with pytest.raises(TypeError, match=r"belongs to a Channel, a LiveView or an asyncio task"):
            RoomPresence.track("room:1", "ada")
        with pytest.raises(TypeError, match="say where 'ada' is present"):
            RoomPresence.track(asyncio.current_task(), "ada")
        assert RoomPresence.list("room:1") == {}
        await two.join()
        no_presence = two.peer.connection.topics["none"].channel
        with pytest.raises(TypeError, match=r"set NoPresence\.presence to a subclass of Presence"):
            no_presence.track("ada")


async def test_a_channel_that_has_ended_can_t_be_tracked() -> None:
    async with members("room:1") as (one,):
        await one.join()
        channel = one.peer.connection.topics["room:1"].channel
        await one.push("phx_leave")
        with pytest.raises(PresenceError, match="has ended"):
            channel.track("ada")


async def test_refs_in_a_meta_are_ours() -> None:
    async with members("room:1") as (one,):
        await one.join()
        channel = one.peer.connection.topics["room:1"].channel
        ref = channel.track("ada", {"phx_ref": "mine", "phx_ref_prev": "mine", "n": 1})
        assert RoomPresence.list("room:1") == {"ada": {"metas": [{"phx_ref": ref, "n": 1}]}}


async def test_what_json_allows_comes_through() -> None:
    meta = {"é": "ü\n\"'", "deep": [{"a": None}], "n": 1.5, "empty": {}}
    async with members("room:1", "room:1") as (one, two):
        await one.join()
        await two.join('a "key" with é', meta=meta)
        diff = await one.next_diff()
        assert metas(diff, "joins", 'a "key" with é') == [meta]
        assert metas({"state": RoomPresence.list("room:1")}, "state", 'a "key" with é') == [meta]


async def test_a_task_is_an_owner_too() -> None:
    async def work() -> None:
        RoomPresence.track(asyncio.current_task(), "worker", {"n": 1}, topic="room:1")
        RoomPresence.update(asyncio.current_task(), "worker", {"n": 2}, topic="room:1")
        await done.wait()

    done = asyncio.Event()
    async with members("room:1") as (one,):
        await one.join()
        task = asyncio.create_task(work())
        await one.catch_up()
        assert one.sees["worker"][0]["n"] == 2
        done.set()
        await task
        await one.catch_up()
        assert one.sees == {}


async def test_two_presence_classes_do_not_see_each_other() -> None:
    class Other(Presence):
        name = "other"

    async with members("room:1") as (one,):
        await one.join("ada")
        channel = one.peer.connection.topics["room:1"].channel
        Other.track(channel, "ada")
        Other.track(channel, "bob")
        assert list(RoomPresence.list("room:1")) == ["ada"]
        assert list(Other.list("room:1")) == ["ada", "bob"]


async def test_where_nobody_is_the_answer_is_empty() -> None:
    assert RoomPresence.list("room:9") == await RoomPresence.alist("room:9") == {}
    assert RoomPresence.get_by_key("room:9", "ada") is await RoomPresence.aget_by_key("room:9", "ada") is None


def test_a_process_that_nobody_connects_to_and_that_has_no_channel_layer_sees_nobody() -> None:
    assert RoomPresence.list("room:1") == {}
    assert "phoenix-presence" not in {thread.name for thread in threading.enumerate()}


# fetch.


@pytest.fixture
def groups(transactional_db: Any) -> list[Group]:
    return [Group.objects.create(name=name) for name in ("admins", "guests", "others")]


@pytest.mark.parametrize("topic", ["groups", "threads"])
async def test_fetch_adds_to_all_keys_of_a_state_and_of_each_side_of_a_diff_at_once(
    topic: str, groups: list[Group]
) -> None:
    keys = [str(group.pk) for group in groups]
    async with members(topic, topic) as (one, two):
        await one.join()
        assert await one.state() == {}
        await two.join(keys[0])
        assert (await one.next_diff())["joins"][keys[0]]["name"] == "admins"
        for key in keys[1:]:
            await two.push("come", key=key)
        await two.push("go", key=keys[0])
        await one.catch_up()
        if not one.diffs[-1]["leaves"]:
            await one.next_diff()
        assert one.diffs[-1]["leaves"][keys[0]]["name"] == "admins"
        GroupPresence.calls.clear()
        await one.join()
        state = await one.state()
        assert {key: state[key]["name"] for key in state} == {keys[1]: "guests", keys[2]: "others"}
        assert GroupPresence.calls == [(topic, sorted(keys[1:]))]


@pytest.mark.parametrize(("topic", "kind"), [("groups", GroupPresence), ("threads", ThreadPresence)])
async def test_lists_are_fetched_too_wherever_they_are_asked_for(
    topic: str, kind: type[Presence], groups: list[Group]
) -> None:
    key = str(groups[0].pk)
    async with members(topic) as (one,):
        await one.join(key)
        await one.catch_up()
        expected = {key: {"metas": [{"phx_ref": one.sees[key][0]["phx_ref"]}], "name": "admins"}}
        assert await kind.alist(topic) == expected
        assert await kind.aget_by_key(topic, key) == expected[key]
        ask = sync_to_async(kind.list, thread_sensitive=False)
        assert await ask(topic) == expected
        ask_key = sync_to_async(kind.get_by_key, thread_sensitive=False)
        assert await ask_key(topic, key) == expected[key]
        with pytest.raises(RuntimeError, match=rf"await {kind.__name__}\.alist\(…\) instead"):
            kind.list(topic)
        with pytest.raises(RuntimeError, match=rf"await {kind.__name__}\.aget_by_key\(…\) instead"):
            kind.get_by_key(topic, key)


async def test_a_slow_fetch_delays_later_diffs_and_never_reorders_them() -> None:
    async with members("gated", "gated") as (one, two):
        await one.join()
        await two.join("a")
        await two.send("come", key="b")
        await two.send("go", key="a")
        await settle()
        assert GatedPresence.calls == [["a"]]
        GatedPresence.gate.set()
        await one.catch_up()
        assert [(list(diff["joins"]), list(diff["leaves"])) for diff in one.diffs] == [
            (["a"], []),
            (["b"], ["a"]),
        ]
        assert list(one.sees) == ["b"]


async def test_many_who_join_at_once_share_one_fetch_and_the_state_that_was_fetched() -> None:
    GatedPresence.gate.set()
    async with members("gated", *["gated"] * 9) as (one, *others):
        await one.join()
        await one.push("come", key="ada")
        await one.catch_up()
        GatedPresence.calls.clear()
        GatedPresence.gate.clear()
        for other in others[:4]:
            await other.join()
        await settle()
        assert GatedPresence.calls == [["ada"]]
        GatedPresence.gate.set()
        for other in others[:4]:
            assert (await other.state())["ada"]["call"] == 1
        for other in others[4:]:
            await other.join()
            assert (await other.state())["ada"]["call"] == 1
        assert GatedPresence.calls == [["ada"]]


async def test_a_fetched_state_does_not_stand_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcer, "FETCHED_FOR", 0.0)
    GatedPresence.gate.set()
    async with members("gated", "gated") as (one, two):
        await one.join("ada")
        await one.catch_up()
        for call in (1, 2):
            GatedPresence.calls[:] = [[]] * (call - 1)
            await two.join()
            assert (await two.state())["ada"]["call"] == call


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (RuntimeError("no such table"), "no such table"),
        (["a", "list"], r"OddPresence.fetch should return a dict {key: {'metas': […], …}}, got list"),
        ({"ada": {"name": "Ada"}}, "OddPresence.fetch should keep the metas of 'ada'"),
        ({"ada": {"metas": [{"phx_ref": "x"}], "it": object()}}, "is not JSON"),
    ],
)
async def test_a_fetch_that_fails_is_logged_and_presences_go_out_without_what_it_adds(
    result: Any, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    OddPresence.result = result
    async with members("odd", "odd") as (one, two):
        await one.join()
        await two.join("ada")
        await one.catch_up()
        assert list(one.sees) == list(two.sees or {"ada": 0}) == ["ada"]
        assert told in caplog.text
        await one.join()
        assert list(await one.state()) == ["ada"]


async def test_a_client_that_leaves_while_its_state_is_fetched_gets_none() -> None:
    async with members("gated", "gated") as (one, two):
        GatedPresence.gate.set()
        await one.join("ada")
        await one.push("come", key="bob")
        await one.catch_up()
        GatedPresence.gate.clear()
        await two.join()
        await two.push("phx_leave")
        GatedPresence.gate.set()
        await two.catch_up()
        assert two.states == []


# handle_metas.


async def test_handle_metas_gets_each_diff_and_all_that_are_present_after_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    MetasPresence.fails = True
    async with members("metas") as (one,):
        await one.join("ada", meta={"n": 1})
        await one.push("come", key="bob")
        await one.catch_up()
        await one.push("go", key="ada")
        await one.catch_up()
        (_, first, present), *_, (topic, last, left) = MetasPresence.told
        assert topic == "metas"
        assert list(first["joins"]) == ["ada"]
        assert [meta["n"] for meta in present["ada"]] == [1]
        assert list(last["leaves"]) == ["ada"]
        assert list(left) == ["bob"]
    assert "MetasPresence.handle_metas failed" in caplog.text


# Callbacks that misbehave.


@pytest.mark.parametrize("topic", ["gated", "cancelled"])
async def test_a_fetch_that_never_returns_or_is_cancelled_holds_up_nobody_for_ever(
    topic: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DJANGO_PHOENIX = {**settings.DJANGO_PHOENIX, "HANDLER_TIMEOUT": 0.05}
    async with members(topic, topic) as (one, two):
        await one.join()
        await two.join("ada")
        await one.catch_up()
        assert list(one.sees) == ["ada"]
        await one.join()
        assert list(await one.state()) == ["ada"]
    assert "Presence.fetch failed on topic" in caplog.text


# Owners under load, and the loop.


async def test_threads_that_track_at_once_do_not_disturb_each_other() -> None:
    async with members("room:1", *["room:1"] * 20) as (one, *others):
        await one.join()
        for other in others:
            await other.join()
        channels = [other.peer.connection.topics["room:1"].channel for other in others]

        def work(channel: Channel, number: int) -> None:
            for turn in range(20):
                channel.track(f"u{number}", {"turn": turn})
                channel.update(f"u{number}", {"turn": turn, "again": True})
                if turn < 19:
                    channel.untrack(f"u{number}")

        await asyncio.gather(*(asyncio.to_thread(work, each, n) for n, each in enumerate(channels)))
        await one.catch_up()
        assert {key: len(metas) for key, metas in one.sees.items()} == {f"u{n}": 1 for n in range(20)}
        assert all(metas[0]["turn"] == 19 for metas in one.sees.values())


async def test_a_subscriber_that_is_closed_by_a_diff_leaves_in_the_next_one() -> None:
    async with members("room:1", "room:1", "room:1") as (one, two, three):
        await one.join()
        await two.join("two")
        await one.catch_up()
        connection = two.peer.connection

        class Closing:
            def deliver(self, delivery: Delivery) -> None:
                connection.close(1013)

        pubsub.subscribe("room:1", Closing())
        await three.join("three")
        await one.catch_up()
        assert list(one.sees) == ["three"]


async def test_a_loop_that_ends_is_not_asked_any_more() -> None:
    def other_loop() -> None:
        async def work() -> None:
            RoomPresence.track(asyncio.current_task(), "there", topic="room:1")
            await presence.settle()

        asyncio.run(work())

    await asyncio.to_thread(other_loop)
    assert await RoomPresence.alist("room:1") == {}


async def test_loops_of_one_process_see_each_other() -> None:
    """Each is a replica of its own."""
    seen, done = threading.Event(), threading.Event()

    def other_loop() -> None:
        async def work() -> None:
            RoomPresence.track(asyncio.current_task(), "there", topic="room:1")
            while not done.is_set():
                if "here" in await RoomPresence.alist("room:1"):
                    seen.set()
                await asyncio.sleep(0.01)
            presence.close()

        asyncio.run(work())

    async with members("room:1") as (one,):
        await one.join("here")
        thread = asyncio.create_task(asyncio.to_thread(other_loop))
        async with asyncio.timeout(10):
            while "there" not in one.sees:
                one.take(await one.peer.next())
            assert await asyncio.to_thread(seen.wait, 10)
            done.set()
            await thread
            while "there" in one.sees:
                one.take(await one.peer.next())


# Mistakes of a class and of others.


async def test_a_presence_that_is_no_class_of_ours_is_told_by_a_check(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Wrong(Channel):
        presence = RoomPresence()  # type: ignore[assignment]

    class WrongSocket(Socket):
        channels = {"wrong": Wrong}

    mounted = SimpleNamespace(socket_class=WrongSocket)
    monkeypatch.setattr("django_phoenix.management.checks.asgi.sockets", lambda: [mounted])
    (found,) = check_events()
    assert found.id == "django_phoenix.E012"
    assert "Wrong.presence should be a subclass of Presence, got <tests.test_presence" in found.msg
    async with Peer(WrongSocket.as_asgi()) as peer:
        assert (await peer.join("wrong"))["response"] == {"reason": "join crashed"}
    assert "Wrong.presence should be a subclass" in caplog.text


async def test_a_message_of_another_process_that_can_t_be_read_is_passed_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with members("room:1") as (one,):
        await one.join("ada")
        await presence.settle()
        for word, message in [
            ("beat", {}),
            ("beat", {"v": 1, "from": "other"}),
            ("delta", {"v": 1, "from": "other", "since": 0, "clock": 1, "gone": [], "rows": [["a"]]}),
            ("state", {"v": 1, "from": "other", "clock": 1, "part": 0, "parts": 1, "rows": 7}),
            ("nonsense", {"v": 1, "from": "other"}),
        ]:
            pubsub.broadcast(TOPIC, word, message)
        assert caplog.text.count("could not be read") == 4
        assert list(RoomPresence.list("room:1")) == ["ada"]
        rows = [[RoomPresence._name(), "room:1", [[1, "bob", ""]]]]
        pubsub.broadcast(
            TOPIC, "delta", {"v": 1, "from": "other", "since": 0, "clock": 1, "gone": [], "rows": rows}
        )
        assert list(RoomPresence.list("room:1")) == ["ada", "bob"]
