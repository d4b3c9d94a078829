"""What one test has of a server: an event loop, a node, its clients, and the end of it all.

Everything runs on the test's thread. Nothing runs between two calls of a synchronous test; each call goes on
until the server has nothing left to do, so that a test never waits for time to pass.
"""

from __future__ import annotations

import asyncio
import time
from asyncio import _get_running_loop as running_loop
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from django_phoenix import presence, pubsub, watchdog
from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery.node import Node
from django_phoenix.delivery.presence.callbacks import any_class
from django_phoenix.live import queries
from django_phoenix.testing.clock import Clock
from django_phoenix.testing.end_of_test import at_end_of_test
from django_phoenix.testing.errors import Errors
from django_phoenix.testing.failure import Failure, Stuck
from django_phoenix.testing.node import LoneNode
from django_phoenix.testing.same_thread import lend
from django_phoenix.transport.loop_state import LoopState, current_state, forget_state

T = TypeVar("T")

# Turns of the loop in which nothing was to be done, after which nothing more comes of itself.
QUIET_TURNS = 10
# Seconds that one callback may take.
LIMIT = 10.0
# Turns after which the loop is left to sleep, and for how long at a time.
EAGER_TURNS = 50
NAP = 0.005
# What sums of seconds may be wrong by.
TINY = 1e-6

OVER = "The test that opened this is over: connect anew in each test."
SYNC_TWIN = (
    "No event loop is running here: a synchronous test uses `live(…)`, `connect(…)` and `subscribe(…)`."
)
ASYNC_TWIN = (
    "An event loop is running here: an async test uses `alive(…)`, `aconnect(…)` and `asubscribe(…)`, "
    "and awaits them."
)


class Part(Protocol):
    """Something that may be at work, and has to be closed."""

    def at_work(self) -> str | None:
        """Who is at work on what; None if nobody is."""

    def keep_alive(self) -> None:
        """Time is about to pass."""

    async def aclose(self) -> None:
        """The test is over."""


class World:
    """One per test and event loop. Everything but ``run`` and ``close`` is for the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, owns_loop: bool) -> None:
        self._ends_with_test = at_end_of_test(self)
        self.loop = loop
        self.closed = False
        self._closing = False
        self.errors = Errors()
        self.node = _open_node()
        # Something has arrived at a client.
        self.news = asyncio.Event()
        self._owns_loop = owns_loop
        self._parts: list[Part] = []
        self._clock = Clock(loop)
        # Closes all if the loop ends before the test; and what was raised then.
        self._guard: asyncio.Task[None] | None = None
        self._problem: Exception | None = None
        # Who serves the loop where it is not us: the thread of Django's async test.
        self._lender = asgiref_bridge.lender_to(loop)
        lend(loop)
        _worlds.append(self)
        self.errors.listen()

    async def begin(self) -> LoopState:
        """Let what belongs to the loop be ready. Whether a test blocks it is nobody's business."""
        state = current_state()
        watchdog.unwatch(self.loop)
        await self.settle()
        return state

    def add(self, part: Part) -> None:
        """Wait for it, and close it at the end."""
        self._parts.append(part)
        if self._guard is None and not self._owns_loop:
            self._guard = self.loop.create_task(self._close_with_loop())

    async def remove(self, part: Part) -> None:
        """It is closed. Without a test whose end could be noticed, the last one takes the world along."""
        with suppress(ValueError):
            self._parts.remove(part)
        if not self._parts and not self._ends_with_test and not self._closing:
            await self.aclose()

    # From a synchronous test.

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it, on the test's thread."""
        __tracebackhide__ = True
        if self.closed or running_loop() is not None:
            work.close()
            raise RuntimeError(OVER if self.closed else ASYNC_TWIN)
        context = asgiref_bridge.context_without_lender()
        try:
            return self.loop.run_until_complete(self.loop.create_task(work, context=context))
        except Failure as failure:
            problem = failure.plain()
        finally:
            if self.closed:
                _close_loop(self.loop)
        raise problem

    def close(self) -> None:
        """The end, from outside of the loop."""
        try:
            if self.closed:
                self._tell()
            elif self.loop.is_closed() or self.loop.is_running():
                self._restore()
                self.errors.check()
            else:
                self.loop.run_until_complete(self.aclose())
        finally:
            if self._owns_loop and not self.loop.is_closed():
                _close_loop(self.loop)

    def _tell(self) -> None:
        """Raise what is still to be told."""
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem from None
        self.errors.check()

    # Waiting.

    def at_work(self) -> str | None:
        """Who is at work on what; None if nobody is."""
        for hub in self.node.hubs:
            if hub.loop is self.loop and not hub.idle:
                return "A broadcast is being delivered"
        return next(filter(None, (part.at_work() for part in self._parts)), None)

    async def settle(self) -> None:
        """Let the server do all that it has to do. Raises what it crashed of, or Stuck."""
        await self._settle()
        if any_class():
            # What waits for the end of a window, to be told at once with what else happens in it.
            await presence.settle()
            await self._settle()
        while queries.hurry(self.loop):
            await self._settle()
        self.errors.check()

    async def _settle(self) -> None:
        quiet, patience = 0, Patience()
        while quiet < QUIET_TURNS:
            if self._is_at_work(patience):
                quiet = 0
                await self._pause(patience)
            elif self._clock.nothing_is_due():
                return
            else:
                quiet += 1
                await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Let so much time pass: timers fire in their order, clients send their heartbeats."""
        await self.settle()
        self._clock.next_timer()
        with self._clock.standing_still():
            until = self.loop.time() + seconds + TINY
            while (due := self._clock.next_timer()) is not None and due <= until:
                self._go_on(due)
                await self._let_timers_act()
            self._go_on(until)
        await self.settle()

    def _go_on(self, when: float) -> None:
        for part in self._parts:
            part.keep_alive()
        self._clock.jump_to(when)

    async def _let_timers_act(self) -> None:
        """Until nobody is at work, or who is waits for another timer."""
        quiet, left = 0, EAGER_TURNS
        while quiet < QUIET_TURNS and left:
            await asyncio.sleep(0)
            busy = self._doing() is not None
            quiet, left = (0, left - 1) if busy else (quiet + 1, left)
        self.errors.check()

    async def wait_for(self, found: Callable[[], T | None], within: float, failure: Callable[[], str]) -> T:
        """What ``found`` finds. AssertionError once the server has been idle for so many seconds."""
        await self.settle()
        patience, idle_since = Patience(), time.monotonic()
        while (value := found()) is None:
            now = time.monotonic()
            if self._is_at_work(patience):
                idle_since = now
            elif now - idle_since >= within:
                raise Failure(failure() + self.errors.as_text())
            await self._pause(patience)
            self.errors.check()
        return value

    def _is_at_work(self, patience: Patience) -> bool:
        doing = self._doing()
        if doing is not None and patience.is_over():
            raise Stuck(f"{doing}, and does not return within {LIMIT:.0f} s.{self.errors.as_text()}")
        return doing is not None

    def _doing(self) -> str | None:
        doing = self.at_work()
        if doing is not None:
            # A thread that rolls back looks for a moment as if it had committed.
            return doing
        self.node.run_committed()
        return self.at_work()

    async def _pause(self, patience: Patience) -> None:
        if patience.is_new():
            await asyncio.sleep(0)
            return
        self.news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(NAP):
                await self.news.wait()

    # The end.

    async def aclose(self) -> None:
        """The end. Raises what the server crashed of, if the test has not been told."""
        if not self.closed and not self._closing:
            self._closing = True
            guard, self._guard = self._guard, None
            if guard is not None and guard is not asyncio.current_task():
                guard.cancel()
            try:
                with self._served():
                    await self._close_parts()
                    await forget_state()
            finally:
                self._restore()
        self.errors.check()

    @contextmanager
    def _served(self) -> Iterator[None]:
        """asgiref takes its thread away before the loop cancels what is left: it serves us to the end."""
        if self._lender is None or asgiref_bridge.lender_to(self.loop) is not None:
            yield
            return
        asgiref_bridge.lend(self.loop, self._lender)
        try:
            yield
        finally:
            asgiref_bridge.take_back(self.loop)

    async def _close_parts(self) -> None:
        errors: list[Exception] = []
        for part in reversed(tuple(self._parts)):
            try:
                await part.aclose()
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]

    async def _close_with_loop(self) -> None:
        """The loop cancels all that is left before it ends: ``terminate`` runs nevertheless."""
        try:
            await self.loop.create_future()
        finally:
            if not self.closed:
                # The others that are cancelled, first.
                for _ in range(QUIET_TURNS):
                    await asyncio.sleep(0)
                try:
                    await self.aclose()
                except Exception as error:
                    # Whoever runs the loop would only log it.
                    self._problem = error

    def _restore(self) -> None:
        if self.closed:
            return
        self.closed = True
        self._clock.restore()
        _worlds.remove(self)
        self.errors.stop()
        if self._lender is None:
            asgiref_bridge.take_back(self.loop)
        _close_node()


class Patience:
    """With a callback that takes long."""

    def __init__(self) -> None:
        self._turns = 0
        self._until = time.monotonic() + LIMIT

    def is_new(self) -> bool:
        """So far it may come back at any moment."""
        self._turns += 1
        return self._turns < EAGER_TURNS

    def is_over(self) -> bool:
        """It will not come back."""
        return time.monotonic() > self._until


_worlds: list[World] = []
_real_node: Node | None = None


def _open_node() -> LoneNode:
    """The node that all worlds share."""
    global _real_node
    for world in tuple(_worlds):
        if world.loop.is_closed():
            # Of a test that nobody has cleaned up.
            world._restore()
    if _worlds:
        return _worlds[0].node
    node = LoneNode()
    _real_node = pubsub.set_node(node)
    return node


def _close_node() -> None:
    global _real_node
    if not _worlds and _real_node is not None:
        pubsub.set_node(_real_node)
        _real_node = None


def world_here() -> World:
    """The running loop's."""
    loop = running_loop()
    if loop is None:
        raise RuntimeError(SYNC_TWIN)
    return next((world for world in _worlds if world.loop is loop), None) or World(loop, owns_loop=False)


def world_of_test() -> World:
    """That of a synchronous test, with a loop of its own."""
    if running_loop() is not None:
        raise RuntimeError(ASYNC_TWIN)
    found = next((world for world in _worlds if world._owns_loop), None)
    if found is not None:
        return found
    loop = asyncio.new_event_loop()
    try:
        return World(loop, owns_loop=True)
    except BaseException:
        loop.close()
        raise


def open_node() -> LoneNode:
    """The node of the running test. RuntimeError if nothing is connected."""
    if not _worlds:
        raise RuntimeError("Nothing is connected: call connect(…), or subscribe(…), first.")
    return _worlds[0].node


def _close_loop(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
