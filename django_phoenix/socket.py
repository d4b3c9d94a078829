"""Socket: who a client is, and which channels it may join (Phoenix.Socket).

    class UserSocket(Socket):
        channels = {"room:<int:room>": RoomChannel, "lobby": LobbyChannel}

        def connect(self, params):
            if not self.user.is_authenticated:
                raise ConnectRefused("log in first")

        def id(self):
            return f"users:{self.user.pk}"

Mount it with ``phoenix_application(..., sockets=[socket("socket/", UserSocket)])``, or in a ``URLRouter``
with ``UserSocket.as_asgi()``. A page connects with ``new Socket("/socket", {params: {_csrf_token: token}})``;
without the token session and user stay out (``session`` is None, ``user`` anonymous).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls.converters import get_converters

from django_phoenix import pubsub
from django_phoenix.channel import Assigns, Channel
from django_phoenix.decorators import refuse_those_of_views
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.rates import Rate, RateLike
from django_phoenix.transport import login_news
from django_phoenix.transport.connect_info import ConnectInfo
from django_phoenix.transport.consumer import PhoenixConsumer
from django_phoenix.transport.options import SocketOptions
from django_phoenix.wire.serializer import V2, Serializer
from django_phoenix.wire.topic import Route, TopicPattern, TopicTable

if TYPE_CHECKING:
    from django_phoenix.transport.login import Login
    from django_phoenix.transport.read_only_session import ReadOnlySession

__all__ = ["ConnectRefused", "Socket", "disconnect", "disconnect_user"]

Application = Callable[[Any, Any, Any], Any]


class Socket:
    """One client. Its channels share ``user``, ``session`` and ``assigns``."""

    # Topic pattern -> Channel class; the first that matches wins. Literal text, `*` at the end, or Django's
    # converters ("room:<int:room>"); a plain "<name>" stops at ":".
    channels: ClassVar[Mapping[str, type[Channel]]] = {}

    # How often a client may send events over this connection, to all its channels: "100/s", (100, 1). What is
    # more is answered with an error. None: no limit.
    rate: ClassVar[RateLike | None] = None

    # The language and time zone that callbacks run in; None is the site's default. The language is found as
    # Django's LocaleMiddleware finds it. `connect` may set both.
    language: str | None = None
    time_zone: Any = None

    # What the client speaks, and the sub-protocol that it was answered.
    serializer: Serializer = V2
    subprotocol: str | None = None

    # What ``connect_info.auth_token`` gives.
    auth_token: str | None = None

    # Whose it is, for closing it at the end of that login.
    login: Login | None = None

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope = scope
        # Django's user; None where django.contrib.auth is not installed.
        self.user: Any = None
        # Read-only. None if the CSRF token did not come or is wrong.
        self.session: ReadOnlySession | None = None
        self._assigns: Assigns | None = None
        self.id_at_handshake: str | None = None

    # Callbacks.

    def connect(self, params: dict[str, Any]) -> Any:
        """``def`` or ``async def``. ``params`` are those of the URL. Raise ConnectRefused to say no.

        It returns nothing: a False would look like a refusal, so anything but None is a TypeError.
        """

    def id(self) -> str | None:
        """A name for all sockets of, say, one user, such as ``"users:7"``. None: none.

        ``disconnect("users:7")`` closes them all, wherever they are served.
        """
        return None

    def refusal_response(self, refusal: ConnectRefused) -> HttpResponse:
        """The answer to a refused handshake, where the server can send one (all but older ones can)."""
        return HttpResponse(status=refusal.status)

    # Facts.

    @property
    def assigns(self) -> Assigns:
        """Your own state, from which every channel's begins."""
        if self._assigns is None:
            self._assigns = Assigns()
        return self._assigns

    @property
    def connect_info(self) -> ConnectInfo:
        """Address, headers, cookies of the handshake."""
        return ConnectInfo(self)

    # Mounting.

    @classmethod
    def as_asgi(cls, **options: Any) -> Application:
        """An ASGI application that serves this socket on whatever path it is routed to.

        Options, each with its default:

        * ``check_origin=True``: or False, "same", a list of origins, a function.
        * ``check_csrf=True``: session and user only for a page that sends the CSRF token.
        * ``auth_token=False``: take the client's ``authToken`` as ``connect_info.auth_token``.
        * ``subprotocols=()``: WebSocket sub-protocols that a client may ask for.
        * ``close_on_logout=None``: close connections when their login ends; None: CLOSE_ON_LOGOUT.
        * ``timeout=None``: seconds of silence before a connection is closed; None: IDLE_TIMEOUT.
        * ``longpoll=True``: serve long-polling too; False, or a dict with ``window_ms`` and
          ``pubsub_timeout_ms``.
        * ``dialect="phoenix"``: or "supabase", for Supabase's Realtime clients.
        """
        _topics(cls)
        _check_rate(cls)
        refuse_those_of_views(cls, cls.connect)
        checked = SocketOptions.read(cls.__name__, options)
        app: Application = PhoenixConsumer.as_asgi(socket_class=cls, options=checked)
        return app

    def route(self, topic: str) -> Route[type[Channel]] | None:
        """Which channel serves a topic."""
        return _topics(type(self)).resolve(topic)


def disconnect(socket_id: str, *, on_commit: bool = True) -> None:
    """Close all sockets whose ``id()`` gave this, on all nodes, with 1001: the clients come back and have to
    pass ``connect`` again. From any thread; inside a transaction it waits for the commit.
    """
    pubsub.broadcast(socket_id, "disconnect", {}, on_commit=on_commit)


def disconnect_user(user: Any, *, on_commit: bool = True) -> None:
    """Close all sockets of a user, whatever their ``id()`` is, as ``disconnect`` does."""
    login_news.disconnect_user(user, on_commit=on_commit)


_tables: dict[type[Socket], TopicTable[type[Channel]]] = {}


def _topics(socket_class: type[Socket]) -> TopicTable[type[Channel]]:
    table = _tables.get(socket_class)
    if table is None:
        table = _tables[socket_class] = _read_topics(socket_class)
    return table


def _read_topics(socket_class: type[Socket]) -> TopicTable[type[Channel]]:
    channels: object = socket_class.channels
    if not isinstance(channels, Mapping):
        raise ImproperlyConfigured(
            f"{socket_class.__name__}.channels should be a dict of topic patterns and Channel classes, "
            f'such as {{"room:<int:room>": RoomChannel}}, got {channels!r}.'
        )
    for pattern, target in socket_class.channels.items():
        if not (isinstance(target, type) and issubclass(target, Channel)):
            raise ImproperlyConfigured(
                f"{socket_class.__name__}.channels[{pattern!r}] should be a Channel class, got {target!r}."
            )
    try:
        table = TopicTable(socket_class.channels.items(), get_converters())
    except ValueError as error:
        raise ImproperlyConfigured(f"{socket_class.__name__}.channels: {error}") from None
    for topic_pattern, channel in table.entries:
        _check_join(socket_class, topic_pattern, channel)
    return table


def _check_join(socket_class: type[Socket], pattern: TopicPattern, channel: type[Channel]) -> None:
    """Nobody could join a topic whose captures ``join`` does not take."""
    try:
        inspect.signature(channel.join).bind(None, {}, **dict.fromkeys(pattern.names))
    except TypeError as error:
        arguments = ", ".join(["self, payload", *(["*"] if pattern.names else []), *pattern.names])
        raise ImproperlyConfigured(
            f"{socket_class.__name__}.channels[{pattern.text!r}]: {channel.__name__}.join does not take what "
            f"the pattern gives it ({error}). Write `def join({arguments})`."
        ) from None


def _check_rate(socket_class: type[Socket]) -> None:
    try:
        Rate.read(socket_class.rate)
    except ValueError as error:
        raise ImproperlyConfigured(f"{socket_class.__name__}.rate: {error}") from None
