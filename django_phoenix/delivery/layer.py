"""What we know about Django Channels' channel layers, and the shape of our messages on them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Container
from typing import Any, NamedTuple

from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import InMemoryChannelLayer, channel_layers, get_channel_layer

from django_phoenix.delivery.envelope import Delivery, make_delivery

BROADCASTS, PROBE = "phx.broadcasts", "phx.probe"
# The group of all hubs, for messages that hold broadcasts on many topics.
EVERYBODY = "phx.everybody"
# Between a publisher's name and that of the one process that it numbers its broadcasts for.
TO = ">"


class Part(NamedTuple):
    """Broadcasts of one publisher on one topic, in order.

    ``first`` is the number of the first of them; ``begins``: the publisher's count on the topic begins there.
    """

    topic: str
    first: int
    deliveries: list[Delivery]
    begins: bool = False


class Packet(NamedTuple):
    """What one publisher (``stream``, in the process ``node``) sends in one message."""

    node: str
    stream: str
    parts: list[Part]

    @property
    def is_for_all(self) -> bool:
        """Or for one process only."""
        return TO not in self.stream


def current_layer() -> Any:
    """The site's default layer when it reaches other processes; None when there is nothing to send to."""
    layer = get_channel_layer()
    return None if layer is None or isinstance(layer, InMemoryChannelLayer) else layer


def separate_layer() -> Any:
    """A second instance: some layers can only be read on one event loop."""
    return channel_layers.make_backend(DEFAULT_CHANNEL_LAYER)


def prepare(layer: Any) -> None:
    """Let the Redis core layer wait on an idle queue for longer than redis-py's own timeout.

    It blocks for five seconds, and redis-py 8 gives up on a silent socket after just as long. A timeout
    that the site has chosen itself is kept.
    """
    if hasattr(layer, "brpop_timeout"):
        for host in layer.hosts:
            host.setdefault("socket_timeout", None)


def group_expiry(layer: Any) -> float | None:
    """Seconds after which the layer forgets a membership that is not renewed; None: never."""
    try:
        return float(layer.group_expiry)
    except AttributeError:
        return None


def group_name(topic: str) -> str:
    """A group's name may hold few characters and 99 of them at most; a topic is any string."""
    digest = hashlib.blake2b(topic.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
    return f"phx.{digest}"


def node_group(node: str) -> str:
    """The group of one process."""
    return group_name(f"node {node}")


def shards(layer: Any) -> int:
    """Servers over which the layer spreads its groups: no order is kept between them."""
    return getattr(layer, "ring_size", 0) or len(getattr(layer, "_shards", "1"))


def pack(packet: Packet) -> dict[str, Any]:
    """The message for the layer."""
    parts = [
        [part.topic, part.first, [_entry(delivery) for delivery in part.deliveries], part.begins]
        for part in packet.parts
    ]
    return {"type": BROADCASTS, "node": packet.node, "stream": packet.stream, "parts": parts}


def unpack(message: dict[str, Any], wanted: Container[str]) -> Packet:
    """The other way round, with the parts whose topic is wanted.

    The deliveries have no sender: it is in another process. Raises KeyError, TypeError or ValueError for
    what is no such message.
    """
    parts = [
        Part(topic, first, [_delivery(topic, *entry) for entry in entries], begins)
        for topic, first, entries, begins in message["parts"]
        if topic in wanted
    ]
    return Packet(message["node"], message["stream"], parts)


def _entry(delivery: Delivery) -> list[str]:
    if isinstance(delivery.frame, str):
        return [delivery.event, "text", delivery.frame]
    # Not every layer carries bytes.
    return [delivery.event, "binary", base64.b64encode(delivery.payload).decode()]


def _delivery(topic: str, event: str, kind: str, content: str) -> Delivery:
    if kind == "text":
        return Delivery(topic, event, content)
    return make_delivery(topic, event, base64.b64decode(content))
