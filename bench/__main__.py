"""`python -m bench`: our server beside a bare ASGI app and stock Channels, in the same run.

make bench                       # the whole table, about ten minutes
make bench ARGS="--quick"        # one round with a fifth of the messages: a smoke test, not figures
make bench ARGS="--only table --rounds 5"
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    longpoll,
    measure,
    pages,
    presence,
    report,
    scale,
    slow,
    soak,
    two_processes,
    uploads,
    workloads,
)
from bench.claims import Claim

RESULTS = Path(__file__).with_name("results")

# Measured once, after the rounds; each returns its claims.
WHOLE_SERVER: dict[str, Callable[[bool], list[Claim]]] = {
    "scale, 10000 connections": scale.measure,
    "a slow client": slow.measure,
    "long-polling": longpoll.measure,
    "fan-out over two processes": two_processes.measure,
    "a live page until it is live": pages.measure,
    "presence": presence.measure,
    "uploads": uploads.measure,
    "soak": soak.measure,
}


def main() -> int:
    """Measure, print, and write `results/latest.md`."""
    options = arguments()
    if len(os.sched_getaffinity(0)) < 2:
        print("Server and load client need a core each; this machine offers one.", file=sys.stderr)
        return 1
    chosen = [workload for workload in workloads.CPU if options.only in workload.title]
    figures = measure.Figures()
    for number in range(1, options.rounds + 1):
        print(f"round {number} of {options.rounds}", file=sys.stderr)
        if chosen:
            measure.cpu_round(chosen, figures, options.quick)
        if options.only in workloads.CONNECTION.title:
            measure.connection_memory(figures, options.quick)
        if options.only in workloads.COUNTER.title:
            measure.counter_memory(figures, options.quick)
        if options.only in workloads.TABLE.title:
            measure.table_memory(figures, options.quick)
    text = report.markdown(figures, chosen, options.rounds, list(claims(options)))
    RESULTS.mkdir(exist_ok=True)
    RESULTS.joinpath("latest.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def claims(options: argparse.Namespace) -> Iterator[Claim]:
    for title, whole in WHOLE_SERVER.items():
        if options.only in title:
            print(title, file=sys.stderr)
            yield from whole(options.quick)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one round, few messages")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a workload's title")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


if __name__ == "__main__":
    sys.exit(main())
