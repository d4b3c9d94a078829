"""Measures workload after workload, and keeps every round's figure."""

from __future__ import annotations

import urllib.request
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench import load
from bench.phxload import memory_kib
from bench.servers import BARE, OURS, STOCK, Application, Server, running
from bench.workloads import CONNECTION, COUNTER, TABLE, Memory, Workload

WARM_UP = ["echo", "--conns", "100", "--msgs", "20", "--topic", "bench:warm"]


@dataclass
class Figures:
    """Every round's figures by (title, application's name); the median is what counts."""

    rounds: defaultdict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    bytes_down: dict[str, float] = field(default_factory=dict)
    other_cores: list[float] = field(default_factory=list)

    def add(self, title: str, application: Application, figure: float) -> None:
        self.rounds[title, application.name].append(figure)

    def median(self, title: str, application: Application) -> float | None:
        figures = self.rounds.get((title, application.name))
        return median(figures) if figures else None

    def range(self, title: str, application: Application) -> tuple[float, float]:
        figures = self.rounds[title, application.name]
        return min(figures), max(figures)


def cpu_round(workloads: Iterable[Workload], figures: Figures, quick: bool) -> None:
    """One server process per application, all its workloads one after the other."""
    for application in (BARE, OURS, STOCK):
        with running(application) as server:
            load.run(server, WARM_UP)
            for workload in workloads:
                if application in workload.applications:
                    cpu(workload, application, server, figures, quick)


def cpu(workload: Workload, application: Application, server: Server, figures: Figures, quick: bool) -> None:
    result = load.run(server, workload.command(application, quick))
    figures.add(workload.title, application, result["server_cpu_us_per"])
    figures.other_cores.append(result["other_cpu"])
    if application is OURS:
        figures.bytes_down[workload.title] = result["bytes_per"]


def connection_memory(figures: Figures, quick: bool) -> None:
    """A fresh process each, warmed up, then thousands of idle connections."""
    for application in (BARE, OURS, STOCK):
        with running(application) as server:
            load.run(server, WARM_UP)
            figures.add(CONNECTION.title, application, idle(server, CONNECTION, quick))


def table_memory(figures: Figures, quick: bool) -> None:
    """Whole views in one fresh process, their bare rows in another; the difference is ours."""
    with running(OURS) as server:
        load.run(server, ["live", "--path", "/live/table", "--event", "touch", "--conns", "3", "--msgs", "5"])
        figures.add(TABLE.title, OURS, idle(server, TABLE, quick) - rows_alone())


def counter_memory(figures: Figures, quick: bool) -> None:
    """Counter views in one fresh process, bare connections in another; the difference is the view."""
    with running(BARE) as server:
        load.run(server, WARM_UP)
        bare = idle(server, CONNECTION, quick)
    with running(OURS) as server:
        load.run(
            server, ["live", "--path", "/live/counter", "--event", "inc", "--conns", "20", "--msgs", "5"]
        )
        figures.add(COUNTER.title, OURS, idle(server, COUNTER, quick) - bare)


def idle(server: Server, memory: Memory, quick: bool) -> float:
    result: dict[str, Any] = load.run(server, memory.command(quick))
    return float(result["rss_per_conn_kib"])


def rows_alone(tables: int = 200) -> float:
    """KiB of one table's rows when nobody looks at them."""
    with running(OURS) as server:
        hold(server, 3)
        before = memory_kib([server.pid])[0]
        hold(server, tables)
        return float(memory_kib([server.pid])[0] - before) / tables


def hold(server: Server, tables: int) -> None:
    with urllib.request.urlopen(f"{server.url}/live/rows/{tables}", timeout=60) as answer:
        answer.read()
