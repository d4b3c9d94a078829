"""What a broadcast costs: ``python -m bench.publish_bench``. Starts its own Redis; needs ``channels_redis``.

Publishing: processor time of a plain synchronous process, all of its threads, until Redis has everything.
Delivering: processor time of one event loop per subscriber, without what the subscriber does.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

ROUNDS = 5
COUNT = 1000


def main() -> None:
    from tests.support.redis import running_redis

    with running_redis() as redis:
        for kind in ("core", "pubsub"):
            environment = {**os.environ, "BENCH_LAYERS": json.dumps(redis.layers(kind))}
            for part in (publish, deliver):
                command = [sys.executable, "-m", "bench.publish_bench", part.__name__, kind]
                subprocess.run(command, env=environment, check=True)


def publish(kind: str) -> None:
    """From a process without an event loop."""
    from django_phoenix import pubsub

    def burst(topics: int) -> None:
        for number in range(COUNT):
            pubsub.broadcast(f"room:{number % topics}", "new_msg", {"body": "hello", "number": number})

    def one_by_one() -> None:
        for number in range(COUNT):
            pubsub.broadcast("room:1", "new_msg", {"body": "hello", "number": number}, wait=True)

    burst(1)
    pubsub.flush()
    show(f"{kind}: {COUNT} broadcasts on one topic", processor_time(partial(burst, 1), pubsub.flush))
    show(f"{kind}: {COUNT} broadcasts on {COUNT} topics", processor_time(partial(burst, COUNT), pubsub.flush))
    show(f"{kind}: {COUNT} broadcasts, each waited for", processor_time(one_by_one, pubsub.flush))


def deliver(kind: str) -> None:
    """To many subscribers of one topic."""
    asyncio.run(_deliver(kind))


async def _deliver(kind: str) -> None:
    from django_phoenix import pubsub

    for subscribers in (1000, 5000):
        topic = f"room:{subscribers}"
        for _ in range(subscribers):
            pubsub.subscribe(topic, Deaf())
        shout = partial(pubsub.broadcast, topic, "new_msg", {"body": "hello"})
        took = processor_time(partial(repeat, 20, shout))
        show(f"{kind}: delivery to {subscribers}, each", took * COUNT / (20 * subscribers))
    await pubsub.close_hub()


class Deaf:
    """A subscriber that does nothing."""

    def deliver(self, delivery: Any) -> None:
        pass


def repeat(times: int, function: Callable[[], Any]) -> None:
    for _ in range(times):
        function()


def processor_time(*work: Callable[[], Any]) -> float:
    """Microseconds for each of COUNT, the median of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for part in work:
            part()
        rounds.append(time.process_time() - began)
    return statistics.median(rounds) / COUNT * 1e6


def show(what: str, microseconds: float) -> None:
    print(f"{what:<48}{microseconds:>10.2f} µs")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        main()
    else:
        import django
        from django.conf import settings

        settings.configure(CHANNEL_LAYERS=json.loads(os.environ["BENCH_LAYERS"]), DATABASES={})
        django.setup()
        {"publish": publish, "deliver": deliver}[sys.argv[1]](sys.argv[2])
