"""A channel layer in memory that tests can break, and look into."""

from __future__ import annotations

import asyncio
from typing import Any


class FakeLayer:
    """Groups, queues, and a switch: ``broken`` is raised by every call while it is set."""

    def __init__(self, group_expiry: float | None = None) -> None:
        if group_expiry is not None:
            self.group_expiry = group_expiry
        self.groups: dict[str, set[str]] = {}
        self.queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self.broken: Exception | None = None
        self.calls: list[str] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def new_channel(self) -> str:
        self._called("new_channel")
        name = f"channel{len(self.queues)}"
        self.queues[name] = asyncio.Queue()
        return name

    async def receive(self, channel: str) -> dict[str, Any]:
        self._called("receive")
        message = await self.queues[channel].get()
        if isinstance(message, Exception):
            raise message
        return message

    async def group_add(self, group: str, channel: str) -> None:
        self._called("group_add")
        self.groups.setdefault(group, set()).add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        self._called("group_discard")
        self.groups.get(group, set()).discard(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self._called("group_send")
        self.sent.append((group, message))
        for channel in self.groups.get(group, ()):
            self.queues[channel].put_nowait(message)

    def fail_reading(self, error: Exception) -> None:
        """Let whoever waits in ``receive`` get ``error``."""
        for queue in self.queues.values():
            queue.put_nowait(error)  # type: ignore[arg-type]

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.broken is not None:
            raise self.broken
