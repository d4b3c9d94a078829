"""What the replicas of presence say to each other, and who of them is still there.

No I/O and no clock of its own: messages go to ``send``, the time comes from ``now``.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from itertools import islice
from typing import Any

from django_phoenix.delivery.presence.replica import Copy, Own, Rosters, Rows, rows_of

logger = logging.getLogger("django_phoenix.presence")

# To all: I am new, send me what you have; I am still here; this has changed; I go.
HELLO, BEAT, DELTA, BYE = "hello", "beat", "delta", "bye"
# To one: I lack something; this is all that I have.
NEED, STATE = "need", "state"

# Of another version's messages nothing is understood.
VERSION = 1
# Entries in one message.
PART = 1000
# Seconds before the same origin is asked once more, deltas kept while its answer is on its way.
ASK_AGAIN = 1.0
KEPT_DELTAS = 100

Message = dict[str, Any]
# To whom (None: all), which of the words above, what.
Send = Callable[[str | None, str, Message], None]


class Peer:
    """Another replica: our copy of it, and when it was last heard."""

    __slots__ = ("asked", "copy", "early", "heard", "parts", "parts_clock", "where")

    def __init__(self, copy: Copy, now: float) -> None:
        self.copy = copy
        # Host and process, for logs.
        self.where = "somewhere"
        self.heard = now
        self.asked = float("-inf")
        # Deltas that came before what they build upon, and the parts of a state that have come.
        self.early: list[Message] = []
        self.parts: dict[int, Rows] = {}
        self.parts_clock = -1


class Gossip:
    """One replica's side of the talk. ``down_after``: seconds of silence after which a peer is down."""

    def __init__(
        self, own: Own, rosters: Rosters, send: Send, now: Callable[[], float], down_after: float
    ) -> None:
        self.own = own
        self._where = f"{socket.gethostname()}:{os.getpid()}"
        self.peers: dict[str, Peer] = {}
        self._rosters = rosters
        self._send = send
        self._now = now
        self._down_after = down_after
        self._told_of_version = False

    # Speaking.

    def hello(self) -> None:
        """We are new."""
        self._tell(None, HELLO, self._summary())

    def beat(self) -> None:
        """We are here."""
        self._tell(None, BEAT, self._summary())

    def tell_changes(self) -> None:
        """What of ours has changed since the last time."""
        if self.own.untold:
            self._tell(None, DELTA, self.own.take_delta())

    def bye(self) -> None:
        """We go."""
        self._tell(None, BYE, {})

    # Listening.

    def receive(self, word: str, message: Message) -> None:
        """One message of another replica. Raises KeyError, TypeError or ValueError for what is none."""
        name = message["from"]
        if name == self.own.name or not self._is_understood(message):
            return
        if word == BYE:
            self._drop(name)
            return
        peer = self._heard(name)
        if word == DELTA:
            self._take_delta(peer, message)
        elif word == STATE:
            self._take_state(peer, message)
        elif word == NEED:
            self._answer(name, message["since"])
        elif word in (BEAT, HELLO):
            peer.where = message["where"]
            self._compare(peer, message["clock"], message["count"], message["total"])
            if word == HELLO:
                self._send_state(name)

    def look_for_the_silent(self, stalled: float) -> None:
        """Who has not been heard for too long is down. ``stalled``: seconds that we did not listen either."""
        now = self._now()
        for name, peer in tuple(self.peers.items()):
            peer.heard += stalled
            if now - peer.heard > self._down_after:
                # One that only looks on has none.
                log = logger.warning if peer.copy.entries else logger.info
                log(
                    "Presence: the process %s (%s) has been silent for %.1f seconds; its %d presences leave.",
                    peer.where,
                    name,
                    now - peer.heard,
                    len(peer.copy.entries),
                )
                self._drop(name)

    # Steps.

    def _tell(self, to: str | None, word: str, message: Message) -> None:
        self._send(to, word, {"v": VERSION, "from": self.own.name, **message})

    def _summary(self) -> Message:
        own = self.own
        return {"clock": own.clock, "count": len(own.entries), "total": own.total, "where": self._where}

    def _is_understood(self, message: Message) -> bool:
        if message["v"] == VERSION:
            return True
        if not self._told_of_version:
            self._told_of_version = True
            logger.warning(
                "Presence: a process with another version of django_phoenix is connected; neither sees the "
                "other's presences."
            )
        return False

    def _heard(self, name: str) -> Peer:
        peer = self.peers.get(name)
        if peer is None:
            peer = self.peers[name] = Peer(Copy(name, self._rosters), self._now())
        peer.heard = self._now()
        return peer

    def _drop(self, name: str) -> None:
        peer = self.peers.pop(name, None)
        if peer is not None:
            peer.copy.drop()

    def _compare(self, peer: Peer, clock: int, count: int, total: int) -> None:
        copy = peer.copy
        if clock > copy.clock and count == 0:
            copy.merge_state(clock, [])
        elif clock > copy.clock:
            self._ask(peer, copy.clock)
        elif clock == copy.clock and (count, total) != (len(copy.entries), copy.total):
            logger.error(
                "Presence: the copy of %s differs from it at clock %d; asking anew.", copy.name, clock
            )
            self._ask(peer, None)

    def _ask(self, peer: Peer, since: int | None) -> None:
        now = self._now()
        if now - peer.asked >= ASK_AGAIN:
            peer.asked = now
            self._tell(peer.copy.name, NEED, {"since": since})

    def _take_delta(self, peer: Peer, message: Message) -> None:
        if peer.copy.fits(message["since"]):
            peer.copy.merge_delta(message["clock"], message["gone"], message["rows"])
            self._take_early(peer)
            return
        if len(peer.early) < KEPT_DELTAS:
            peer.early.append(message)
        self._ask(peer, peer.copy.clock)

    def _take_state(self, peer: Peer, message: Message) -> None:
        if message["clock"] != peer.parts_clock:
            peer.parts_clock, peer.parts = message["clock"], {}
        peer.parts[message["part"]] = message["rows"]
        if len(peer.parts) == message["parts"]:
            rows = [row for part in peer.parts.values() for row in part]
            peer.parts_clock, peer.parts = -1, {}
            peer.copy.merge_state(message["clock"], rows)
            self._take_early(peer)

    def _take_early(self, peer: Peer) -> None:
        early, peer.early = peer.early, []
        for message in early:
            if peer.copy.fits(message["since"]):
                peer.copy.merge_delta(message["clock"], message["gone"], message["rows"])
            else:
                peer.early.append(message)

    def _answer(self, name: str, since: int | None) -> None:
        delta = None if since is None else self.own.delta_since(since)
        if delta is not None and sum(len(metas) for _, _, metas in delta["rows"]) <= PART:
            self._tell(name, DELTA, delta)
        else:
            self._send_state(name)

    def _send_state(self, name: str) -> None:
        """In parts of a size that channel layers like."""
        entries = iter(self.own.entries.values())
        parts: list[Rows] = []
        while part := tuple(islice(entries, PART)):
            parts.append(rows_of(part))
        for number, rows in enumerate(parts or [[]]):
            message = {"clock": self.own.clock, "part": number, "parts": len(parts) or 1, "rows": rows}
            self._tell(name, STATE, message)
