"""Figures as a Markdown table: what is required, what was measured, and how that compares."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version

from bench.claims import Claim, table
from bench.measure import Figures
from bench.servers import BARE, OURS, STOCK
from bench.workloads import CONNECTION, COUNTER, TABLE, Memory, Workload

PACKAGES = ("django", "channels", "uvicorn", "websockets", "uvloop", "orjson")
COLUMNS = (
    *("workload", "required", "stretch", "django_phoenix", "rounds", "bytes down"),
    *("bare ASGI app", "to bare", "stock Channels", "stock to ours"),
)
HEAD = (f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|")


def markdown(
    figures: Figures, workloads: Iterable[Workload], rounds: int, claims: Sequence[Claim] = ()
) -> str:
    """The whole report."""
    lines = [
        "# Benchmark",
        "",
        *machine(),
        "",
        *method(rounds, figures),
        "",
        "## Server CPU per message, µs",
        "",
        *HEAD,
    ]
    lines += [cpu_row(figures, workload) for workload in workloads if figures.median(workload.title, OURS)]
    lines += ["", "## Resident memory, KiB", "", *memory_rows(figures)]
    if claims:
        lines += ["", "## The whole server", "", *table(claims)]
    return "\n".join(lines) + "\n"


def machine() -> Iterator[str]:
    yield f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in PACKAGES)}; "
    yield f"{os.cpu_count()} cores, {cpu_model()}."


def cpu_model() -> str:
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def method(rounds: int, figures: Figures) -> Iterator[str]:
    yield "Uvicorn (`websockets-sansio`, uvloop): one process on one core, the client on another. "
    yield f"Medians of {rounds} rounds with fresh processes each; CPU is the server's user + system time. "
    if figures.other_cores:
        yield f"Other programs kept {max(figures.other_cores):.2f} cores busy at most."


def cpu_row(figures: Figures, workload: Workload) -> str:
    ours = figures.median(workload.title, OURS) or 0.0
    low, high = figures.range(workload.title, OURS)
    bare, stock = figures.median(workload.title, BARE), figures.median(workload.title, STOCK)
    cells = [
        workload.title,
        limit(workload.required),
        limit(workload.stretch),
        f"**{number(ours)}** {verdict(ours, workload.required, workload.stretch)}".strip(),
        f"{number(low)} to {number(high)}",
        bytes_cell(figures, workload),
        number(bare),
        number(ours / bare if bare else None),
        number(stock),
        number(stock / ours if stock else None),
    ]
    return "| " + " | ".join(cells) + " |"


def bytes_cell(figures: Figures, workload: Workload) -> str:
    measured = figures.bytes_down[workload.title]
    if workload.most_bytes is None:
        return number(measured)
    return (
        f"{number(measured)} (≤ {number(workload.most_bytes)}) {verdict(measured, workload.most_bytes, None)}"
    )


def memory_rows(figures: Figures) -> Iterator[str]:
    yield "| what | above | required | stretch | django_phoenix | in all | bare ASGI app | stock Channels |"
    yield "|---|---|---|---|---|---|---|---|"
    whole, bare = figures.median(CONNECTION.title, OURS), figures.median(CONNECTION.title, BARE)
    if whole is not None and bare is not None:
        yield memory_row(CONNECTION, whole - bare, whole, bare, figures.median(CONNECTION.title, STOCK))
    for memory in (COUNTER, TABLE):
        alone = figures.median(memory.title, OURS)
        if alone is not None:
            yield memory_row(memory, alone, None, None, None)


def memory_row(memory: Memory, ours: float, *others: float | None) -> str:
    cells = [
        memory.title,
        memory.above,
        limit(memory.required),
        limit(memory.stretch),
        f"**{number(ours)}** {verdict(ours, memory.required, memory.stretch)}",
        *map(number, others),
    ]
    return "| " + " | ".join(cells) + " |"


def verdict(measured: float, required: float | None, stretch: float | None) -> str:
    if required is None:
        return ""
    if stretch is not None and measured <= stretch:
        return "★"
    return "✓" if measured <= required else "✗"


def limit(value: float | None) -> str:
    return "" if value is None else f"≤ {number(value)}"


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
