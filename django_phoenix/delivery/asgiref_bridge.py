"""Everything that we know about asgiref's inside; nobody else touches its private names.

asgiref sends a thread-sensitive call (the async ORM, ``sync_to_async``) to the executor that is registered
for the context's ThreadSensitiveContext. We register one for a marker object that is never entered: entering
it would start a thread per context and leak its database connections.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextvars import Context
from functools import partial
from typing import Any

import asgiref.sync
from asgiref.sync import AsyncToSync, SyncToAsync, ThreadSensitiveContext

MARKER = ThreadSensitiveContext()

# The name of the context variables in which asgiref keeps its Locals.
LOCAL = "asgiref.local"

# (class, names) that the code below needs; all are there in asgiref 3.8.1 to 3.13.
NEEDED = (
    (SyncToAsync, ("threadlocal", "thread_sensitive_context", "context_to_thread_executor")),
    (AsyncToSync, ("executors", "loop_thread_executors")),
)


def missing_names() -> list[str]:
    """Private names of asgiref that we need and this version lacks. Empty is good."""
    return [f"{cls.__name__}.{name}" for cls, names in NEEDED for name in names if not hasattr(cls, name)]


def register(executor: Executor) -> None:
    """From now on ``executor`` gets the thread-sensitive calls of every context bound by ``bind``."""
    SyncToAsync.context_to_thread_executor[MARKER] = executor  # type: ignore[assignment, unused-ignore]


def bind(context: contextvars.Context) -> None:
    """Send the thread-sensitive calls of ``context`` to the registered executor."""
    context.run(_bind)


def _bind() -> None:
    SyncToAsync.thread_sensitive_context.set(MARKER)
    for variable, value in contextvars.copy_context().items():
        # Up to asgiref 3.8 contexts share what a Local holds (the language, say) with those they come from.
        if type(value) is dict and variable.name == LOCAL:
            variable.set(dict(value))
    # Inherited from an ``async_to_sync`` further up: its thread will not wait for us for long.
    if not AsyncToSync.loop_thread_executors and getattr(AsyncToSync.executors, "current", None):
        AsyncToSync.executors.current = None


@contextlib.contextmanager
def serving(executor: Executor) -> Iterator[None]:
    """In the running context ``executor`` serves the thread-sensitive calls of every loop."""
    marker = ThreadSensitiveContext()
    SyncToAsync.context_to_thread_executor[marker] = executor  # type: ignore[assignment, unused-ignore]
    token = SyncToAsync.thread_sensitive_context.set(marker)
    try:
        yield
    finally:
        SyncToAsync.thread_sensitive_context.reset(token)


def lender_to(loop: AbstractEventLoop) -> Executor | None:
    """Who serves the thread-sensitive calls of ``loop``, if one thread does so for all of them.

    It does where the loop runs under an outermost ``async_to_sync`` (an async TestCase, say): the thread that
    waits there, which under a test holds the transaction; and after ``lend``.
    """
    lenders = AsyncToSync.loop_thread_executors
    return lenders.get(loop) if lenders else None


def lend(loop: AbstractEventLoop, executor: Executor) -> None:
    """From now on ``executor`` serves the thread-sensitive calls of ``loop``."""
    AsyncToSync.loop_thread_executors[loop] = executor  # type: ignore[assignment, unused-ignore]


def take_back(loop: AbstractEventLoop) -> None:
    """The end of ``lend``."""
    AsyncToSync.loop_thread_executors.pop(loop, None)


def context_without_lender() -> Context:
    """A copy of the running context, in which no thread further up serves thread-sensitive calls."""
    context = contextvars.copy_context()
    context.run(setattr, AsyncToSync.executors, "current", None)
    return context


def without_way_back(call: Callable[..., Any]) -> Callable[..., Any]:
    """What asgiref gives an executor, for one that runs it on the loop's own thread.

    It tells the thread which loop ``async_to_sync`` finds the way back to. That loop would wait for itself:
    without it ``async_to_sync`` makes another.
    """
    if isinstance(call, partial) and getattr(call.func, "__name__", "") == "thread_handler":
        return partial(call.func, None, *call.args[1:], **call.keywords)
    return call


def enter_thread(loop: AbstractEventLoop) -> None:
    """Make ``async_to_sync`` on this thread run its coroutines on ``loop``."""
    local = SyncToAsync.threadlocal
    local.main_event_loop = loop
    local.main_event_loop_pid = os.getpid()
    local.task_context = []


def calling_loop() -> AbstractEventLoop | None:
    """The loop on whose behalf asgiref, or a pool of ours, runs this thread; None if there is none."""
    local = SyncToAsync.threadlocal
    loop: AbstractEventLoop | None = getattr(local, "main_event_loop", None)
    if loop is None or not loop.is_running() or local.main_event_loop_pid != os.getpid():
        return None
    return loop


def _copy_variables(context: contextvars.Context) -> None:
    for variable, value in context.items():
        variable.set(value)


# Makes the values of asgiref's Local (translation, urlconf) belong to this thread.
restore_context: Callable[[contextvars.Context], None] = getattr(
    asgiref.sync, "_restore_context", _copy_variables
)
