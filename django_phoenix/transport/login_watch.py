"""The logged-in connections of one loop, and the end of their logins.

Logout, a change of password, an account that is switched off or deleted: news of it come by a topic of our
own. What sends no news (a session that expires, rows that were changed past Django's signals) is found by
asking for all of them every ``LOGIN_CHECK_SECONDS``.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django_phoenix import executor, pubsub
from django_phoenix.conf import settings
from django_phoenix.transport.connection import DISCONNECTED, Connection
from django_phoenix.transport.login import Login, session_digest
from django_phoenix.transport.login_check import Claim, still_hold
from django_phoenix.transport.login_news import CHANGED, ENDED, TOPIC

if TYPE_CHECKING:
    from django_phoenix.transport.loop_state import LoopState

logger = logging.getLogger("django_phoenix.socket")

# Seconds for which news are kept for handshakes that are going on meanwhile; and how many at most. A session
# that ends is still in its store for a moment when we hear of it.
MEMORY, MOST_NEWS = 60.0, 10_000
# Logins that are asked for at a time.
BATCH = 500


class News(NamedTuple):
    """One piece, and when it came."""

    event: str
    state: str
    at: float

    def ends(self, login: Login) -> bool:
        """Whether a login that it is about is over."""
        if self.event == ENDED:
            return True
        return login.state is not None and login.state.hex() != self.state


class LoginWatch:
    """One per loop state, on its loop's thread."""

    __slots__ = ("_index", "_listening", "_news", "_state", "_task", "_timer")

    def __init__(self, state: LoopState) -> None:
        self._state = state
        # By the digests of users and sessions. Most have one connection, which stands there itself.
        self._index: dict[bytes, Connection | set[Connection]] = {}
        # In the order in which it came. A change does not make good an end before it.
        self._news: dict[tuple[str, bytes], News] = {}
        self._listening: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Before anybody's login is looked at: from here on no news are missed."""
        if self._listening is None:
            self._listening = pubsub.subscribe(TOPIC, self) or _done(self._state.loop)
        if not self._listening.done():
            await asyncio.wait([self._listening])

    def add(self, connection: Connection, login: Login) -> None:
        """A connection was opened. It is closed at once if its login has ended during the handshake."""
        for digest in _digests(login):
            self._enter(digest, connection)
            for event in (ENDED, CHANGED):
                news = self._news.get((event, digest))
                if news is not None and news.at >= login.at and news.ends(login):
                    self._state.loop.call_soon(connection.close, DISCONNECTED)
        if self._timer is None and login.state is not None:
            self._schedule()

    def remove(self, connection: Connection, login: Login) -> None:
        """A connection has ended."""
        for digest in _digests(login):
            known = self._index.get(digest)
            if isinstance(known, set):
                known.discard(connection)
            if known is connection or known == set():
                del self._index[digest]

    def has_ended(self, session_key: str) -> bool:
        """Whether we have heard that a session is over, though its store may know it yet. Any thread."""
        return (ENDED, session_digest(session_key)) in self._news

    def deliver(self, delivery: pubsub.Delivery) -> None:
        """News."""
        about = bytes.fromhex(delivery.payload["about"])
        news = News(delivery.event, delivery.payload["state"], time.monotonic())
        self._remember(about, news)
        for connection in self._known(about):
            login = connection.socket.login
            if login is not None and news.ends(login):
                logger.info("%s: its login has ended, closed.", connection)
                connection.close(DISCONNECTED)

    def close(self) -> None:
        """The loop is about to end."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    # The index.

    def _enter(self, digest: bytes, connection: Connection) -> None:
        known = self._index.get(digest)
        if known is None:
            self._index[digest] = connection
        elif isinstance(known, set):
            known.add(connection)
        else:
            self._index[digest] = {known, connection}

    def _known(self, digest: bytes) -> tuple[Connection, ...]:
        known = self._index.get(digest)
        if known is None:
            return ()
        return tuple(known) if isinstance(known, set) else (known,)

    def _remember(self, about: bytes, news: News) -> None:
        self._news.pop((news.event, about), None)
        self._news[news.event, about] = news
        oldest = next(iter(self._news))
        while self._news[oldest].at < news.at - MEMORY or len(self._news) > MOST_NEWS:
            del self._news[oldest]
            oldest = next(iter(self._news))

    # The check.

    def _schedule(self) -> None:
        seconds = settings.LOGIN_CHECK_SECONDS
        self._timer = None if seconds is None else self._state.loop.call_later(seconds, self._begin_check)

    def _begin_check(self) -> None:
        self._task = self._state.loop.create_task(self._check(), context=executor.bound_context())

    async def _check(self) -> None:
        followed = [each for each in self._state.connections if _is_followed(each)]
        try:
            for start in range(0, len(followed), BATCH):
                await self._check_some(followed[start : start + BATCH])
        except Exception:
            logger.warning("Logins could not be checked; trying again later.", exc_info=True)
        self._task = self._timer = None
        if followed:
            self._schedule()

    async def _check_some(self, connections: list[Connection]) -> None:
        claims = [_claim(connection) for connection in connections]
        record = executor.begin_message(self, "the check of logins")
        try:
            holds = await executor.get_pool().run(self, executor.bound_context(), still_hold, claims)
        finally:
            executor.end_message(record)
        for connection, good in zip(connections, holds, strict=True):
            if not good:
                logger.info("%s: its login or session is over, closed.", connection)
                connection.close(DISCONNECTED)


def _digests(login: Login) -> Iterable[bytes]:
    return (login.user,) if login.session is None else (login.user, login.session)


def _is_followed(connection: Connection) -> bool:
    login = connection.socket.login
    return login is not None and login.state is not None


def _claim(connection: Connection) -> Claim:
    socket = connection.socket
    login = socket.login
    assert login is not None
    key = socket.session.session_key if socket.session is not None and login.session is not None else None
    return Claim(key, socket.user, login.state)


def _done(loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
    future: asyncio.Future[None] = loop.create_future()
    future.set_result(None)
    return future
