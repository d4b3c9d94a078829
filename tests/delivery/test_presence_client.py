"""What the official client's own Presence class makes of our states and diffs is who is there."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from django_phoenix.delivery.presence.replica import Own, Rosters
from django_phoenix.delivery.presence.roster import Change, Entry, Roster, as_dict
from tests.support.merge import REPOSITORY, node

sys.path.insert(0, str(REPOSITORY / "scripts"))

import bundle

KEYS = ("ada", "bob", "joe", "__proto__")
# Feeds each case's messages to a Presence, and tells what it has in the end and whom it has announced.
RUNNER = """
const {Presence} = await import(process.argv[2]);
const cases = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(cases.map(messages => {
  const handlers = {}, announced = [];
  const channel = {
    joinRef: () => "1",
    on: (event, handler) => { handlers[event] = handler; },
  };
  const presence = new Presence(channel);
  presence.onJoin((key, current, joined) => announced.push(...joined.metas.map(meta => meta.phx_ref)));
  for(const [event, payload] of messages){ handlers[event](payload); }
  return {list: presence.list((key, {metas}) => [key, metas]), announced};
})));
"""


class Client:
    """What one client is sent, from its join on."""

    def __init__(self, roster: Roster) -> None:
        state = json.loads(roster.shown_as_json())
        self.messages: list[tuple[str, Any]] = [("presence_state", state)]
        self.known = refs_in(state)

    def take(self, diff: dict[str, Any]) -> None:
        """Each join is news and each leave is known: state and diffs add up."""
        self.messages.append(("presence_diff", diff))
        joined, left = refs_in(diff["joins"]), refs_in(diff["leaves"])
        assert not joined & self.known
        assert left <= self.known
        self.known = (self.known | joined) - left


def refs_in(presences: dict[str, Any]) -> set[str]:
    return {meta["phx_ref"] for presence in presences.values() for meta in presence["metas"]}


class Story:
    """A topic's life: who comes and goes at random, when its windows end, when clients join."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rosters = Rosters()
        self.own = Own("origin", self.rosters)
        self.roster = self.rosters.made("room", "room:1")
        self.entries: list[Entry] = []
        self.clients: list[Client] = []

    def play(self, steps: int) -> None:
        actions = [self.come, self.come, self.change, self.go, self.begin, self.end, self.join]
        for _ in range(steps):
            self.chance.choice(actions)()
        for _ in range(2):
            self.end()
            self.begin()

    def come(self) -> None:
        self.entries.append(self.own.add(self.roster, self.chance.choice(KEYS), ',"n":1'))

    def change(self) -> None:
        if self.entries:
            pick = self.chance.randrange(len(self.entries))
            self.entries[pick] = self.own.replace(self.entries[pick], ',"n":2')

    def go(self) -> None:
        if self.entries:
            self.own.remove(self.entries.pop(self.chance.randrange(len(self.entries))))

    def begin(self) -> None:
        """A window ends; its diff takes a while, as with a slow fetch."""
        if self.roster.sending is None:
            self.roster.begin()

    def end(self) -> None:
        change: Change | None = self.roster.sending
        if change is not None:
            diff = {"joins": as_dict(change.joined.values()), "leaves": as_dict(change.left.values())}
            self.roster.done()
            for client in self.clients:
                client.take(diff)

    def join(self) -> None:
        self.clients.append(Client(self.roster))

    def refs(self) -> dict[str, set[str]]:
        present: dict[str, set[str]] = {}
        for entry in self.entries:
            present.setdefault(entry.key, set()).add(entry.ref)
        return present


@pytest.fixture(scope="module")
def phoenix() -> Path:
    packages = bundle.installed_packages(REPOSITORY, "pinned")
    return packages / "node_modules" / "phoenix" / "priv" / "static" / "phoenix.mjs"


def test_the_official_client_ends_up_with_who_is_there_and_hears_of_nobody_twice(
    phoenix: Path, tmp_path: Path
) -> None:
    stories = [Story(seed) for seed in range(60)]
    for story in stories:
        story.play(120)
    cases = [(story, client) for story in stories for client in story.clients]
    assert len(cases) > 500
    runner = tmp_path / "runner.mjs"
    runner.write_text(RUNNER)
    done = subprocess.run(
        [node(), str(runner), phoenix.as_uri()],
        input=json.dumps([client.messages for _, client in cases]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for (story, _), seen in zip(cases, json.loads(done.stdout), strict=True):
        listed = {key: [meta["phx_ref"] for meta in metas] for key, metas in seen["list"]}
        assert {key: set(refs) for key, refs in listed.items()} == story.refs()
        assert all(len(set(refs)) == len(refs) for refs in listed.values())
        assert len(set(seen["announced"])) == len(seen["announced"])
