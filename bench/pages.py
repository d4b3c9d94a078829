"""A live page until it is live (GET, socket, join), beside the same template in a plain Django view."""

from __future__ import annotations

from argparse import Namespace
from statistics import median

from bench import load
from bench.claims import Claim
from bench.phxload import Target, cpu_seconds
from bench.servers import OURS, Server, running

LIVE, PLAIN = "/live/counter", "/live/plain"
ROUNDS = 3


def measure(quick: bool) -> list[Claim]:
    """Server CPU for each, in turn in one process."""
    pages = 60 if quick else 400
    lived, plain = [], []
    with running(OURS) as server:
        open_live(server, 60)
        open_plain(server, 60)
        for _ in range(ROUNDS):
            plain.append(open_plain(server, pages))
            lived.append(open_live(server, pages))
    ours, theirs = median(lived), median(plain)
    return [
        Claim(
            "server CPU of a page until it is live (GET, socket, join), to that of a plain view's GET",
            *(2.5, ours / theirs, "times", f"{ours * 1e6:,.0f} and {theirs * 1e6:,.0f} µs"),
        )
    ]


def open_live(server: Server, pages: int) -> float:
    """Seconds per page, with all that a browser does until the view has joined, and its leaving."""
    before = cpu_seconds([server.pid])
    load.run(server, ["idle", "--path", LIVE, "--conns", str(pages), "--hold", "1"])
    return float(cpu_seconds([server.pid]) - before) / pages


def open_plain(server: Server, pages: int) -> float:
    """Seconds per GET, each on a connection of its own as above."""
    target = Target(Namespace(url=server.url))
    before = cpu_seconds([server.pid])
    for _ in range(pages):
        status, _cookie, _body = target.get(PLAIN)
        if status != 200:
            raise RuntimeError(f"GET {PLAIN}: {status}")
    return float(cpu_seconds([server.pid]) - before) / pages
