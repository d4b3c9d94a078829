"""The threads behind `def` callbacks and the async ORM: one pool for the process, replaceable.

``get_pool()`` gives the process's pool, made from the settings at first use and made anew after a fork. Tests
may put their own there with ``set_pool``.
"""

from __future__ import annotations

import contextvars
import os
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Executor
from typing import Any, Protocol

from django.conf import settings as django_settings

from django_phoenix.conf import settings
from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery.job import MessageRecord
from django_phoenix.delivery.pool import ThreadPool, current_message

__all__ = [
    "MessageRecord",
    "Pool",
    "ThreadPool",
    "begin_message",
    "bind_context",
    "bound_context",
    "current_message",
    "end_message",
    "get_pool",
    "missing_asgiref_names",
    "reset_pool",
    "set_pool",
]

# Names that must be in asgiref; a system check asks.
missing_asgiref_names = asgiref_bridge.missing_names


class Pool(Protocol):
    """What stands behind `def` callbacks and the async ORM. ``ThreadPool``, or a test's own."""

    def run(
        self, owner: Hashable, context: contextvars.Context, fn: Callable[..., Any], /, *args: Any
    ) -> Awaitable[Any]:
        """Await ``fn(*args)``, run off the loop inside ``context``, for ``owner`` (the connection).

        While others wait an owner gets no more than its share. Raises what ``fn`` raises, or HandlerTimeout.
        """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """A future (asyncio's or concurrent's) for ``fn``, which brings its own context."""

    def release(self, record: MessageRecord) -> None:
        """A message that used the pool has ended."""

    def close(self) -> None:
        """Not needed any more."""


class _CurrentPool(Executor):
    """What asgiref knows: whichever pool is the process's at that moment."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return get_pool().submit(fn, *args, **kwargs)


_pool: Pool | None = None
_current_pool = _CurrentPool()
asgiref_bridge.register(_current_pool)


def get_pool() -> Pool:
    """The process's pool."""
    global _pool
    if _pool is None:
        _pool = _from_settings()
    return _pool


def set_pool(pool: Pool) -> Pool | None:
    """Put ``pool`` in place of the process's own, and return the former one, if any was there yet."""
    global _pool
    former, _pool = _pool, pool
    return former


def reset_pool() -> None:
    """Close the pool; the next ``get_pool`` makes one from the settings."""
    global _pool
    former, _pool = _pool, None
    if former is not None:
        former.close()


def bind_context(context: contextvars.Context) -> None:
    """Let the async ORM and ``sync_to_async`` use the pool in everything that runs inside ``context``."""
    asgiref_bridge.bind(context)


def bound_context() -> contextvars.Context:
    """A copy of the running context, bound."""
    context = contextvars.copy_context()
    bind_context(context)
    return context


def begin_message(owner: Hashable, label: object) -> MessageRecord:
    """A message's handling begins, in the running context: its database calls will keep to one thread.

    ``str(label)`` names callback, topic and event for logs. Keep the record in a local variable while the
    callback runs (the watchdog finds it there) and hand it to ``end_message`` in a ``finally``.
    """
    record = MessageRecord(owner, label)
    current_message.set(record)
    return record


def end_message(record: MessageRecord) -> None:
    """The handling is over. Calls by tasks that it left behind go to any thread."""
    record.ended = True
    if record.worker is not None:
        get_pool().release(record)


def _from_settings() -> ThreadPool:
    idle_seconds = settings.POOL_IDLE_SECONDS
    return ThreadPool(
        settings.POOL_THREADS or default_threads(),
        settings.POOL_MAX_THREADS,
        idle_seconds=(0.0 if _database_pools() else 1.0) if idle_seconds is None else idle_seconds,
        handler_timeout=settings.HANDLER_TIMEOUT,
    )


def default_threads() -> int:
    """Eight, or as many as the smallest of Django's own connection pools has connections."""
    # psycopg_pool's own default is four.
    sizes: list[int] = [pool.get("max_size") or pool.get("min_size", 4) for pool in _database_pools()]
    return min([8, *sizes])


def _database_pools() -> list[dict[str, Any]]:
    options = [database.get("OPTIONS", {}).get("pool") for database in django_settings.DATABASES.values()]
    return [pool if isinstance(pool, dict) else {} for pool in options if pool]


def _after_fork() -> None:
    """The child has none of its parent's threads."""
    global _pool
    _pool = None


os.register_at_fork(after_in_child=_after_fork)
