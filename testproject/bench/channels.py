"""`bench:*`: an echo and a fan-out, nothing else. `here:*`: everybody is present."""

from __future__ import annotations

import itertools
import os
from typing import Any

from django_phoenix.channel import Channel, Params, event
from django_phoenix.presence import Presence

numbers = itertools.count(1)


class BenchChannel(Channel):
    async def join(self, payload: dict[str, Any]) -> None:
        """Everybody may."""

    @event
    async def echo(self, payload: Params) -> dict[str, Any]:
        return payload

    @event
    async def shout(self, payload: Params) -> None:
        self.broadcast("shout", payload)


class CrowdPresence(Presence):
    """One key per client, as many as come."""


class CrowdChannel(BenchChannel):
    presence = CrowdPresence

    async def join(self, payload: dict[str, Any]) -> None:
        """Everybody is somebody else."""
        number = next(numbers)
        self.track(f"{os.getpid()}-{number}", {"name": f"User {number}", "status": "online"})
