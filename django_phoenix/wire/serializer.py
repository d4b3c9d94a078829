"""The serializers, and which of them a client has asked for."""

from __future__ import annotations

import re
from typing import Any, Protocol

from django_phoenix.exceptions import NoBinary
from django_phoenix.wire import v1, v2
from django_phoenix.wire.message import Frame, Message, Ref
from django_phoenix.wire.supabase import Dialect

VERSION = re.compile(r"([12])\.0\.[0-9]+", re.ASCII)
REFUSED = {"reason": "binary is not supported"}

# What a mount's clients speak.
PHOENIX, SUPABASE = DIALECTS = ("phoenix", "supabase")


class Serializer(Protocol):
    """Between messages and frames, for one version of the protocol.

    Payloads and responses are any JSON value, or bytes. Raises TypeError for what is no JSON, ValueError for
    a field that is too long for a binary frame, NoBinary for bytes that the client can't be sent.
    """

    def decode(self, frame: Frame) -> Message:
        """One frame from a client. Raises ProtocolError when it is not a message."""

    def encode_reply(self, join_ref: Ref, ref: Ref, topic: str, status: str, response: Any) -> Frame:
        """The answer to the push ``ref``. Where there is no binary, bytes become an error reply."""

    def encode_push(self, join_ref: Ref, topic: str, event: str, payload: Any) -> Frame:
        """A message for the one channel that joined with ``join_ref``."""

    def encode_control(self, join_ref: Ref, topic: str, event: str, payload: dict[str, Any]) -> str:
        """``phx_close`` and ``phx_error``."""

    def encode_broadcast(self, topic: str, event: str, payload: Any) -> Frame:
        """A message for everybody on the topic."""


class TextOnly:
    """A serializer for a client that can't be sent binary frames."""

    def __init__(self, serializer: Serializer) -> None:
        self._reply = serializer.encode_reply
        self._push = serializer.encode_push
        self._broadcast = serializer.encode_broadcast
        self.decode = serializer.decode
        self.encode_control = serializer.encode_control

    def encode_reply(self, join_ref: Ref, ref: Ref, topic: str, status: str, response: Any) -> Frame:
        """Bytes become an error, so that the client does not wait in vain."""
        if isinstance(response, bytes):
            status, response = "error", REFUSED
        return self._reply(join_ref, ref, topic, status, response)

    def encode_push(self, join_ref: Ref, topic: str, event: str, payload: Any) -> Frame:
        """Raises NoBinary for bytes."""
        if isinstance(payload, bytes):
            raise NoBinary(topic, event)
        return self._push(join_ref, topic, event, payload)

    def encode_broadcast(self, topic: str, event: str, payload: Any) -> Frame:
        """Raises NoBinary for bytes."""
        if isinstance(payload, bytes):
            raise NoBinary(topic, event)
        return self._broadcast(topic, event, payload)


V1: Serializer = TextOnly(v1)
V2: Serializer = v2
# For long-polling, whose client reads every message as text.
V2_TEXT: Serializer = TextOnly(v2)


# Per dialect: version 1, version 2, and version 2 without binary frames. Supabase's clients take no binary
# replies.
_SERIALIZERS: dict[str, tuple[Serializer, Serializer, Serializer]] = {
    PHOENIX: (V1, V2, V2_TEXT),
    SUPABASE: (Dialect(V1, binary=False), Dialect(V2_TEXT, binary=True), Dialect(V2_TEXT, binary=False)),
}


def serializer_for(version: object, *, binary: bool, dialect: str = PHOENIX) -> Serializer | None:
    """The serializer for a client's ``vsn``; None if there is none. ``binary``: whether its transport can."""
    found = VERSION.fullmatch(version) if isinstance(version, str) else None
    if found is None:
        return None
    first, second, second_as_text = _SERIALIZERS[dialect]
    if found[1] == "1":
        return first
    return second if binary else second_as_text
