"""The log of one process, and several of them: whoever is told of no gap has had everything, once."""

from __future__ import annotations

import itertools
import json
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_phoenix.delivery.envelope import Delivery, make_delivery
from django_phoenix.delivery.history import offset, state
from django_phoenix.delivery.history.log import DISORDER, CatchUp, Log
from django_phoenix.history import History

TOPIC = "room:1"


def broadcast(stream: str, number: int, begins: bool = False, event: str = "said") -> Delivery:
    delivery = make_delivery(TOPIC, event, {"id": [stream, number]})
    delivery.stamp = (stream, number, begins)
    return delivery


def new_log(now: float = 0, **limits: Any) -> Log:
    return Log(TOPIC, History(**limits), now)


def ids(deliveries: list[Delivery] | None) -> list[tuple[str, int]]:
    assert deliveries is not None
    return [tuple(delivery.payload["id"]) for delivery in deliveries]


def take_over(log: Log, other: Log, now: float) -> None:
    """As it comes over the wire."""
    written = json.loads(json.dumps(state.write(other.state(now), now)))
    log.take_over(state.read(TOPIC, written, now), now)


def caught_up(log: Log, text: str, now: float) -> list[tuple[str, int]]:
    told, missed = log.catch_up(text, now)
    assert told["gap"] is False
    return ids(missed)


# One log.


def test_what_it_records_tells_its_offset_and_the_original_is_left_alone() -> None:
    log = new_log()
    original = broadcast("a", 1)
    recorded = log.record(original, 1)
    assert recorded.offset is not None
    assert recorded.payload == original.payload == {"id": ["a", 1]}
    assert original.offset is None
    assert json.loads(recorded.frame)[4]["phx_offset"] == recorded.offset


def test_an_event_that_is_left_out_passes_without_an_offset_and_makes_no_gap() -> None:
    one, two = new_log(leave_out=["typing"]), new_log(leave_out=["typing"])
    for log in (one, two):
        log.record(broadcast("a", 1), 10)
    here = one.here(10)
    passing = broadcast("a", 2, event="typing")
    for log in (one, two):
        assert log.record(passing, 11) is passing
        assert len(log) == 1
        log.record(broadcast("a", 3), 12)
        assert caught_up(log, here, 13) == [("a", 3)]


def test_where_two_channels_share_a_topic_only_what_both_leave_out_is_left_out() -> None:
    both = History(leave_out=["typing", "moved"]).wider(History(leave_out=["moved"]))
    assert set(both.leave_out) == {"moved"}


def test_size_bytes_and_age_bound_it() -> None:
    by_size, by_age = new_log(size=3), new_log(ttl=10)
    frame = len(new_log().record(broadcast("a", 1), 1).frame)
    by_bytes = new_log(max_bytes=frame * 4)
    for number in range(1, 8):
        for log in (by_size, by_bytes, by_age):
            log.record(broadcast("a", number), 2 * number)
    assert [len(by_size), len(by_age)] == [3, 6]
    assert 3 <= len(by_bytes) <= 4
    by_age.forget_old(30)
    assert len(by_age) == 0


def test_a_broadcast_larger_than_all_that_may_be_kept_is_a_gap() -> None:
    log = new_log(max_bytes=10)
    here = log.here(0)
    log.record(broadcast("a", 1), 1)
    assert log.catch_up(here, 1).told["gap"] is True


def test_what_the_layer_lost_is_a_gap_for_those_who_were_there_and_for_those_who_were_not() -> None:
    log, elsewhere = new_log(), new_log()
    for each in (log, elsewhere):
        each.record(broadcast("a", 1), 10)
    before, before_elsewhere = log.here(10), elsewhere.here(10)
    elsewhere.record(broadcast("a", 2), 11)
    log.record(broadcast("a", 3), 12)
    after = log.here(12)
    log.record(broadcast("a", 4), 13)
    assert log.catch_up(before, 14).told["gap"] is True
    assert log.catch_up(before_elsewhere, 14).told["gap"] is True
    assert caught_up(log, after, 14) == [("a", 4)]
    assert caught_up(log, elsewhere.here(14), 14) == [("a", 3), ("a", 4)]


def test_a_count_that_begins_anew_is_no_gap() -> None:
    log = new_log()
    log.record(broadcast("a", 7, begins=True), 1)
    here = log.here(1)
    log.record(broadcast("a", 20, begins=True), 2)
    assert caught_up(log, here, 3) == [("a", 20)]


def test_a_late_broadcast_is_passed_on_and_not_kept() -> None:
    log = new_log()
    log.record(broadcast("a", 2), 1)
    late = log.record(broadcast("a", 1), 2)
    assert late.offset is not None
    assert len(log) == 1


# Offsets of other processes.


def test_an_offset_of_a_process_that_is_gone_is_good_where_the_same_was_heard() -> None:
    gone, log = new_log(), new_log()
    for each in (gone, log):
        for number in (1, 2):
            each.record(broadcast("a", number), 10 * number)
    here = gone.here(21)
    log.record(broadcast("a", 3), 30)
    log.record(broadcast("b", 1), 31)
    assert caught_up(log, here, 32) == [("a", 3), ("b", 1)]


def test_where_nothing_was_heard_that_the_offset_names_nobody_can_know() -> None:
    gone, log = new_log(), new_log()
    assert log.catch_up(gone.here(10), 10).told["gap"] is True
    gone.record(broadcast("a", 1), 10)
    assert log.catch_up(gone.here(10), 10).told["gap"] is True


def test_a_log_that_began_after_the_offset_cannot_know_what_was_before() -> None:
    gone = new_log()
    gone.record(broadcast("a", 1), 10)
    here = gone.here(10)
    # ("b", 1) came in between, and nobody is left who heard it.
    late = new_log(now=12)
    late.record(broadcast("a", 2), 13)
    assert late.catch_up(here, 20).told["gap"] is True


def test_an_offset_of_a_quiet_topic_is_good_after_hours() -> None:
    gone, log = new_log(ttl=60), new_log(ttl=60)
    for each in (gone, log):
        for now, stream in enumerate("abcdefgh", 10):
            each.record(broadcast(stream, 1), now)
        each.record(broadcast("z", 1), 20)
    here = gone.here(10_000)
    # Those that were silent for long are not named any more.
    assert here.endswith(".z.1.h.1.g.1")
    assert caught_up(log, here, 10_000) == []
    log.record(broadcast("y", 1), 10_001)
    assert caught_up(log, here, 10_002) == [("y", 1)]


# Taking over.


def test_a_new_process_knows_what_an_older_one_knows() -> None:
    old = new_log()
    here = old.here(0)
    for number in (1, 2, 3):
        old.record(broadcast("a", number), number)
    between = old.here(3)
    old.record(make_file("b", 1), 4)
    new = new_log(now=5)
    take_over(new, old, 6)
    for each in (old, new):
        each.record(broadcast("a", 4), 7)
    assert ids(new.catch_up(here, 8).missed[:3]) == [("a", 1), ("a", 2), ("a", 3)]
    told, missed = new.catch_up(between, 8)
    assert told["gap"] is False
    assert [delivery.payload for delivery in missed] == [b"\x00\xff", {"id": ["a", 4]}]
    assert missed[0].place is not None
    # Offsets that the old one gives out later on are read, too, as are those in what was taken over.
    assert caught_up(new, old.here(8), 8) == []
    assert [tuple(each.payload["id"]) for each in new.catch_up(missed[0].offset, 8).missed] == [("a", 4)]


def test_offsets_of_a_log_that_was_taken_over_twice_are_read() -> None:
    first, second, third = new_log(), new_log(now=1), new_log(now=2)
    here = first.here(0)
    take_over(second, first, 1)
    second.record(broadcast("a", 1, begins=True), 1.5)
    take_over(third, second, 2)
    third.record(broadcast("a", 2), 3)
    assert caught_up(third, here, 4) == [("a", 1), ("a", 2)]


def test_what_has_left_before_it_was_taken_over_a_second_time_is_a_gap() -> None:
    first, second, third = new_log(), new_log(now=1, size=1), new_log(now=2)
    here = first.here(0)
    first.record(broadcast("a", 1, begins=True), 0.5)
    take_over(second, first, 1)
    second.record(broadcast("b", 1, begins=True), 1.5)
    take_over(third, second, 2)
    assert third.catch_up(here, 4).told["gap"] is True


def make_file(stream: str, number: int) -> Delivery:
    delivery = make_delivery(TOPIC, "file", b"\x00\xff")
    delivery.stamp = (stream, number, number == 1)
    return delivery


def test_who_was_there_from_the_beginning_is_not_sent_what_was_taken_over() -> None:
    old, new = new_log(), new_log(now=5)
    old.record(broadcast("a", 1), 1)
    here = new.here(5)
    take_over(new, old, 6)
    new.record(broadcast("a", 2), 7)
    assert caught_up(new, here, 8) == [("a", 2)]


def test_only_the_newest_of_a_large_log_goes_over_and_the_rest_is_a_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(state, "MOST_BYTES", 700)
    old, new = new_log(), new_log(now=50)
    places = [old.here(0)]
    for number in range(1, 11):
        places.append(old.record(broadcast("a", number), number).offset or "")
    take_over(new, old, 60)
    assert 2 <= len(new) < 10
    assert new.catch_up(places[0], 61).told["gap"] is True
    assert caught_up(new, places[-2], 61) == [("a", 10)]


def test_the_order_of_each_publisher_is_kept_whatever_the_clocks_say() -> None:
    one, two, new = new_log(), new_log(), new_log(now=20)
    here = one.here(0)
    one.record(broadcast("a", 1), 10)
    # The other one's loop was busy.
    for number, now in ((1, 14), (2, 14)):
        two.record(broadcast("a", number), now)
    one.record(broadcast("a", 2), 11)
    one.record(broadcast("b", 1), 12)
    for each in (two, one):
        take_over(new, each, 21)
    missed = caught_up(new, here, 22)
    assert sorted(missed) == [("a", 1), ("a", 2), ("b", 1)]
    assert missed.index(("a", 1)) < missed.index(("a", 2))


@pytest.mark.parametrize("text", ["", "nonsense", "x.y.z", None, 7])
def test_what_is_no_offset_is_read_as_none(text: Any) -> None:
    assert offset.read(TOPIC, text) is None


# Several processes, publishers, clients; nothing is lost on the way.


class World:
    """Processes that hear every broadcast, each a little later than it was said, in an order of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.logs: dict[int, Log] = {}
        self.underway: dict[int, dict[str, deque[Delivery]]] = {}
        self.numbers: dict[str, itertools.count[int]] = {}
        # When it was said, and what.
        self.said: list[tuple[float, tuple[str, int]]] = []
        self.clients: dict[int, Client] = {}
        self.names = itertools.count()

    def start(self, which: int, takes: bool) -> None:
        """One more process begins to listen, and makes itself known; it may take over what another has."""
        name = next(self.names)
        log = new_log(self.now, size=1000, ttl=100_000)
        for older in self.logs.values():
            older.meet(log.name, self.now)
        if takes and self.logs:
            # Who asks hears at once what had been said before.
            other = self.pick(which)
            self.hear_all(other)
            take_over(log, self.logs[other], self.now)
        self.logs[name] = log
        self.underway[name] = {}

    def kill(self, which: int) -> None:
        if len(self.logs) > 1:
            name = self.pick(which)
            del self.logs[name], self.underway[name]
            for client in self.clients.values():
                if client.at == name:
                    client.at = None

    def say(self, stream: str) -> None:
        number = next(self.numbers.setdefault(stream, itertools.count(1)))
        self.said.append((self.now, (stream, number)))
        for rows in self.underway.values():
            rows.setdefault(stream, deque()).append(broadcast(stream, number, number == 1))

    def hear(self, name: int, stream: str) -> None:
        rows = self.underway[name]
        if rows.get(stream):
            delivery = self.logs[name].record(rows[stream].popleft(), self.now)
            for client in self.clients.values():
                if client.at == name:
                    client.get(delivery)

    def hear_all(self, name: int) -> None:
        for stream, row in self.underway[name].items():
            while row:
                self.hear(name, stream)

    def pick(self, which: int) -> int:
        return sorted(self.logs)[which % len(self.logs)]

    def join(self, who: int, which: int) -> None:
        name = self.pick(which)
        # What was said before has been heard: disorder is bounded, and so is the time that a join takes.
        for each in self.logs:
            self.hear_all(each)
        client = self.clients.setdefault(who, Client(self.now, len(self.said)))
        if client.at is None:
            client.join(name, self.logs[name].catch_up(client.offset, self.now))


class Client:
    def __init__(self, now: float, since: int) -> None:
        self.came = now
        self.since = since
        self.at: int | None = None
        self.offset: str | None = None
        self.got: list[tuple[str, int]] = []
        self.gaps = 0

    def join(self, name: int, answer: CatchUp) -> None:
        self.at = name
        self.gaps += answer.told["gap"]
        self.offset = answer.told["offset"]
        for delivery in answer.missed:
            self.get(delivery)

    def get(self, delivery: Delivery) -> None:
        self.got.append(tuple(delivery.payload["id"]))
        self.offset = delivery.offset


STEPS = st.one_of(
    st.tuples(st.just("say"), st.sampled_from("abc")),
    st.tuples(st.just("hear"), st.integers(0, 9), st.sampled_from("abc")),
    st.tuples(st.just("join"), st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.just("leave"), st.integers(0, 3)),
    st.tuples(st.just("start"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("kill"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 5.0])),
)


@given(st.lists(STEPS, max_size=60))
@settings(max_examples=300, deadline=None)
def test_who_is_told_of_no_gap_has_had_everything_once_and_each_publisher_in_order(
    steps: list[tuple[Any, ...]],
) -> None:
    world = World()
    world.start(0, False)
    for word, *arguments in steps:
        if word == "wait":
            world.now += arguments[0]
        elif word == "leave":
            if arguments[0] in world.clients:
                world.clients[arguments[0]].at = None
        elif word == "hear":
            world.hear(world.pick(arguments[0]), arguments[1])
        else:
            getattr(world, word)(*arguments)
    for who in world.clients:
        world.join(who, who)
    for client in world.clients.values():
        for stream in "abc":
            own = [number for name, number in client.got if name == stream]
            assert own == sorted(own)
        if not client.gaps:
            due = {what for _, what in world.said[client.since :]}
            # Of what was said the moment before somebody came, some may come as well.
            just_before = {what for when, what in world.said if when >= client.came - 2 * DISORDER}
            assert len(set(client.got)) == len(client.got)
            assert due <= set(client.got) <= due | just_before
