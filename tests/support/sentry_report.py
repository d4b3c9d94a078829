"""Prints as JSON what Sentry's SDK, set up as its documentation says, would send of one crash.

In a process of its own, for the SDK changes the one that it runs in.
"""

from __future__ import annotations

import asyncio
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import sentry_sdk  # noqa: E402
from sentry_sdk.transport import Transport  # noqa: E402

from django_phoenix.channel import Channel, event  # noqa: E402
from django_phoenix.socket import Socket  # noqa: E402
from tests.support.peer import Peer  # noqa: E402


class Crashing(Channel):
    @event
    async def go(self):
        raise RuntimeError("because")


class CrashingSocket(Socket):
    channels = {"room:*": Crashing}


class Printing(Transport):
    """Where reports go."""

    def capture_envelope(self, envelope):
        report = envelope.get_event()
        if report is not None:
            crash = report["exception"]["values"][-1]
            print(
                json.dumps(
                    {
                        "logger": report["logger"],
                        "message": report["logentry"]["formatted"],
                        "type": crash["type"],
                        "function": crash["stacktrace"]["frames"][-1]["function"],
                        "extra": report["extra"],
                    }
                )
            )


async def crash():
    async with Peer(CrashingSocket.as_asgi()) as peer:
        await peer.join("room:1")
        await peer.push("1", "2", "room:1", "go")
        await peer.next()


sentry_sdk.init("https://key@localhost/1", transport=Printing)
asyncio.run(crash())
