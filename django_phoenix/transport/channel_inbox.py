"""What gets into a channel's mailbox, and what is answered and turned away: too much, too soon, too late."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django_phoenix import pubsub
from django_phoenix.conf import settings
from django_phoenix.delivery.envelope import place_of
from django_phoenix.transport.channel_process import ChannelProcess
from django_phoenix.transport.letters import Info, Out, Waiting
from django_phoenix.transport.limiter import come_again
from django_phoenix.wire.message import Message
from django_phoenix.wire.serializer import V2

if TYPE_CHECKING:
    from django_phoenix.transport.blueprint import Blueprint
    from django_phoenix.transport.connection import Connection

logger = logging.getLogger("django_phoenix.channel")


class ChannelInbox(ChannelProcess):
    """The side of a joined topic that its client and the broadcasts come to."""

    __slots__ = ("_limiter", "_plain")

    def __init__(
        self, connection: Connection, blueprint: Blueprint, message: Message, captures: dict[str, Any]
    ) -> None:
        super().__init__(connection, blueprint, message, captures)
        # None where nothing is limited.
        self._limiter = blueprint.limiter(connection.meter)
        # Whether the frame that a broadcast of our topic brings is what the client gets.
        self._plain = connection.serializer is V2 and blueprint.subscribes and not blueprint.intercept

    def receive(self, message: Message, size: int) -> None:
        """A client's message. It gets an error reply if there are too many, or the channel has ended."""
        if self._limiter is not None and (wait := self._limiter.wait(self.channel, message.event)):
            self.reply(self.join_ref, message.ref, "error", come_again(wait))
            return
        if not self._busy:
            if not self.post(message, eager=True):
                self.reply_unmatched(message)
        elif self.connection.waiting_bytes + size > settings.MAILBOX_BYTES:
            self._turn_away(message)
        elif self.post(Waiting(message, size)):
            self.connection.waiting_bytes += size
        else:
            self._turn_away(message)

    def leave(self, message: Message, size: int) -> bool:
        """A client's phx_leave; False if there is no room for it."""
        if not self._busy:
            return self.post(message)
        if self.connection.waiting_bytes + size > settings.MAILBOX_BYTES:
            return False
        waits = self.post(Waiting(message, size))
        if waits:
            self.connection.waiting_bytes += size
        return waits

    def deliver(self, delivery: pubsub.Delivery) -> None:
        """A broadcast of a topic that this channel is subscribed to."""
        if delivery.sender is not None and delivery.sender == self._ref:
            if delivery.offset is not None and delivery.topic == self.topic:
                self._emit(place_of(self.topic, delivery.offset))
        elif self._plain and delivery.place is None and delivery.topic == self.topic:
            self.emit(delivery.frame)
        else:
            self._deliver_otherwise(delivery)

    def inform(self, message: Any) -> None:
        self._post_or_count(Info(message))

    def _deliver_otherwise(self, delivery: pubsub.Delivery) -> None:
        blueprint = self.blueprint
        if delivery.topic != self.topic or not blueprint.subscribes:
            self.inform(delivery.broadcast)
        elif delivery.event in blueprint.intercept:
            self._post_or_count(Out(delivery.event, delivery.payload_on_the_wire))
        else:
            self._emit(delivery)
            if delivery.place is not None:
                self._emit(delivery.place)

    def _emit(self, delivery: pubsub.Delivery) -> None:
        frame = delivery.frame_for(self.connection.serializer)
        if frame is not None:
            self.emit(frame)

    def _post_or_count(self, item: Info | Out) -> None:
        if not self.post(item) and not self.ended:
            logger.error("%s: its mailbox is full, a message is lost.", self)
            self.connection.count_full_mailbox(self.topic, self.pending)

    def _turn_away(self, message: Message) -> None:
        if self.ended:
            self.reply_unmatched(message)
        else:
            logger.warning("%s: too many messages wait, %.100r is turned away.", self, message.event)
            self.connection.count_full_mailbox(self.topic, self.pending)
            self.reply(self.join_ref, message.ref, "error", {"reason": "too many messages waiting"})
