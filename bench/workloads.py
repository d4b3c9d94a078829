"""What is measured, with which arguments of `phxload.py`, and the figures to reach."""

from __future__ import annotations

from dataclasses import dataclass

from bench.servers import BARE, OURS, STOCK, Application

ALL = (BARE, OURS, STOCK)


@dataclass(frozen=True)
class Workload:
    """Server CPU per message (µs) under one kind of load."""

    title: str
    arguments: str
    required: float | None = None
    stretch: float | None = None
    applications: tuple[Application, ...] = (OURS,)
    most_bytes: float | None = None
    messages: int = 100
    stock_messages: int | None = None

    def command(self, application: Application, quick: bool) -> list[str]:
        """The arguments, without server and core."""
        messages = self.messages
        if application is STOCK and self.stock_messages:
            messages = self.stock_messages
        if quick:
            messages = max(1, messages // 5)
        warm_up = "1" if application is STOCK else "5"
        limits = ("--msgs", str(messages), "--warm", warm_up, "--max-seconds", "200")
        return [*self.arguments.split(), *limits]


FORM = (
    "live --path /live/form --conns 50 --event validate --type form "
    "--value name=Ada+{n}&email=ada@example.org&phone=&street=1+Main+St&zip=10115&city=Berlin&country=de"
    '&born=1815-12-10&note= --meta {"_target":"name"}'
)

CPU = (
    Workload("channel echo, 100 connections", "echo --conns 100", 32, 25, ALL, messages=200),
    Workload("channel echo, 1000 connections", "echo --conns 1000", applications=ALL, messages=20),
    Workload(
        "fan-out to 1000, per delivery", "fanout --conns 1000", 14, 11, ALL, messages=100, stock_messages=10
    ),
    Workload(
        "fan-out to 5000, per delivery", "fanout --conns 5000", 18, 11, ALL, messages=40, stock_messages=1
    ),
    Workload("live counter, `async def`", "live --path /live/counter --conns 100", 80, 45, messages=150),
    Workload("live counter, `def`", "live --path /live/counter_sync --conns 100", 140, 90, messages=150),
    Workload(
        "live 1000x5 table, one cell",
        "live --path /live/table --event touch --conns 20",
        *(1000, 300),
        most_bytes=138,
    ),
    Workload(
        "live 1000x5 table, keyed, one cell",
        "live --path /live/table_keyed --event touch --conns 20",
        *(1000, 300),
        most_bytes=138,
    ),
    Workload("live form of 10 fields, one change", FORM, 500),
    Workload("the form by the generic view, in a thread", FORM.replace("/form", "/form_sync"), 500),
    Workload(
        "live chat, 100 viewers, per delivery",
        'livefan --path /live/chat --conns 100 --value {"text":"{marker}"}',
    ),
    Workload(
        "live chat as a stream, 100 viewers, per delivery",
        'livefan --path /live/chat_stream --conns 100 --value {"text":"{marker}"}',
        *(30, 18),
    ),
)


@dataclass(frozen=True)
class Memory:
    """Resident memory of one connection (KiB), above what is named."""

    title: str
    arguments: str
    required: float
    stretch: float
    above: str
    connections: int

    def command(self, quick: bool) -> list[str]:
        """The arguments, without server and core."""
        connections = self.connections // 5 if quick else self.connections
        return [*self.arguments.split(), "--conns", str(connections), "--hold", "6"]


CONNECTION = Memory(
    "memory per connection in one topic", "idle --topic bench:idle", 4, 2, "the bare ASGI app", 5000
)
TABLE = Memory("memory of a live 1000x5 table view", "idle --path /live/table", 200, 60, "its rows", 400)
COUNTER = Memory(
    "memory of an idle live counter", "idle --path /live/counter", 30, 16, "its connection", 1000
)
