"""Runs `phxload.py` on the other core and reads its answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.servers import CLIENT_CORE, ROOT, Server

PHXLOAD = Path(__file__).with_name("phxload.py")
LONGEST = 400


def run(server: Server, arguments: list[str]) -> dict[str, Any]:
    """The result of one run. Raises RuntimeError if it failed or lost a message."""
    command = [sys.executable, str(PHXLOAD), *arguments]
    command += ["--url", server.url, "--pid", str(server.pid), "--cpu", str(CLIENT_CORE)]
    result = answer_of(command)
    if problem := trouble(result):
        raise RuntimeError(f"{' '.join(arguments)}: {problem}")
    return result


def answer_of(command: list[str]) -> dict[str, Any]:
    """The last line that a command writes, as JSON. Raises RuntimeError if it is none."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False)
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}") from None
    return answer


def trouble(result: dict[str, Any]) -> str | None:
    """Why this result must not be counted, or None."""
    for name in ("error", "conn_error"):
        if result.get(name):
            return str(result[name])
    for name in ("missing", "bad", "lost"):
        if result.get(name):
            return f"{name}: {result[name]}"
    if "complete" in result and result["complete"] < result["msgs"]:
        return f"only {result['complete']} of {result['msgs']} broadcasts reached everybody"
    return None
