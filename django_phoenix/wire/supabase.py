"""The dialect of Supabase's Realtime clients: V1 and V2 with every event inside one named "broadcast".

What a client sends by ``send({type: "broadcast", event: "say", payload})`` is the event "say" here, and an
event that a channel pushes or broadcasts reaches the client's ``on("broadcast", {event: "said"}, …)``. What
the protocol and Presence send stays as it is. V2 has two further kinds of binary frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from django_phoenix.exceptions import ProtocolError
from django_phoenix.wire.binary import cut, head
from django_phoenix.wire.message import OF_THE_PROTOCOL, Frame, Message, Ref

if TYPE_CHECKING:
    from django_phoenix.wire.serializer import Serializer

ENVELOPE = "broadcast"

# Kinds of binary frames, and how their payload is written.
USER_PUSH, USER_BROADCAST = 3, 4
BINARY, JSON = 0, 1

# Events that the clients know by name, beside those of the protocol itself.
KNOWN = frozenset({ENVELOPE, "presence_state", "presence_diff", "postgres_changes", "system"})


class Dialect:
    """A serializer around another one, ``plain``. ``binary``: whether the client takes binary frames."""

    def __init__(self, plain: Serializer, *, binary: bool) -> None:
        self._plain = plain
        self._binary = binary
        self.encode_reply = plain.encode_reply
        self.encode_control = plain.encode_control

    def decode(self, frame: Frame) -> Message:
        """One frame from a client. Raises ProtocolError when it is not a message."""
        if self._binary and isinstance(frame, bytes) and frame[:1] == bytes((USER_PUSH,)):
            return _decode_user_push(frame)
        message = self._plain.decode(frame)
        content = message.payload
        if message.event != ENVELOPE or type(content) is not dict or type(content.get("event")) is not str:
            return message
        return message._replace(event=content["event"], payload=content.get("payload", {}))

    def encode_push(self, join_ref: Ref, topic: str, event: str, payload: Any) -> Frame:
        """A message for one channel."""
        if self._binary and isinstance(payload, bytes):
            return _user_broadcast(topic, event, payload)
        return self._plain.encode_push(join_ref, topic, *_translated(event, payload))

    def encode_broadcast(self, topic: str, event: str, payload: Any) -> Frame:
        """A message for everybody on the topic."""
        if self._binary and isinstance(payload, bytes):
            return _user_broadcast(topic, event, payload)
        return self._plain.encode_broadcast(topic, *_translated(event, payload))


def _decode_user_push(frame: bytes) -> Message:
    if len(frame) < 7:
        raise ProtocolError("a binary frame of kind 3 should begin with five lengths and an encoding")
    (join_ref, ref, topic, event, _), content = cut(frame, frame[1:6], 7)
    payload: Any = content
    if frame[6] == JSON:
        try:
            payload = orjson.loads(content)
        except ValueError as error:
            raise ProtocolError(f"the payload of a binary frame of kind 3 should be JSON: {error}") from None
    return Message(join_ref or None, ref or None, topic, event, payload)


def _translated(event: str, payload: Any) -> tuple[str, Any]:
    if isinstance(payload, bytes) or event in KNOWN or event.startswith(OF_THE_PROTOCOL):
        return event, payload
    return ENVELOPE, _enveloped(event, payload)


def _enveloped(event: str, payload: Any) -> dict[str, Any]:
    return {"type": ENVELOPE, "event": event, "payload": payload}


def _user_broadcast(topic: str, event: str, payload: bytes) -> bytes:
    no_metadata = ""
    return head(USER_BROADCAST, (topic, event, no_metadata), bytes((BINARY,))) + payload
