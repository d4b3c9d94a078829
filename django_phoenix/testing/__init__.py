"""Tests of channels, in process: no server, no port, inside the test's transaction (Phoenix.ChannelTest).

    class RoomTests(TestCase):
        def test_a_message_reaches_the_room(self):
            socket = connect(UserSocket, user=self.ada)
            room = socket.join("room:1")
            ref = room.push("new_msg", {"body": "hi"})
            room.assert_reply(ref, "ok")
            room.assert_broadcast("new_msg", {"body": "hi"})

Nothing has to be set up or closed. For async tests there are ``aconnect``, ``asubscribe`` and ``asettle``,
whose objects have the same methods, to be awaited.
"""

from __future__ import annotations

from django_phoenix.testing.asynchronous import (
    AsyncClientChannel,
    AsyncClientSocket,
    AsyncSubscription,
    aadvance,
    aconnect,
    asettle,
    asubscribe,
)
from django_phoenix.testing.faults import drop, reorder
from django_phoenix.testing.inbox import Received
from django_phoenix.testing.line import Refused
from django_phoenix.testing.synchronous import (
    ClientChannel,
    ClientSocket,
    Subscription,
    advance,
    connect,
    settle,
    subscribe,
)

__all__ = [
    "AsyncClientChannel",
    "AsyncClientSocket",
    "AsyncSubscription",
    "ClientChannel",
    "ClientSocket",
    "Received",
    "Refused",
    "Subscription",
    "aadvance",
    "aconnect",
    "advance",
    "asettle",
    "asubscribe",
    "connect",
    "drop",
    "reorder",
    "settle",
    "subscribe",
]
