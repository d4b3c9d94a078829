"""``start_async``: work that goes on beside a view and whose outcome comes back as a message (LV-113)."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import isawaitable, iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from django_phoenix import executor
from django_phoenix.exceptions import LiveViewError
from django_phoenix.process import is_being_cancelled

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel

logger = logging.getLogger(__name__)

# Whose it is (a cid, or None for the view), and its name; of assigns, their names.
Key = tuple[int | None, str | tuple[str, ...]]

# Calls a function in a thread.
InPool = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Ok:
    """What an async function returned."""

    value: Any

    ok: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Exit:
    """Why an async function returned nothing: the exception it raised, or the reason of ``cancel_async``."""

    reason: Any

    ok: ClassVar[bool] = False


Outcome = Ok | Exit


class TaskDone(NamedTuple):
    """Into the mailbox of the view."""

    key: Key
    number: int
    outcome: Outcome


class Work(Protocol):
    """What becomes of the outcome of a task that is not ``handle_async``'s business."""

    async def collect(self, result: Any, in_pool: InPool) -> Any:
        """Beside the view: what the function returned, made ready. May raise."""

    def settle(self, owner: Any, outcome: Outcome) -> None:
        """In the view's own turn: take it over, in a view or component."""


class Running(NamedTuple):
    """A task that has not been heard of."""

    number: int
    task: asyncio.Task[None]
    work: Work | None


def check_task(owner: Any, name: Any, function: Any) -> None:
    """Raises TypeError for what is no task, LiveViewError if nobody wants to hear of its end."""
    check_function(owner, "start_async", name, function)
    if getattr(type(owner).handle_async, "is_default", False) and not (
        owner._hooks is not None and owner._hooks.handle_async
    ):
        raise LiveViewError(
            f"{type(owner).__name__}.start_async({name!r}, …): {type(owner).__name__} has no "
            "handle_async(self, name, result) that would get the result. Define it."
        )


def check_function(owner: Any, method: str, name: Any, function: Any) -> None:
    """Raises TypeError for what is no task."""
    here = f"{type(owner).__name__}.{method}"
    if not isinstance(name, str) and method != "assign_async":
        raise TypeError(f"{here}: the name of the task should be a string, got {name!r:.100}.")
    if not callable(function):
        raise TypeError(
            f"{here}({name!r}, …): expected a function and its arguments, got {function!r:.100}. Write "
            f"{method}({name!r}, fetch, 3), not {method}({name!r}, fetch(3))."
        )


class Tasks:
    """The running tasks of one view. On the loop."""

    __slots__ = ("_all", "_channel", "_count", "_running")

    def __init__(self, channel: LiveChannel) -> None:
        self._channel = channel
        self._count = 0
        # Those that were replaced, too.
        self._all: set[asyncio.Task[None]] = set()
        self._running: dict[Key, Running] = {}

    def start(
        self,
        key: Key,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        work: Work | None = None,
    ) -> None:
        """From now on what an earlier task of this name gives is not wanted."""
        self._count += 1
        number = self._count
        server = self._channel.server
        context = server.context.copy()
        executor.bind_context(context)
        coroutine = self._run(key, number, function, args, kwargs, work)
        task = server.loop.create_task(coroutine, context=context)
        self._running[key] = Running(number, task, work)
        self._all.add(task)
        task.add_done_callback(self._all.discard)

    @property
    def running(self) -> list[Key]:
        """Those of which nothing has been heard yet."""
        return list(self._running)

    def cancel(self, key: Key, reason: Any) -> None:
        """Its outcome is the reason; nothing happens if there is none."""
        found = self._running.get(key)
        if found is not None:
            found.task.cancel()
            self._channel.server.inform(TaskDone(key, found.number, Exit(reason)))

    def take(self, done: TaskDone) -> Running | None:
        """The task whose outcome this is, if that is waited for; it is, once."""
        found = self._running.get(done.key)
        if found is None or found.number != done.number:
            return None
        return self._running.pop(done.key)

    def forget(self, cids: Sequence[int]) -> None:
        """Components have gone: what their tasks give is not wanted."""
        for key in [key for key in self._running if key[0] in cids]:
            self._running.pop(key).task.cancel()

    def close(self) -> None:
        """The view has ended."""
        self._running.clear()
        for task in tuple(self._all):
            task.cancel()

    async def _run(
        self,
        key: Key,
        number: int,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        work: Work | None,
    ) -> None:
        channel = self._channel
        record = executor.begin_message(channel.server.owner, f"{channel.log_name}'s task {key[1]!r}")
        outcome: Outcome
        try:
            channel.enter()
            if iscoroutinefunction(function):
                value = await function(*args, **kwargs)
            else:
                value = await self._in_pool(function, *args, **kwargs)
                if isawaitable(value):  # of a lambda around an `async def`
                    channel.enter()
                    value = await value
            outcome = Ok(value if work is None else await work.collect(value, self._in_pool))
        except (Exception, asyncio.CancelledError) as error:
            if is_being_cancelled():
                raise
            logger.warning("%s's task %r failed.", channel.log_name, key[1], exc_info=error)
            outcome = Exit(error)
        finally:
            executor.end_message(record)
        if not channel.server.ended:
            channel.server.inform(TaskDone(key, number, outcome))

    def _in_pool(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Awaitable[Any]:
        channel = self._channel

        def call() -> Any:
            channel.enter()
            return function(*args, **kwargs)

        return executor.get_pool().run(channel.server.owner, contextvars.copy_context(), call)
