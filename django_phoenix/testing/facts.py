"""What both faces of the kit show without waiting: the client's side, and the server's objects behind it."""

from __future__ import annotations

from typing import Any

from django_phoenix.testing.inbox import Received
from django_phoenix.testing.peer import Listener, Peer, Talk
from django_phoenix.testing.presences import Presences, presences_in
from django_phoenix.testing.world import World


class SubscriptionFacts:
    """Of a Subscription."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._world = listener.world

    @property
    def received(self) -> list[Received]:
        """All that was broadcast, oldest first."""
        return list(self._listener.inbox.entries)


class SocketFacts:
    """Of a ClientSocket."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._world: World = peer.world

    @property
    def instance(self) -> Any:
        """Your Socket object."""
        return self._peer.connection.socket

    @property
    def assigns(self) -> Any:
        """Your Socket's assigns."""
        return self.instance.assigns

    @property
    def id(self) -> str | None:
        """What your ``id()`` gave."""
        return self._peer.connection.socket.id_at_handshake


class ChannelFacts:
    """Of a ClientChannel."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._world = talk.world

    @property
    def topic(self) -> str:
        """Such as ``"room:1"``."""
        return self._talk.topic

    @property
    def response(self) -> Any:
        """The reply to the join."""
        return self._talk.response

    @property
    def joined(self) -> bool:
        """False after ``leave``, a crash, or the server's own end of it."""
        return self._talk.joined

    @property
    def instance(self) -> Any:
        """Your Channel object."""
        return self._talk.instance

    @property
    def assigns(self) -> Any:
        """Your Channel's assigns."""
        return self.instance.assigns

    @property
    def received(self) -> list[Received]:
        """All that came from the server, oldest first."""
        return list(self._talk.inbox.entries)

    @property
    def presences(self) -> Presences:
        """Who is here, as this client knows it: key to ``{"metas": […], …}``, as from ``Presence.list``."""
        return presences_in(self._talk.inbox.entries)
