"""Phoenix's serializer V2: text and binary frames, both ways. The only file that knows the five-item list."""

from __future__ import annotations

from typing import Any

import orjson

from django_phoenix.exceptions import ProtocolError
from django_phoenix.wire.binary import cut, head
from django_phoenix.wire.encoding import dumps
from django_phoenix.wire.message import REF_TYPES, Frame, Message, Ref

# Kinds of binary frames.
PUSH, REPLY, BROADCAST = 0, 1, 2


def decode(frame: Frame) -> Message:
    """One frame from a client. Raises ProtocolError when it is not a message."""
    if isinstance(frame, bytes):
        return _decode_binary(frame)
    try:
        fields = orjson.loads(frame)
    except ValueError as error:
        raise ProtocolError(f"a text frame should be JSON: {error}") from None
    if type(fields) is not list or len(fields) < 5:
        raise ProtocolError("a text frame should be an array [join_ref, ref, topic, event, payload]")
    join_ref, ref, topic, event, payload = fields if len(fields) == 5 else fields[:5]
    if type(topic) is not str or type(event) is not str:
        raise ProtocolError("topic and event should be strings")
    if type(join_ref) not in REF_TYPES or type(ref) not in REF_TYPES:
        raise ProtocolError("join_ref and ref should be strings or null")
    return Message(join_ref, ref, topic, event, payload)


def encode_reply(join_ref: Ref, ref: Ref, topic: str, status: str, response: Any) -> Frame:
    """The answer to the push ``ref``. ``response`` is any JSON value, or bytes for a binary frame.

    Raises TypeError when the response is no JSON, ValueError when a field of a binary frame is too long.
    """
    if isinstance(response, bytes):
        return _binary(REPLY, (_text(join_ref), _text(ref), topic, status), response)
    # The order status, response is kept: tools and tests read the raw frame.
    return dumps([join_ref, ref, topic, "phx_reply", {"status": status, "response": response}])


def encode_push(join_ref: Ref, topic: str, event: str, payload: Any) -> Frame:
    """A message for the one channel that joined with ``join_ref``. Errors as in encode_reply."""
    if isinstance(payload, bytes):
        return _binary(PUSH, (_text(join_ref), topic, event), payload)
    return dumps([join_ref, None, topic, event, payload])


def encode_control(join_ref: Ref, topic: str, event: str, payload: dict[str, Any]) -> str:
    """``phx_close`` and ``phx_error``: their ref is the join_ref."""
    return dumps([join_ref, join_ref, topic, event, payload])


def encode_broadcast(topic: str, event: str, payload: Any) -> Frame:
    """A message for everybody on the topic: the same bytes for all. Errors as in encode_reply."""
    if isinstance(payload, bytes):
        return _binary(BROADCAST, (topic, event), payload)
    return dumps([None, None, topic, event, payload])


def _decode_binary(frame: bytes) -> Message:
    if len(frame) < 5 or frame[0] != PUSH:
        raise ProtocolError("a binary frame should be a push (kind 0) with four lengths")
    (join_ref, ref, topic, event), payload = cut(frame, frame[1:5], 5)
    return Message(join_ref or None, ref or None, topic, event, payload)


def _binary(kind: int, fields: tuple[str, ...], payload: bytes) -> bytes:
    return head(kind, fields) + payload


def _text(ref: Ref) -> str:
    return "" if ref is None else str(ref)
