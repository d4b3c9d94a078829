"""Everything that we know about asgiref's inside; nobody else touches its private names.

asgiref sends a thread-sensitive call (the async ORM, ``sync_to_async``) to the executor that is registered
for the context's ThreadSensitiveContext. We register one for a marker object that is never entered: entering
it would start a thread per context and leak its database connections.
"""

from __future__ import annotations

import contextvars
import os
from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import Executor

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


def lent_to(loop: AbstractEventLoop) -> bool:
    """Whether ``loop`` runs under an outermost ``async_to_sync`` (an async TestCase, say).

    The thread that waits there serves every thread-sensitive call: under a test it holds the transaction.
    """
    lenders = AsyncToSync.loop_thread_executors
    return bool(lenders) and loop in lenders


def enter_thread(loop: AbstractEventLoop) -> None:
    """Make ``async_to_sync`` on this thread run its coroutines on ``loop``."""
    local = SyncToAsync.threadlocal
    local.main_event_loop = loop
    local.main_event_loop_pid = os.getpid()
    local.task_context = []


def _copy_variables(context: contextvars.Context) -> None:
    for variable, value in context.items():
        variable.set(value)


# Makes the values of asgiref's Local (translation, urlconf) belong to this thread.
restore_context: Callable[[contextvars.Context], None] = getattr(
    asgiref.sync, "_restore_context", _copy_variables
)
