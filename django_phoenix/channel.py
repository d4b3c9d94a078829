"""Channel: what happens on one topic for one client (Phoenix.Channel).

    class RoomChannel(Channel):
        async def join(self, payload, *, room):
            self.assigns.room = await Room.objects.aget(pk=room)

        @event
        async def new_msg(self, body: str):
            self.broadcast("new_msg", {"body": body})
            return {"ok": True}

Every callback is ``def`` or ``async def``. ``async def`` runs on the event loop and must not block; ``def``
runs in a thread and may. One channel handles one message at a time, in order; an exception ends it with
``phx_error`` and the client joins again. The methods that ask for something (``push``, ``broadcast``, …) are
ordinary functions in both kinds, never block, work from any thread and take hold at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from django_phoenix import pubsub
from django_phoenix.exceptions import JoinRefused
from django_phoenix.history import History
from django_phoenix.params import Params, event
from django_phoenix.presence import Key, Meta, Owning, Presence, owner_of
from django_phoenix.rates import RateLike
from django_phoenix.transport.answers import answer_to
from django_phoenix.transport.post import send
from django_phoenix.wire.message import Broadcast, Reply

if TYPE_CHECKING:
    from django_phoenix.socket import Socket
    from django_phoenix.transport.channel_server import ChannelServer
    from django_phoenix.transport.handles import Pending, Timer

__all__ = ["Broadcast", "Channel", "JoinRefused", "Params", "Reply", "Stop", "event", "send"]


@dataclass(frozen=True, slots=True)
class Stop:
    """Return it from a callback to end the channel: ``reply``, if any, is sent first, then ``phx_close``."""

    reason: Any = "normal"
    reply: Reply | dict[str, Any] | None = None


# Stands for the setting.
EVENT_RATE = "EVENT_RATE"


class Assigns(SimpleNamespace):
    """Your own state: ``self.assigns.room = room``."""


class Channel:
    """One client on one topic. Subclass it and name the class in a Socket's ``channels``."""

    # Events whose broadcasts go through ``handle_out`` instead of straight to the client.
    intercept: ClassVar[Collection[str]] = ()

    # How often one client may send events to this channel: "50/s", "100/10s", (100, 10); None: no limit. What
    # is more is answered with an error. The one below stands for the setting of that name.
    rate: ClassVar[RateLike | None] = EVENT_RATE

    # Whether broadcasts on the channel's own topic reach the client.
    subscribes: ClassVar[bool] = True

    # What its topics remember, for clients that come back: History(size=100, ttl=300). None: nothing.
    history: ClassVar[History | None] = None

    # Who is on the topic: its clients get ``presence_state`` after the join, and each ``presence_diff``.
    presence: ClassVar[type[Presence] | None] = None

    __slots__ = ("__dict__", "__weakref__", "server")

    def __init__(self, server: ChannelServer) -> None:
        self.server = server

    # Callbacks.

    def join(self, payload: Any, **captures: Any) -> Any:
        """May this client in? ``payload``, a dict, is the client's; ``captures`` come from the topic pattern.

        Return None or a dict, which is the reply; raise ``JoinRefused({...})`` to say no. What is pushed here
        reaches the client after the reply.
        """

    def handle_in(self, event: str, payload: Any) -> Any:
        """A client's event that no ``@event`` method takes. Return None, a dict, a Reply or Stop.

        ``payload`` is a dict, or bytes for a binary push.
        """

    def handle_out(self, event: str, payload: Any) -> Any:
        """A broadcast whose event is named in ``intercept``. Push what the client should see of it."""

    def handle_info(self, message: Any) -> Any:
        """A message from ``send``, ``send_after``, or a Broadcast of a topic from ``subscribe``."""

    def after_join(self) -> Any:
        """The client has its reply, nothing else has been handled yet. Return None or Stop.

        Here goes what takes time, or must come after what the reply says.
        """

    def terminate(self, reason: Any) -> Any:
        """The channel has ended: "left", "closed", what ``stop`` was given, or the exception it died of."""

    def refusal(self, error: Exception) -> dict[str, Any] | None:
        """``join`` or an event has raised ``error``: the response of an error reply; None if it is a crash.

        Django's PermissionDenied, Http404 and ValidationError, and InvalidToken, need nothing of yours.
        Override it for exceptions of your own, and ask ``super()`` about the others. A plain ``def`` that
        runs on the event loop.
        """
        return answer_to(error, self.user)

    # Who and where.

    @property
    def socket(self) -> Socket:
        """The client's socket, shared by its channels."""
        return self.server.connection.socket

    @property
    def topic(self) -> str:
        """Such as ``"room:1"``."""
        return self.server.topic

    @property
    def params(self) -> dict[str, Any]:
        """What the topic pattern captured."""
        return self.server.captures

    @property
    def user(self) -> Any:
        """Django's user of the handshake."""
        return self.socket.user

    @property
    def assigns(self) -> Any:
        """Your own state. It begins as a copy of the socket's assigns."""
        assigns = self.__dict__.get("_assigns")
        if assigns is None:
            assigns = self.__dict__["_assigns"] = Assigns(**vars(self.socket.assigns))
        return assigns

    @property
    def ref(self) -> str:
        """This channel's address for ``send``, and for ``pubsub.broadcast_from``."""
        return self.server.ref

    # Asking for something.

    def push(self, event: str, payload: dict[str, Any] | bytes | None = None) -> None:
        """Send an event to this client. TypeError if the payload is no JSON object and no bytes."""
        self.server.push(event, {} if payload is None else payload)

    def broadcast(self, event: str, payload: dict[str, Any] | bytes | None = None, **options: Any) -> None:
        """Send an event to everybody on this topic. Inside a transaction it waits for the commit."""
        pubsub.broadcast(self.topic, event, {} if payload is None else payload, **options)

    def broadcast_from(
        self, event: str, payload: dict[str, Any] | bytes | None = None, **options: Any
    ) -> None:
        """Send an event to everybody on this topic but this client's channel."""
        pubsub.broadcast_from(self.ref, self.topic, event, {} if payload is None else payload, **options)

    def subscribe(self, topic: str) -> None:
        """From now on, broadcasts on ``topic`` come to ``handle_info``."""
        self.server.subscribe(topic)

    def unsubscribe(self, topic: str) -> None:
        """The end of ``subscribe``."""
        self.server.unsubscribe(topic)

    def track(self, key: Key, meta: Mapping[str, Any] | None = None) -> str:
        """Say that ``key`` is on this topic, until the channel ends. Returns the ``phx_ref``.

        Raises AlreadyTracked if this channel has said so already.
        """
        return self._presence().track(self, key, meta)

    def untrack(self, key: Key) -> None:
        """Say that ``key`` is not on this topic any more. Nothing happens if it was not."""
        self._presence().untrack(self, key)

    def update(self, key: Key, meta: Meta) -> str:
        """Another meta for ``key``, or a function that makes it from the former one; NotTracked if none."""
        return self._presence().update(self, key, meta)

    def _presence(self) -> type[Presence]:
        if self.presence is None:
            raise TypeError(
                f"{self.log_name} has no presence to track in: set {self.log_name}.presence to a subclass "
                "of Presence."
            )
        return self.presence

    def send(self, ref: str, message: Any) -> None:
        """Put ``message`` before ``handle_info`` of another channel, of any client, by its ``ref``.

        It may be anything within one operating system process; a channel of another one gets it as JSON.
        Nothing happens if that channel has ended. TypeError if it is elsewhere and the message no JSON.
        """
        send(ref, message)

    def send_after(self, seconds: float, message: Any) -> Timer:
        """Get ``message`` in ``handle_info`` after a while. ``cancel()`` what is returned to call it off."""
        return self.server.send_after(seconds, message)

    def send_every(self, seconds: float, message: Any) -> Timer:
        """Get ``message`` in ``handle_info`` again and again, until ``cancel()`` or the end of the channel.

        The first comes after ``seconds``. None come while one still waits to be handled. ValueError if
        ``seconds`` is not more than 0.
        """
        return self.server.send_every(seconds, message)

    def reply_later(self) -> Pending:
        """In an event handler: keep the push, return None, and answer it when the answer is known.

        ``pending.ok({...})`` and ``pending.error({...})`` work from any thread, once.
        """
        return self.server.reply_later()

    def stop(self, reason: Any = "normal") -> None:
        """End this channel after the message in hand: ``terminate(reason)``, then ``phx_close``."""
        self.server.stop_from_anywhere(reason)

    # What the machinery may ask of special channels.

    # Whether `join` is asked about a payload that is no JSON object, too.
    takes_any_payload: ClassVar[bool] = False

    # Whether `handle_idle` is to be called next time.
    wants_idle = False

    async def handle_idle(self) -> None:
        """The mailbox has run empty."""

    @property
    def log_name(self) -> str:
        """How log lines call it."""
        return type(self).__name__


@owner_of.register(Channel)
def _(channel: Channel) -> Owning:
    return Owning(channel.server, channel.topic)
