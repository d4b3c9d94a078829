"""One long-polling client: a Connection whose frames come in POSTs and go out with GETs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django_phoenix.conf import settings
from django_phoenix.transport.arrival import see_off
from django_phoenix.transport.connection import TURN, Connection
from django_phoenix.transport.longpoll_options import LongPollOptions
from django_phoenix.transport.longpoll_outbox import PolledOutbox
from django_phoenix.wire.message import Frame

if TYPE_CHECKING:
    from django_phoenix.socket import Socket
    from django_phoenix.transport.loop_state import LoopState

logger = logging.getLogger("django_phoenix.socket")

# What the client is told in the body of each answer.
OK, NOTHING, FORBIDDEN, TIMEOUT, GONE, FAILED = 200, 204, 403, 408, 410, 500

# Windows without a poll after which the client is taken to be gone.
PATIENCE = 1.5


class Batch(NamedTuple):
    """What a poll is answered."""

    status: int
    messages: list[str]


class PolledConnection(Connection):
    """``forget(id)`` takes it out of its table; True the first time."""

    __slots__ = ("_forget", "_posting", "_unpolled", "_window", "id", "token")

    outbox: PolledOutbox  # type: ignore[assignment]

    def __init__(
        self,
        socket: Socket,
        state: LoopState,
        options: LongPollOptions,
        id: str,
        token: str,
        forget: Callable[[str], bool],
    ) -> None:
        window = options.window_ms / 1000
        super().__init__(socket, PolledOutbox(state.loop), state, PATIENCE * window)  # type: ignore[arg-type]
        self.outbox.owner = self
        # No task belongs to the client, only to its requests.
        self.task = None
        self.id = id
        self.token = token
        self._window = window
        self._forget = forget
        # Seconds without a poll, as the sweep counts them.
        self._unpolled = 0.0
        # The client sends one POST at a time. Others wait.
        self._posting = asyncio.Lock()

    @property
    def has_news(self) -> bool:
        """The next poll is answered at once."""
        return self.outbox.closed or not self.outbox.empty

    async def poll(self) -> Batch:
        """What waits; else what comes within the window."""
        self._unpolled = 0.0
        if not self.has_news:
            if not await self.outbox.wait(self._window):
                # Nobody may be there any more, where a proxy or server does not tell.
                return Batch(NOTHING, [])
            self._unpolled = 0.0
        messages = self.outbox.take()
        if messages:
            return Batch(OK, messages)
        if not self.outbox.closed:
            return Batch(NOTHING, [])
        self._over()
        return Batch(GONE, [])

    def takes_time(self, frames: list[Frame]) -> bool:
        """Whether a POST of these can't be answered at once."""
        return self._posting.locked() or len(frames) > TURN

    async def post(self, frames: list[Frame]) -> int:
        """Take the client's frames, in order. Returns the status of the answer."""
        async with self._posting:
            for number, frame in enumerate(frames):
                if number and number % TURN == 0:
                    await asyncio.sleep(0)
                self.receive(frame)
        return GONE if self.closed else OK

    def grow_quiet(self, seconds: float) -> None:
        """The sweep has come by. Only polls show that somebody is there."""
        if self.outbox.awaited:
            return
        self._unpolled += seconds
        if self._unpolled > self.timeout:
            logger.debug("%s: has not polled for %.1f seconds.", self, self._unpolled)
            self._over()

    def _take_leave(self, code: int, reason: str = "") -> None:
        """A poll that is held is answered at once."""
        self.close_code = code
        super()._take_leave(code, reason)

    def end(self) -> None:
        """As any connection's; nobody else waits for the channels."""
        super().end()
        if self.topics and self.task is None:
            self.task = self.loop.create_task(self.ended(settings.SHUTDOWN_GRACE))

    def _give_up(self) -> None:
        """What waits has not been fetched."""
        self._over()

    def _over(self) -> None:
        if self._forget(self.id):
            see_off(self)
