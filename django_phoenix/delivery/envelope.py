"""A broadcast on its way: made once, handed to every subscriber."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from django_phoenix.exceptions import NoBinary
from django_phoenix.wire.message import Broadcast, Frame
from django_phoenix.wire.serializer import V2, Serializer

logger = logging.getLogger("django_phoenix.pubsub")

# A place in a topic's history: the key in payloads and in join parameters, and the event that tells it alone.
OFFSET = "phx_offset"

_UNREAD: Any = object()


class Delivery:
    """One broadcast as a subscriber gets it; the same object for all of them.

    ``frame`` is the V2 frame, ready to be sent; ``frame_for`` gives other serializers'. ``payload`` is a JSON
    object, read from the frame when first asked for and shared: do not change it. ``sender`` is the reference
    of the process that should not get it, or None.

    ``stamp`` tells the same broadcast on every process: its publisher, its number there on this topic, and
    whether that count begins with it. None: it was not for all processes. ``offset`` is its place in the
    topic's history, which the frames hold, too; a binary one can't, so ``place`` goes after it.
    """

    __slots__ = (
        "_broadcast",
        "_frames",
        "_payload",
        "event",
        "frame",
        "offset",
        "place",
        "sender",
        "stamp",
        "topic",
    )

    def __init__(
        self, topic: str, event: str, frame: Frame, *, sender: object = None, payload: Any = _UNREAD
    ) -> None:
        self.topic = topic
        self.event = event
        self.frame = frame
        self.sender = sender
        self.stamp: tuple[str, int, bool] | None = None
        self.offset: str | None = None
        self.place: Delivery | None = None
        self._payload = payload
        self._broadcast: Broadcast | None = None
        # For other serializers than V2, when one is asked for.
        self._frames: dict[Serializer, Frame | None] | None = None

    @property
    def payload(self) -> Any:
        """A dict, or bytes for a binary broadcast."""
        if self._payload is _UNREAD:
            self._payload = V2.decode(self.frame).payload
            if self.offset is not None:
                del self._payload[OFFSET]
        return self._payload

    @property
    def broadcast(self) -> Broadcast:
        """As ``handle_info`` gets it; one for all, too."""
        if self._broadcast is None:
            self._broadcast = Broadcast(self.topic, self.event, self.payload)
        return self._broadcast

    @property
    def payload_on_the_wire(self) -> Any:
        """The payload with its offset, if it has one and can hold it."""
        payload = self.payload
        if self.offset is None or isinstance(payload, bytes):
            return payload
        return {**payload, OFFSET: self.offset}

    def at(self, offset: str) -> Delivery:
        """The same at a place of a topic's history."""
        if isinstance(self.frame, bytes):
            placed = Delivery(self.topic, self.event, self.frame, sender=self.sender, payload=self.payload)
            placed.place = place_of(self.topic, offset)
        else:
            placed = Delivery(self.topic, self.event, _with_offset(self.frame, offset), sender=self.sender)
        placed.stamp, placed.offset = self.stamp, offset
        return placed

    def frame_for(self, serializer: Serializer) -> Frame | None:
        """The frame in that serializer's form, made once for all; None if it has no form for binary."""
        if serializer is V2:
            return self.frame
        if self._frames is None:
            self._frames = {}
        if serializer not in self._frames:
            self._frames[serializer] = self._encoded(serializer)
        return self._frames[serializer]

    def _encoded(self, serializer: Serializer) -> Frame | None:
        try:
            return serializer.encode_broadcast(self.topic, self.event, self.payload_on_the_wire)
        except NoBinary as error:
            logger.warning("A broadcast is passed over: %s.", error)
            return None

    def __repr__(self) -> str:
        return f"<delivery of {self.event!r} on {self.topic!r}>"


class Subscriber(Protocol):
    """Who may subscribe: anything hashable with this method."""

    def deliver(self, delivery: Delivery, /) -> None:
        """Called on the loop of the subscription, once per broadcast; quick, and it never waits.

        A broadcast that is under way while the subscriber leaves may still come.
        """


def make_delivery(topic: str, event: str, payload: Any, sender: object = None) -> Delivery:
    """Check and encode, once for all. Raises TypeError naming topic and event."""
    if type(topic) is not str or not topic:
        raise TypeError(f"broadcast: the topic should be a non-empty string, got {topic!r}.")
    if type(event) is not str:
        raise TypeError(f"broadcast to {topic!r}: the event should be a string, got {event!r}.")
    if isinstance(payload, bytes):
        return _binary(topic, event, payload, sender)
    if not isinstance(payload, dict):
        raise TypeError(
            f"broadcast of {event!r} to {topic!r}: the payload should be a dict (a JSON object) or bytes, "
            f"got {type(payload).__name__}. Wrap it: {{'value': …}}."
        )
    try:
        return Delivery(topic, event, V2.encode_broadcast(topic, event, payload), sender=sender)
    except (TypeError, ValueError) as error:
        raise TypeError(f"broadcast of {event!r} to {topic!r}: the payload is not JSON: {error}") from error


def place_of(topic: str, offset: str) -> Delivery:
    """Tells a client that got something without an offset in it, or nothing, where it is now."""
    return make_delivery(topic, OFFSET, {OFFSET: offset})


def _with_offset(frame: str, offset: str) -> str:
    """A frame ends with its payload, an object; of two members of one name clients take the last."""
    comma = "" if frame.endswith("{}]") else ","
    return f'{frame[:-2]}{comma}"{OFFSET}":"{offset}"}}]'


def _binary(topic: str, event: str, payload: bytes, sender: object = None) -> Delivery:
    try:
        frame = V2.encode_broadcast(topic, event, payload)
    except ValueError as error:
        raise TypeError(f"broadcast of {event!r} to {topic!r} as binary: {error}") from error
    return Delivery(topic, event, frame, sender=sender, payload=payload)
