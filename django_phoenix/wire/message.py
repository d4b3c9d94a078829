"""The values that travel: a client's Message, a Reply to it, and a Broadcast."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

# The official client counts in decimal strings; some others use integers. It is echoed as it came.
Ref = str | int | None

# A frame on the wire: text, or binary when its payload is bytes.
Frame = str | bytes

REF_TYPES = frozenset({str, int, type(None)})

# How the events begin that the protocol itself has.
OF_THE_PROTOCOL = "phx_"

SHOWN = 200


class Message(NamedTuple):
    """What a client sent. ``payload`` is whatever JSON it was, or ``bytes`` from a binary frame."""

    join_ref: Ref
    ref: Ref
    topic: str
    event: str
    payload: Any

    def __str__(self) -> str:
        refs = f"({self.join_ref}/{self.ref})"
        return f"{_cut(self.event)} on {_cut(self.topic)} {refs} {_cut(repr(self.payload))}"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A message of a topic, as ``handle_info`` and ``handle_out`` get it."""

    topic: str
    event: str
    payload: Any

    def __str__(self) -> str:
        return f"broadcast {_cut(self.event)} on {_cut(self.topic)} {_cut(repr(self.payload))}"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one push: ``Reply.ok({...})``, ``Reply.error({...})``. A bare dict is short for ok."""

    status: str
    response: Any = field(default_factory=dict)

    @classmethod
    def ok(cls, response: Any = None) -> Reply:
        """The client's ``receive("ok")`` is called with ``response`` (a JSON object, or bytes)."""
        return cls("ok", _response(response))

    @classmethod
    def error(cls, response: Any = None) -> Reply:
        """The client's ``receive("error")`` is called with ``response`` (a JSON object, or bytes)."""
        return cls("error", _response(response))


def _response(response: Any) -> Any:
    if response is None:
        return {}
    if isinstance(response, dict | bytes):
        return response
    raise TypeError(
        f"A reply's response should be a dict, such as {{'reason': …}}, or bytes, got {response!r:.100}."
    )


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"
