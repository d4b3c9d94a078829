"""Sockets and channels for tests: one tiny behaviour each."""

from __future__ import annotations

from django_phoenix.channel import Channel, event
from django_phoenix.socket import Socket


class BenchChannel(Channel):
    """What the load client asks for."""

    async def join(self, payload):
        return None

    @event
    async def echo(self, **payload):
        return payload

    @event
    def echo_sync(self, **payload):
        return payload

    @event
    async def shout(self, **payload):
        self.broadcast("shout", payload)


class UserSocket(Socket):
    channels = {"bench:*": BenchChannel}


class BenchSocket(Socket):
    channels = {"bench:*": BenchChannel}
