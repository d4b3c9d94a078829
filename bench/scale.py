"""Ten thousand clients of one process: how long they take to join, and whether an echo costs more for it."""

from __future__ import annotations

import resource
from typing import Any

from bench import load
from bench.claims import Claim
from bench.servers import BARE, OURS, Application, running

FEW, MANY = 1_000, 10_000
# Echoes per second over all connections: well below what the server could do, so that the round trip is its
# answer and not the queue before it.
RATE = 4_000
# Files beside the connections' own.
SPARE_FILES = 200


def measure(quick: bool) -> list[Claim]:
    """The claims; raises RuntimeError where the system allows too few open files."""
    many = MANY // 5 if quick else MANY
    raise_file_limit(many + SPARE_FILES)
    bare_few, bare_many = echoes(BARE, FEW, many)
    few, crowd = echoes(OURS, FEW, many)
    p99, bare_p99 = crowd["rtt_ms"]["p99"], bare_many["rtt_ms"]["p99"]
    cost, cost_few = crowd["server_cpu_us_per"], few["server_cpu_us_per"]
    bare_cost = f"{bare_many['server_cpu_us_per'] / bare_few['server_cpu_us_per']:.2f} times"
    return [
        Claim(
            f"{many:,} connections open and joined",
            60,
            crowd["open_s"],
            "s",
            f"bare {bare_many['open_s']:.1f} s",
        ),
        Claim(
            f"CPU per echo at {many:,} connections, to that at {FEW:,}",
            *(1.6, cost / cost_few, "times", f"{cost:.0f} and {cost_few:.0f} µs; bare {bare_cost}"),
        ),
        Claim(
            f"p99 of an echo's round trip at {many:,} connections, to the bare app's",
            *(3, p99 / bare_p99, "times", f"{p99:.2f} and {bare_p99:.2f} ms"),
        ),
    ]


def echoes(application: Application, *crowds: int) -> list[dict[str, Any]]:
    """phxload's result for each number of connections, in one fresh process."""
    with running(application) as server:
        load.run(server, ["echo", "--conns", "100", "--msgs", "20", "--topic", "bench:warm"])
        return [load.run(server, paced(connections)) for connections in crowds]


def paced(connections: int) -> list[str]:
    messages = max(4, 40_000 // connections)
    return [
        *("echo", "--conns", str(connections), "--msgs", str(messages), "--warm", "2"),
        *("--rate", str(RATE), "--max-seconds", "200"),
    ]


def raise_file_limit(files: int) -> None:
    """For this process and those that it starts. Raises RuntimeError naming what is missing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= files:
        return
    if hard < files:
        raise RuntimeError(
            f"{files:,} open files are needed and this system allows {hard:,}: raise the hard limit, as root "
            f"`ulimit -Hn {files}`, or LimitNOFILE= of the service manager."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
