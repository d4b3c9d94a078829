"""A million messages and twenty thousand visits: does the server keep what it should forget?"""

from __future__ import annotations

from bench import load
from bench.claims import Claim
from bench.phxload import memory_kib
from bench.servers import OURS, Server, running

# A wave: so many clients come, send so many messages each, and go.
CLIENTS, MESSAGES = 1_000, 50
WAVES = 20
WARM_UP = 4


def measure(quick: bool) -> list[Claim]:
    """One server process; its resident memory after the warm-up beside that at the end, all clients gone."""
    waves = WAVES // 5 if quick else WAVES
    with running(OURS) as server:
        for number in range(WARM_UP):
            wave(server, number)
        before = resident(server)
        for number in range(waves):
            wave(server, WARM_UP + number)
        after = resident(server)
    what = f"growth over {waves * CLIENTS * MESSAGES:,} messages and {waves * CLIENTS:,} connections"
    return [Claim(what, 2, 100 * (after - before) / before, "%", f"{before:,} and {after:,} KiB")]


def wave(server: Server, number: int) -> None:
    """Half of the topics are new each time: what is kept per topic must go with it."""
    for topic, clients in ((f"bench:soak-{number}-{{i}}", CLIENTS // 2), ("bench:soak-{i}", CLIENTS // 2)):
        arguments = f"echo --topic {topic} --conns {clients} --msgs {MESSAGES} --warm 0 --max-seconds 200"
        load.run(server, arguments.split())


def resident(server: Server) -> int:
    return int(memory_kib([server.pid])[0])
