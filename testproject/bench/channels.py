"""`bench:*`: an echo and a fan-out, nothing else."""

from __future__ import annotations

from typing import Any

from django_phoenix.channel import Channel, Params, event


class BenchChannel(Channel):
    async def join(self, payload: dict[str, Any]) -> None:
        """Everybody may."""

    @event
    async def echo(self, payload: Params) -> dict[str, Any]:
        return payload

    @event
    async def shout(self, payload: Params) -> None:
        self.broadcast("shout", payload)
