"""A broadcast inside a transaction waits for its commit, and is dropped by its rollback."""

from __future__ import annotations

import os
from asyncio import _get_running_loop as running_loop
from collections.abc import Callable
from functools import partial

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

CommitRule = Callable[[Callable[[], None]], None]


def after_commit(action: Callable[[], None]) -> None:
    """Call ``action`` when no connection of this thread is inside an atomic block any more.

    That is now, or after the commit; never, if that block is rolled back.
    """
    connection = open_transaction()
    if connection is None:
        action()
    else:
        # Another connection may be in a transaction as well: look again then.
        connection.on_commit(partial(after_commit, action), robust=True)


def open_transaction() -> BaseDatabaseWrapper | None:
    """A connection of this thread that is inside an atomic block; None if there is none."""
    if running_loop() is not None and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        # Django lets nobody open a transaction here.
        return None
    return next(filter(in_transaction, connections.all(initialized_only=True)), None)


def in_transaction(connection: BaseDatabaseWrapper) -> bool:
    """Whether it is inside an atomic block. Those that a TestCase wraps around a test do not count."""
    return connection.in_atomic_block and any(
        not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks
    )
