"""What lies in a channel's mailbox, beside the client's plain Messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django_phoenix.wire.message import Message

if TYPE_CHECKING:
    from django_phoenix.transport.channel_process import ChannelProcess


class Join(NamedTuple):
    """First in the mailbox: the client's phx_join, and the process that it replaces, if any."""

    message: Message
    predecessor: ChannelProcess | None


@dataclass(slots=True)
class Info:
    """For handle_info."""

    message: Any


class Out(NamedTuple):
    """For handle_out: an intercepted broadcast."""

    event: str
    payload: Any


class Waiting(NamedTuple):
    """A client's message that found the process busy, and the bytes that it holds meanwhile."""

    message: Message
    size: int
