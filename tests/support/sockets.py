"""Sockets and channels that the test server (tests/asgi.py) serves: one tiny behaviour each."""

from __future__ import annotations

import asyncio
import os
import time

from django.http import HttpResponse

from django_phoenix.channel import Channel, Reply, event
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.pubsub import broadcast
from django_phoenix.socket import Socket
from django_phoenix.transport.loop_state import current_state
from tests.support.gates import Gatekeeper, gate_of


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


class RoomChannel(Gatekeeper, Channel):
    """One of everything, for the script that runs against every server."""

    async def join(self, payload, *, room: int):
        return {"room": room, **payload}

    @event
    async def echo(self, **payload):
        return payload

    @event
    def echo_sync(self, **payload):
        return payload

    @event
    async def shout(self, **payload):
        self.broadcast("shout", payload)

    @event
    async def broadcast_to(self, topic: str, event: str):
        broadcast(topic, event, {})

    @event
    async def blob(self, data: bytes):
        self.push("blob", data)
        return Reply.ok(data[::-1])

    @event
    async def flood(self, count: int, size: int = 0):
        for number in range(count):
            self.push("flood", {"n": number, "pad": "x" * size})
        return {}

    @event
    async def crash(self):
        raise RuntimeError("a secret detail")

    @event
    def hold(self, gate: str):
        gate_of(gate).wait()
        return {}

    @event
    async def polls(self):
        """How many are being held."""
        longpoll = current_state().longpoll
        return {"polls": sum(each.outbox.awaited for each in longpoll.connections.values())}


class SlowJoinChannel(Channel):
    async def join(self, payload):
        await asyncio.to_thread(gate_of(payload["gate"]).wait)


class DiaryChannel(Channel):
    """Writes into the file DIARY what it has done."""

    @event
    async def work(self, seconds: float):
        await asyncio.sleep(seconds)
        self.note("worked")
        return {"done": True}

    @event
    def work_sync(self, seconds: float):
        time.sleep(seconds)
        self.note("worked")
        return {"done": True}

    def terminate(self, reason):
        self.note(f"terminated: {reason}")

    def note(self, line: str) -> None:
        with open(os.environ["DIARY"], "a") as diary:
            diary.write(f"{time.monotonic()} {self.topic} {line}\n")


class UserSocket(Socket):
    channels = {
        "diary:*": DiaryChannel,
        "bench:*": BenchChannel,
        "room:<int:room>": RoomChannel,
        "slow_join": SlowJoinChannel,
    }

    async def connect(self, params):
        if "refuse" in params:
            raise ConnectRefused("too many", status=429)
        self.assigns.id = params.get("id")

    def id(self):
        return self.assigns.id

    def refusal_response(self, refusal):
        return HttpResponse(str(refusal.reason or ""), status=refusal.status)


class TokenChannel(Channel):
    async def join(self, payload):
        return {"token": self.socket.connect_info.auth_token}


class PhoneSocket(Socket):
    channels = {"me": TokenChannel}


class BenchSocket(Socket):
    channels = {"bench:*": BenchChannel}
