"""Presence: what a tracked connection weighs, and a storm of users who join one topic over two processes.

The two processes of the storm share one core and one Redis. Every client must learn of every other one.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from bench import load, phxload
from bench.claims import Claim
from bench.measure import WARM_UP
from bench.servers import BARE, OURS, Application, running
from bench.two_processes import Clock, run_client, two_servers

IDLE, USERS = 5000, 2000
TOPIC = "here:crowd"
# Joins under way at a time, on both processes together.
UNDER_WAY = 50
# Seconds for all of them.
LONGEST = 300


def measure(quick: bool) -> list[Claim]:
    """The claims; raises RuntimeError if a load client failed."""
    return [*memory(IDLE // 5 if quick else IDLE), *storm(USERS // 5 if quick else USERS)]


def memory(connections: int) -> Iterator[Claim]:
    """Idle connections, all of them present on one topic."""
    bare, joined = idle(BARE, "bench:idle", connections), idle(OURS, "bench:idle", connections)
    tracked, alone = idle(OURS, TOPIC, connections), idle(OURS, "here:{i}", connections)
    yield Claim(
        f"memory per connection, joined and tracked, {connections:,} on one topic, above the bare app's",
        *(6, tracked - bare, "KiB", f"bare {bare:.1f} KiB, joined only {joined - bare:+.2f} KiB"),
    )
    yield Claim("the same, each on a topic of its own", 6, alone - bare, "KiB")


def idle(application: Application, topic: str, connections: int) -> float:
    with running(application) as server:
        load.run(server, WARM_UP)
        arguments = ["idle", "--topic", topic, "--conns", str(connections), "--hold", "6"]
        return float(load.run(server, arguments)["rss_per_conn_kib"])


def storm(users: int) -> Iterator[Claim]:
    """As many joins as two processes on one core take, half of them on each."""
    with two_servers("pubsub") as servers:
        result = run_client(__name__, servers, "--users", str(users))
    what = f"{users:,} users join one topic over two processes"
    beside = f"in {result['joined_s']:.1f} s, Redis {result['redis_s']:.1f} s of CPU"
    yield Claim(f"{what}: server CPU in all", 20, result["cpu_s"], "s", beside)
    yield Claim("from the last join until all know of all", 3, result["converged_s"], "s")
    yield Claim("most `presence_diff`s that a client got in one second", 20, result["diffs"], "")


class Crowd:
    """The load client's connections: how many presences each has been told of, and when."""

    def __init__(self, users: int) -> None:
        self.users = users
        self.loop = phxload.Loop()
        self.loop.on_ready = self._joined
        self.loop.on_msg = self._received
        self.joined = 0
        self.complete = 0
        # When each connection's diffs came, in nanoseconds.
        self.diffs: list[list[int]] = [[] for _ in range(users)]

    def join(self, urls: list[str]) -> None:
        """In turn on each server."""
        options = argparse.Namespace(socket="/socket", topic=TOPIC, join="{}", cmd="presence", sources=1)
        targets = cycle([phxload.Target(argparse.Namespace(url=url, **vars(options))) for url in urls])
        for number, target in zip(range(self.users), targets, strict=False):
            connection = phxload.Conn(number)
            phxload.prepare_channel(connection, target, options)
            self.loop.open(connection, target.host, target.port, None)
            self.run_until(lambda opened=number: opened - self.joined < UNDER_WAY)
        self.run_until(lambda: self.joined == self.users)

    def run_until(self, condition: Any) -> None:
        """Raises RuntimeError if that takes too long or a connection has failed."""
        done = self.loop.run(
            lambda: condition() or self.loop.errors, phxload._now() + LONGEST * 1_000_000_000
        )
        if self.loop.errors or not done:
            raise RuntimeError(f"{self.joined} have joined: {self.loop.err_text or 'timeout'}")

    def most_in_a_second(self) -> int:
        """Diffs that any one of them got within any second."""
        most = 0
        for times in self.diffs:
            first = 0
            for last, at in enumerate(times):
                while at - times[first] >= 1_000_000_000:
                    first += 1
                most = max(most, last - first + 1)
        return most

    def _joined(self, connection: Any, _: Any) -> None:
        self.joined += 1

    def _received(self, connection: Any, message: bytes, at: int) -> None:
        if message.startswith(b'[null,null,"here:crowd","presence_diff"'):
            self.diffs[connection.idx].append(at)
        # Nobody leaves, and nobody is told of twice.
        connection.done += message.count(b'"phx_ref":')
        self.complete += connection.done == self.users


def client(options: argparse.Namespace) -> dict[str, Any]:
    """Join all, and wait until all know of all."""
    crowd = Crowd(options.users)
    clock = Clock(options.pids, options.redis)
    began = time.monotonic()
    crowd.join(options.urls)
    joined = time.monotonic()
    crowd.run_until(lambda: crowd.complete >= options.users)
    converged = time.monotonic()
    cpu_us, redis_us = clock.per(1)
    return {
        "cpu_s": cpu_us / 1e6,
        "redis_s": redis_us / 1e6,
        "joined_s": joined - began,
        "converged_s": converged - joined,
        "diffs": crowd.most_in_a_second(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", nargs=2)
    parser.add_argument("--users", type=int)
    parser.add_argument("--pids", nargs=2, type=int)
    parser.add_argument("--redis", type=int)
    print(json.dumps(client(parser.parse_args())))
