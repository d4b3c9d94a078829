"""Phoenix's serializer V1: a JSON object for each message, text only. Older clients and other people's speak
it.

It has no join_ref on the way out, and not all clients send one.
"""

from __future__ import annotations

from typing import Any

import orjson

from django_phoenix.exceptions import ProtocolError
from django_phoenix.wire.encoding import dumps
from django_phoenix.wire.message import REF_TYPES, Frame, Message, Ref

UNSUPPORTED_DATA = 1003


def decode(frame: Frame) -> Message:
    """One frame from a client. Raises ProtocolError when it is not a message."""
    if isinstance(frame, bytes):
        raise ProtocolError("version 1 of the protocol has no binary frames", UNSUPPORTED_DATA)
    try:
        fields = orjson.loads(frame)
    except ValueError as error:
        raise ProtocolError(f"a text frame should be JSON: {error}") from None
    try:
        topic, event, payload, ref = fields["topic"], fields["event"], fields["payload"], fields["ref"]
    except (TypeError, KeyError):
        raise ProtocolError("a text frame should be an object with topic, event, payload and ref") from None
    join_ref = fields.get("join_ref")
    if type(topic) is not str or type(event) is not str:
        raise ProtocolError("topic and event should be strings")
    if type(join_ref) not in REF_TYPES or type(ref) not in REF_TYPES:
        raise ProtocolError("join_ref and ref should be strings or null")
    if join_ref is None and event == "phx_join":
        # So that the end of an earlier join is not taken for the end of a later one: see encode_control.
        join_ref = ref
    return Message(join_ref, ref, topic, event, payload)


def encode_reply(join_ref: Ref, ref: Ref, topic: str, status: str, response: Any) -> Frame:
    """The answer to the push ``ref``. Raises TypeError when the response is no JSON."""
    return _encode(ref, topic, "phx_reply", {"status": status, "response": response})


def encode_push(join_ref: Ref, topic: str, event: str, payload: Any) -> Frame:
    """A message for one channel. Errors as in encode_reply."""
    return _encode(None, topic, event, payload)


def encode_control(join_ref: Ref, topic: str, event: str, payload: dict[str, Any]) -> str:
    """``phx_close`` and ``phx_error``: their ref is the join_ref."""
    return _encode(join_ref, topic, event, payload)


def encode_broadcast(topic: str, event: str, payload: Any) -> Frame:
    """A message for everybody on the topic. Errors as in encode_reply."""
    return _encode(None, topic, event, payload)


def _encode(ref: Ref, topic: str, event: str, payload: Any) -> str:
    return dumps({"topic": topic, "event": event, "payload": payload, "ref": ref})
