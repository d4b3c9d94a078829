"""Messages from process to process by ref: in this operating system process by hand, to others as JSON.

A ref is ``<node>.<secret>``: where the addressee is served, and what nobody can guess.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import TYPE_CHECKING, Any

from django_phoenix import pubsub
from django_phoenix.wire.topic import INTERNAL

if TYPE_CHECKING:
    from django_phoenix.transport.channel_process import ChannelProcess

# Where the messages of other nodes come in.
TOPIC = f"{INTERNAL}post"

_addresses: dict[str, ChannelProcess] = {}
# A child serves none of its parent's clients.
os.register_at_fork(after_in_child=_addresses.clear)


def register(process: ChannelProcess) -> str:
    """A ref for ``process``, which ``forget`` ends. From any thread."""
    ref = f"{pubsub.node_name()}.{secrets.token_urlsafe(12)}"
    _addresses[ref] = process
    process.on_loop(pubsub.subscribe, TOPIC, _letter_box)
    return ref


def forget(ref: str) -> None:
    """Nobody is there any more."""
    _addresses.pop(ref, None)


def send(ref: str, message: Any) -> None:
    """Put ``message`` before ``handle_info`` of whom ``ref`` is, if it still is. From any thread.

    Raises TypeError for a message to another node that is no JSON.
    """
    if not isinstance(ref, str):
        raise TypeError(f"send: the ref of a channel is a string, got {type(ref).__name__}.")
    process = _addresses.get(ref)
    if process is not None:
        process.on_loop(process.inform, message)
        return
    node, dot, _ = ref.partition(".")
    if dot and node != pubsub.node_name():
        pubsub.direct_broadcast(node, TOPIC, "send", {"to": ref, "message": message}, on_commit=False)


class _LetterBox:
    """Subscribed on every loop that has given out refs."""

    def deliver(self, delivery: pubsub.Delivery) -> None:
        """A message of another node, for one of this loop's processes."""
        process = _addresses.get(delivery.payload["to"])
        if process is not None and process.loop is asyncio.get_running_loop():
            process.inform(delivery.payload["message"])


_letter_box = _LetterBox()
