"""A process that is told what to do on its standard input and answers on its output, JSON line by line."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

BINARY = "$binary"
Notify = Callable[..., None]


async def serve(make_adapter: Callable[[Notify], Any]) -> None:
    """Until the input ends. One adapter is one socket."""
    adapters: dict[str, Any] = {}
    running: set[asyncio.Task[None]] = set()

    def adapter_of(socket: str) -> Any:
        if socket not in adapters:
            adapters[socket] = make_adapter(
                lambda kind, **facts: _write({"socket": socket, "notice": _frozen({"kind": kind, **facts})})
            )
        return adapters[socket]

    async def call(line: bytes) -> None:
        asked = json.loads(line)
        try:
            command = getattr(adapter_of(asked["socket"]), asked["command"])
            _write({"id": asked["id"], "result": _frozen(await command(*map(_thawed, asked["args"])))})
        except Exception:
            _write({"id": asked["id"], "error": traceback.format_exc()})

    reader = asyncio.StreamReader(limit=2**20)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    async for line in reader:
        task = asyncio.create_task(call(line))
        running.add(task)
        task.add_done_callback(running.discard)


def _write(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _frozen(value: Any) -> Any:
    if isinstance(value, bytes):
        return {BINARY: base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return value


def _thawed(value: Any) -> Any:
    return base64.b64decode(value[BINARY]) if isinstance(value, dict) and BINARY in value else value
