"""What the connections of one event loop share: the loop, its thread, the idle sweep, the way down.

There is no timer per connection. One sweep asks all of them how long they have been quiet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from django_phoenix import presence, pubsub, watchdog
from django_phoenix.transport.login_watch import LoginWatch
from django_phoenix.transport.turn import Turn

if TYPE_CHECKING:
    from django_phoenix.transport.connection import Connection
    from django_phoenix.transport.longpoll_home import Home

# A connection is closed between one and one and a quarter times its timeout.
SWEEPS_PER_TIMEOUT = 4


class LoopState:
    """One per event loop."""

    __slots__ = (
        "_period",
        "_sweeper",
        "connections",
        "drained",
        "draining",
        "ending",
        "heeds_shutdown",
        "listener",
        "logins",
        "longpoll",
        "loop",
        "tasks",
        "turn",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.turn = Turn(loop)
        self.connections: set[Connection] = set()
        # Those that are closed, while some channel of theirs has not ended yet.
        self.ending: set[Connection] = set()
        # Whether we hear of a shutdown before it is too late, and the task that listens for it, if any.
        self.heeds_shutdown = False
        self.listener: asyncio.Task[None] | None = None
        # No new connections and joins any more; and the drain, which happens once.
        self.draining = False
        self.drained: asyncio.Task[None] | None = None
        # What takes its time on the way down.
        self.tasks: set[asyncio.Task[None]] = set()
        # Which of them are logged in.
        self.logins = LoginWatch(self)
        # The sessions of long-polling clients, once there are any.
        self.longpoll: Home | None = None
        self._period = 0.0
        self._sweeper: asyncio.TimerHandle | None = None
        watchdog.watch(loop)
        pubsub.serving()
        presence.serving()

    def add(self, connection: Connection) -> None:
        """A connection was opened."""
        self.connections.add(connection)
        if connection.socket.login is not None:
            self.logins.add(connection, connection.socket.login)
        wanted = connection.timeout / SWEEPS_PER_TIMEOUT
        if self._sweeper is None or wanted < self._period:
            self._period = wanted
            self._schedule()

    def remove(self, connection: Connection) -> None:
        """A connection has ended."""
        self.connections.discard(connection)
        if connection.socket.login is not None:
            self.logins.remove(connection, connection.socket.login)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """As a task of its own, which ``all_ended`` waits for."""
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def all_ended(self, seconds: float) -> None:
        """Wait until the channels of closed connections have ended; cancel those that take longer."""
        until = self.loop.time() + seconds
        for connection in tuple(self.ending):
            await connection.ended(until - self.loop.time())
        if self.tasks:
            await asyncio.wait(tuple(self.tasks))

    async def close(self) -> None:
        """The loop is about to end."""
        if self.listener is not None:
            self.listener.cancel()
        if self._sweeper is not None:
            self._sweeper.cancel()
        self.logins.close()
        watchdog.unwatch(self.loop)
        presence.close()
        await pubsub.close_hub()

    def _schedule(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._sweeper = self.loop.call_later(self._period, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        for connection in tuple(self.connections):
            connection.grow_quiet(self._period)
        if self.connections:
            self._schedule()


_states: dict[asyncio.AbstractEventLoop, LoopState] = {}


def current_state() -> LoopState:
    """The running loop's."""
    loop = asyncio.get_running_loop()
    state = _states.get(loop)
    if state is None:
        for closed in [known for known in _states if known.is_closed()]:
            del _states[closed]
        state = _states[loop] = LoopState(loop)
    return state


async def forget_state() -> None:
    """Close the running loop's, if there is one; the next that asks gets a new one. For tests."""
    state = _states.pop(asyncio.get_running_loop(), None)
    if state is not None:
        await state.close()
