"""Replicas of presence converge, whatever the network does to their messages and whoever is killed.

Replicas, network and time are simulated: nothing here sleeps. Beside each replica stands a subscriber of
every topic, who knows only the diffs and must never be told nonsense.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_phoenix.delivery.presence import gossip as gossip_module
from django_phoenix.delivery.presence.gossip import DELTA, Gossip
from django_phoenix.delivery.presence.replica import REMEMBERED_REMOVALS, Own, Rosters
from django_phoenix.delivery.presence.roster import Entry, Roster, as_dict

BEAT, DOWN_AFTER = 1.5, 15.0
PRESENCE = "tests.RoomPresence"
TOPICS, KEYS = ("room:1", "room:2"), ("ada", "bob", "joe")


class Subscriber:
    """All that a client knows: the refs, as diffs have told them."""

    def __init__(self) -> None:
        self.refs: dict[str, dict[str, Any]] = {}

    def take(self, joined: dict[str, Any], left: dict[str, Any]) -> None:
        gone = {meta["phx_ref"] for presence in left.values() for meta in presence["metas"]}
        assert gone <= self.refs.keys(), "a leave of somebody who never came"
        for presence in joined.values():
            for meta in presence["metas"]:
                assert meta["phx_ref"] not in self.refs, "somebody came twice"
                assert meta.get("phx_ref_prev") in {*gone, None}, "an update of what nobody has seen"
                self.refs[meta["phx_ref"]] = meta
        for ref in gone:
            del self.refs[ref]


class Node:
    """One process, with a row for what it has sent and the network has not delivered."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.world = world
        self.rosters = Rosters()
        self.own = Own(name, self.rosters)
        self.gossip = Gossip(self.own, self.rosters, self.send, lambda: world.now, DOWN_AFTER)
        self.tracked: list[Entry] = []
        self.subscribers: dict[Roster, Subscriber] = {}
        self.gossip.hello()

    def send(self, to: str | None, word: str, message: dict[str, Any]) -> None:
        self.world.send(self.name, to, word, json.loads(json.dumps(message)))

    def track(self, topic: str, key: str, meta: int) -> None:
        roster = self.rosters.made(PRESENCE, topic)
        self.tracked.append(self.own.add(roster, key, f',"n":{meta}'))

    def update(self, pick: int, meta: int) -> None:
        if self.tracked:
            pick %= len(self.tracked)
            self.tracked[pick] = self.own.replace(self.tracked[pick], f',"n":{meta}')

    def untrack(self, pick: int) -> None:
        if self.tracked:
            self.own.remove(self.tracked.pop(pick % len(self.tracked)))

    def announce(self) -> None:
        """What the windows do: tell the subscribers of each topic."""
        for roster in tuple(self.rosters.changed):
            change = roster.begin()
            if change is not None:
                subscriber = self.subscribers.setdefault(roster, Subscriber())
                subscriber.take(as_dict(change.joined.values()), as_dict(change.left.values()))
                roster.done()
        self.rosters.changed.clear()
        for roster, subscriber in self.subscribers.items():
            assert subscriber.refs.keys() == {entry.ref for entry in roster.entries()}

    def tick(self) -> None:
        self.gossip.beat()
        self.gossip.look_for_the_silent(0)

    def sees(self) -> dict[tuple[str, str, str], Any]:
        """Topic, key, ref -> the meta without its refs."""
        return {
            (roster.topic, entry.key, entry.ref): entry.body
            for roster in self.rosters
            for entry in roster.entries()
        }

    def has(self) -> dict[tuple[str, str, str], Any]:
        return {(entry.roster.topic, entry.key, entry.ref): entry.body for entry in self.tracked}


class World:
    """Nodes, time, and a network that may lose, double, delay and cut."""

    def __init__(self, count: int) -> None:
        self.now = 0.0
        self.names = (f"n{number}" for number in itertools.count())
        self.under_way: list[tuple[str, str, str, dict[str, Any]]] = []
        self.side: dict[str, int] = {}
        self.nodes: dict[str, Node] = {}
        for _ in range(count):
            self.start()

    def start(self) -> None:
        name = next(self.names)
        self.side[name] = 0
        self.nodes[name] = Node(name, self)

    def kill(self, name: str) -> None:
        """As with SIGKILL: not a word."""
        del self.nodes[name]

    def send(self, sender: str, to: str | None, word: str, message: dict[str, Any]) -> None:
        for name in self.nodes if to is None else (to,):
            if name != sender and self.side[name] == self.side[sender]:
                self.under_way.append((sender, name, word, message))

    def deliver(self, position: int = 0) -> None:
        _, to, word, message = self.under_way.pop(position)
        if to in self.nodes:
            self.nodes[to].gossip.receive(word, json.loads(json.dumps(message)))

    def deliver_all(self) -> None:
        while self.under_way:
            self.deliver()

    def settle(self, seconds: float = DOWN_AFTER + 5 * BEAT) -> None:
        """The network works again, and time passes."""
        self.side = dict.fromkeys(self.side, 0)
        for node in self.nodes.values():
            node.gossip.tell_changes()
        self.deliver_all()
        for _ in range(int(seconds / BEAT) + 1):
            self.now += BEAT
            for node in self.nodes.values():
                node.tick()
            self.deliver_all()
        for node in self.nodes.values():
            node.announce()

    def assert_converged(self) -> None:
        everybody: dict[tuple[str, str, str], Any] = {}
        for node in self.nodes.values():
            everybody |= node.has()
        for node in self.nodes.values():
            assert node.sees() == everybody, node.name
            assert node.gossip.peers.keys() == self.nodes.keys() - {node.name}


Step = tuple[Any, ...]
PICK = st.integers(0, 30)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("track"), PICK, st.sampled_from(TOPICS), st.sampled_from(KEYS), PICK),
    st.tuples(st.just("update"), PICK, PICK, PICK),
    st.tuples(st.just("untrack"), PICK, PICK),
    st.tuples(st.just("tell"), PICK),
    st.tuples(st.just("announce"), PICK),
    st.tuples(st.just("tick"), PICK),
    st.tuples(st.just("deliver"), PICK),
    st.tuples(st.just("deliver_all")),
    st.tuples(st.just("lose"), PICK),
    st.tuples(st.just("double"), PICK),
    st.tuples(st.just("cut"), PICK),
    st.tuples(st.just("heal")),
    st.tuples(st.just("wait"), st.sampled_from([0.05, 1.5, 16.0])),
    st.tuples(st.just("kill"), PICK),
    st.tuples(st.just("restart")),
    st.tuples(st.just("say goodbye"), PICK),
)


def play(world: World, step: Step) -> None:
    match step:
        case ("deliver" | "lose" | "double" as what, pick):
            if world.under_way:
                position = pick % len(world.under_way)
                if what == "double":
                    world.under_way.append(world.under_way[position])
                elif what == "lose":
                    del world.under_way[position]
                else:
                    world.deliver(position)
        case ("deliver_all",):
            world.deliver_all()
        case ("heal",):
            world.side = dict.fromkeys(world.side, 0)
        case ("wait", seconds):
            world.now += seconds
        case ("restart",):
            if len(world.nodes) < 5:
                world.start()
        case (_, pick, *rest):
            play_at(world, list(world.nodes.values())[pick % len(world.nodes)], step[0], rest)


def play_at(world: World, node: Node, what: str, rest: list[Any]) -> None:
    match what:
        case "track":
            node.track(*rest)
        case "update":
            node.update(*rest)
        case "untrack":
            node.untrack(*rest)
        case "tell":
            node.gossip.tell_changes()
        case "announce":
            node.announce()
        case "tick":
            node.tick()
        case "cut":
            world.side[node.name] = 1 - world.side[node.name]
        case "kill" if len(world.nodes) > 1:
            world.kill(node.name)
        case "say goodbye" if len(world.nodes) > 1:
            node.gossip.bye()
            world.kill(node.name)


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(count=st.integers(2, 4), steps=st.lists(STEPS, max_size=80))
def test_replicas_converge_after_any_joins_leaves_kills_losses_and_splits(
    count: int, steps: list[Step]
) -> None:
    world = World(count)
    for step in steps:
        play(world, step)
    world.settle()
    world.assert_converged()


@pytest.mark.parametrize("seed", range(5))
def test_a_long_life_with_all_of_it_converges(seed: int) -> None:
    chance = random.Random(seed)
    world = World(3)
    names = {"track": 5, "update": 3, "untrack": 4, "tell": 6, "announce": 3, "tick": 2, "deliver": 12}
    names |= {"deliver_all": 1, "lose": 1, "double": 1, "cut": 1, "heal": 1, "wait": 2, "kill": 0.1}
    names |= {"restart": 0.1}
    for _ in range(5000):
        (name,) = chance.choices(list(names), list(names.values()))
        pick = chance.randrange(30)
        match name:
            case "track":
                rest: tuple[Any, ...] = (pick, chance.choice(TOPICS), chance.choice(KEYS), pick)
            case "update":
                rest = (pick, chance.randrange(30), pick)
            case "untrack":
                rest = (pick, chance.randrange(30))
            case "deliver_all" | "heal" | "restart":
                rest = ()
            case "wait":
                rest = (chance.choice([0.05, 1.5]),)
            case _:
                rest = (pick,)
        play(world, (name, *rest))
    world.settle()
    world.assert_converged()


def test_a_newcomer_gets_everything_without_waiting_for_a_beat() -> None:
    world = World(2)
    one, two = world.nodes.values()
    for number in range(3 * gossip_module.PART):
        one.track("room:1", f"u{number}", number)
    two.track("room:1", "ada", 1)
    world.settle(0)
    world.start()
    world.deliver_all()
    world.assert_converged()


def test_who_is_killed_leaves_after_the_documented_time_and_not_before() -> None:
    world = World(2)
    one, two = world.nodes.values()
    two.track("room:1", "bob", 1)
    world.settle(0)
    world.kill(two.name)
    world.now += DOWN_AFTER - 0.1
    one.tick()
    assert len(one.sees()) == 1
    world.now += 0.2
    one.tick()
    assert one.sees() == {}
    one.announce()


def test_a_node_that_did_not_listen_itself_takes_nobody_for_dead() -> None:
    world = World(2)
    one, two = world.nodes.values()
    two.track("room:1", "bob", 1)
    world.settle(0)
    world.now += 3 * DOWN_AFTER
    one.gossip.look_for_the_silent(3 * DOWN_AFTER)
    assert len(one.sees()) == 1


def test_a_goodbye_takes_presences_along_at_once() -> None:
    world = World(2)
    one, two = world.nodes.values()
    two.track("room:1", "bob", 1)
    world.settle(0)
    two.gossip.bye()
    world.deliver_all()
    assert one.sees() == {}


def test_a_split_is_seen_by_both_sides_and_heals() -> None:
    world = World(3)
    one, two, three = world.nodes.values()
    for node in (one, two, three):
        node.track("room:1", node.name, 1)
    world.settle(0)
    world.side[three.name] = 1
    for _ in range(12):
        world.now += BEAT
        for node in world.nodes.values():
            node.tick()
        world.deliver_all()
    assert {key for _, key, _ in one.sees()} == {one.name, two.name}
    assert {key for _, key, _ in three.sees()} == {three.name}
    # Meanwhile both sides go on.
    three.untrack(0)
    three.track("room:2", "ada", 2)
    one.update(0, 5)
    world.settle()
    world.assert_converged()


def test_what_one_update_replaces_another_within_a_window_names_what_was_seen() -> None:
    world = World(2)
    one, two = world.nodes.values()
    one.track("room:1", "ada", 1)
    world.settle(0)
    first = one.tracked[0].ref
    for meta in (2, 3, 4):
        one.update(0, meta)
        # The first two go in one message, and the third in another, within one window there.
        if meta != 2:
            one.gossip.tell_changes()
            world.deliver_all()
    for node in (one, two):
        roster = node.rosters.get(PRESENCE, "room:1")
        assert roster is not None
        change = roster.begin()
        assert change is not None
        (joined,) = as_dict(change.joined.values())["ada"]["metas"]
        assert joined == {"phx_ref": one.tracked[0].ref, "phx_ref_prev": first, "n": 4}
        assert [meta["phx_ref"] for meta in as_dict(change.left.values())["ada"]["metas"]] == [first]


def test_a_lost_message_is_made_good_by_the_difference_alone() -> None:
    world = World(2)
    one, _ = world.nodes.values()
    for number in range(10):
        one.track("room:1", f"u{number}", number)
    world.settle(0)
    one.untrack(0)
    one.gossip.tell_changes()
    world.under_way.clear()
    one.track("room:1", "late", 1)
    one.gossip.tell_changes()
    said = list(heard(world))
    assert said[:3] == [(DELTA, 1, 0), ("need", None, None), (DELTA, 1, 1)]
    world.assert_converged()


def heard(world: World) -> Iterator[tuple[str, int | None, int | None]]:
    """Deliver all, and tell what each message was: the word, how many came, how many went."""
    while world.under_way:
        _, _, word, message = world.under_way[0]
        came = sum(len(metas) for _, _, metas in message["rows"]) if "rows" in message else None
        yield word, came, len(message["gone"]) if "gone" in message else None
        world.deliver()


def test_a_copy_that_is_too_far_behind_gets_the_whole_state() -> None:
    world = World(2)
    one, two = world.nodes.values()
    world.settle(0)
    for _ in range(REMEMBERED_REMOVALS + 10):
        one.track("room:1", "ada", 1)
        one.untrack(0)
    one.track("room:1", "bob", 1)
    one.own.forget_delta()
    one.tick()
    assert [word for word, _, _ in heard(world)] == ["beat", "need", "state"]
    world.assert_converged()
    assert len(two.sees()) == 1


def test_a_copy_that_differs_at_the_same_clock_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    world = World(2)
    one, two = world.nodes.values()
    one.track("room:1", "ada", 1)
    world.settle(0)
    copy = two.gossip.peers[one.name].copy
    copy._change([1], [])
    world.now += BEAT
    one.tick()
    world.deliver_all()
    world.assert_converged()
    assert "differs" in caplog.text


def test_another_version_s_messages_are_passed_over_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World(1)
    (one,) = world.nodes.values()
    for _ in range(2):
        one.gossip.receive("beat", {"v": 99, "from": "other", "something": "else"})
    assert one.gossip.peers == {}
    assert caplog.text.count("another version") == 1
