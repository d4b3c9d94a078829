"""Fan-out over two server processes through Redis: what a delivery costs, and whether a burst loses any.

The processes share one core. A client on the first of them broadcasts; a thousand on each get everything.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench import load, phxload
from bench.claims import Claim
from bench.servers import CLIENT_CORE, OURS, Application, Server, running

SUBSCRIBERS, PACED, BURST = 1000, 100, 500
WARM_UP = 10
TOPIC = "bench:cluster"
# What stock Channels was measured to lose of such a burst over the core layer.
STOCK = "stock channels_redis: 183 to 255 µs, 77 % lost in the burst (core layer)"


def measure(quick: bool) -> list[Claim]:
    """The claims; raises RuntimeError if the load client failed."""
    claims = []
    for layer in ("pubsub", "core"):
        with two_servers(layer) as servers:
            paced, burst = (count // 5 if quick else count for count in (PACED, BURST))
            result = run_client(__name__, servers, "--paced", str(paced), "--burst", str(burst))
        where = f"two processes of {SUBSCRIBERS:,} subscribers each, channels_redis.{layer}"
        detail = f"Redis {result['redis_us']:.2f} µs; {STOCK}"
        claims += [
            Claim(f"{where}: server CPU per delivery", 14, result["paced_us"], "µs", detail),
            Claim(f"the same in a burst of {result['burst']} broadcasts", 14, result["burst_us"], "µs"),
            Claim("lost in that burst", 0, result["missing"], "deliveries"),
        ]
    return claims


@contextmanager
def two_servers(layer: str) -> Iterator[tuple[Server, Server, int]]:
    """Both with one Redis, and Redis' process id."""
    from tests.support.redis import running_redis

    with running_redis() as redis:
        environment = {**OURS.environment, "REDIS_URL": redis.url, "REDIS_LAYER": layer}
        ours = Application(OURS.name, OURS.path, environment)
        with running(ours) as one, running(ours) as two:
            yield one, two, redis.pid


def run_client(module: str, servers: tuple[Server, Server, int], *arguments: str) -> dict[str, Any]:
    """Run the load client of a module on its own core."""
    one, two, redis = servers
    command = [
        *("taskset", "-c", str(CLIENT_CORE), sys.executable, "-m", module),
        *("--urls", one.url, two.url, "--pids", str(one.pid), str(two.pid), "--redis", str(redis)),
    ]
    return load.answer_of([*command, *arguments])


class Subscribers:
    """The load client's connections: what they have got, and in which order."""

    def __init__(self, urls: list[str]) -> None:
        self.loop = phxload.Loop()
        self.groups = [self._open(url, SUBSCRIBERS + (number == 0)) for number, url in enumerate(urls)]
        self.publisher = self.groups[0].pop()
        self.listening = [connection for group in self.groups for connection in group]
        self.got = 0
        self.disordered = 0
        self.loop.on_msg = self._receive

    def _open(self, url: str, count: int) -> list[Any]:
        options = argparse.Namespace(
            **{"url": url, "topic": TOPIC, "join": "{}", "socket": "/socket", "cmd": "fanout"},
            **{"sources": 1, "inflight": 50, "connect_seconds": 120},
        )
        connections = [phxload.Conn(number) for number in range(count)]
        target = phxload.Target(options)
        problem = phxload.open_all(self.loop, connections, target, options, phxload.prepare_channel)
        if problem:
            raise RuntimeError(problem)
        return connections

    def _receive(self, connection: Any, message: bytes, _: int) -> None:
        start = message.find(b'"n":')
        if connection is self.publisher or start < 0:
            return
        number = int(message[start + 4 : message.find(b",", start)])
        # `done` is the last number that it has got.
        if number <= connection.done:
            self.disordered += 1
        connection.done = number
        self.got += 1

    def publish(self, number: int) -> None:
        self.loop.push(self.publisher, "shout", f'{{"n":{number},"pad":"{"x" * 60}"}}')

    def wait_for(self, count: int, quiet: float = 20.0) -> None:
        """Until so many have come, or nothing has for a while."""
        seen, since = self.got, time.monotonic()
        while self.got < count and time.monotonic() - since < quiet:
            self.loop.run(self._has(count), phxload._now() + 50_000_000)
            if self.got != seen:
                seen, since = self.got, time.monotonic()

    def _has(self, count: int) -> Callable[[], bool]:
        return lambda: self.got >= count


def client(options: argparse.Namespace) -> dict[str, Any]:
    """Warm up, publish one after the other, then all at once."""
    subscribers = Subscribers(options.urls)
    everybody = len(subscribers.listening)
    number = 0

    def one_by_one(count: int) -> None:
        nonlocal number
        for _ in range(count):
            number += 1
            subscribers.publish(number)
            subscribers.wait_for(number * everybody)

    one_by_one(WARM_UP)
    clock = Clock(options.pids, options.redis)
    one_by_one(options.paced)
    paced_us, redis_us = clock.per(options.paced * everybody)
    before = subscribers.got
    clock = Clock(options.pids, options.redis)
    for _ in range(options.burst):
        number += 1
        subscribers.publish(number)
    subscribers.wait_for(before + options.burst * everybody)
    burst_us, _ = clock.per(options.burst * everybody)
    if subscribers.disordered or subscribers.loop.errors:
        raise RuntimeError(f"{subscribers.disordered} out of order; {subscribers.loop.err_text}")
    return {
        "paced_us": paced_us,
        "redis_us": redis_us,
        "burst_us": burst_us,
        "burst": options.burst,
        "missing": before + options.burst * everybody - subscribers.got,
    }


class Clock:
    """Processor time of the servers and of Redis from now on."""

    def __init__(self, servers: list[int], redis: int) -> None:
        self.servers = servers
        self.redis = redis
        self.began = self._read()

    def _read(self) -> tuple[float, float]:
        return phxload.cpu_seconds(self.servers), phxload.cpu_seconds([self.redis])

    def per(self, deliveries: int) -> tuple[float, float]:
        """Microseconds of both for each of so many."""
        servers, redis = (now - then for now, then in zip(self._read(), self.began, strict=True))
        return servers / deliveries * 1e6, redis / deliveries * 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", nargs=2)
    parser.add_argument("--pids", nargs=2, type=int)
    parser.add_argument("--redis", type=int)
    parser.add_argument("--paced", type=int)
    parser.add_argument("--burst", type=int)
    print(json.dumps(client(parser.parse_args())))
