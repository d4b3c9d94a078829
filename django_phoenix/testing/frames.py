"""The client's side of the wire (V2): what a test sends, and what the server's frames mean."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from django_phoenix.wire.binary import cut, head
from django_phoenix.wire.encoding import dumps
from django_phoenix.wire.message import Frame
from django_phoenix.wire.v2 import BROADCAST, PUSH, REPLY

# How many strings stand before the payload of a binary frame, by its kind.
FIELDS = {PUSH: 3, REPLY: 4, BROADCAST: 2}


class Arrival(NamedTuple):
    """One frame of the server, taken apart."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Any


def encode(join_ref: str | None, ref: str | None, topic: str, event: str, payload: Any) -> Frame:
    """A client's push. Raises TypeError for a payload that is neither JSON nor bytes."""
    if isinstance(payload, bytes):
        return head(PUSH, (join_ref or "", ref or "", topic, event)) + payload
    return dumps([join_ref, ref, topic, event, payload])


def read(frame: Frame) -> Arrival:
    """A frame that the server has sent."""
    if isinstance(frame, str):
        return Arrival(*orjson.loads(frame))
    kind = frame[0]
    start = 1 + FIELDS[kind]
    fields, data = cut(frame, frame[1:start], start)
    if kind == PUSH:
        return Arrival(fields[0] or None, None, fields[1], fields[2], data)
    if kind == BROADCAST:
        return Arrival(None, None, fields[0], fields[1], data)
    join_ref, ref, topic, status = fields
    return Arrival(join_ref or None, ref or None, topic, "phx_reply", {"status": status, "response": data})
