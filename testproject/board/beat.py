"""A beat: what all hands on one board send within it leaves as one frame."""

from __future__ import annotations

import asyncio
import struct
from weakref import WeakValueDictionary

from django_phoenix.pubsub import broadcast

SECONDS = 0.04
HEADER = struct.Struct("<IH")


class Beat:
    """Gathers the moves of one topic. The first after a silence goes at once, the next with the next beat.

    Twenty people who move thirty times a second would otherwise cost each of them 600 frames a second.
    """

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.waiting: list[bytes] = []
        self.beating = False

    def add(self, hand: int, move: bytes) -> None:
        """`hand` moved. `move` is the page's own affair; it is passed on as it came."""
        self.waiting += (HEADER.pack(hand, len(move)), move)
        if not self.beating:
            self.tick()

    def tick(self) -> None:
        self.beating = bool(self.waiting)
        if self.beating:
            broadcast(self.topic, "moves", b"".join(self.waiting))
            self.waiting.clear()
            asyncio.get_running_loop().call_later(SECONDS, self.tick)


_beats: WeakValueDictionary[str, Beat] = WeakValueDictionary()


def beat_of(topic: str) -> Beat:
    """The topic's beat in this process, for as long as somebody keeps it."""
    beat = _beats.get(topic)
    if beat is None:
        beat = _beats[topic] = Beat(topic)
    return beat
