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

    That is now, or after the commit; never, if that block is rolled back. The blocks that a TestCase wraps
    around a test do not count.
    """
    if running_loop() is not None and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        # Django lets nobody open a transaction here.
        action()
        return
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block and _has_own_blocks(connection):
            # Another connection may be in a transaction as well: look again then.
            connection.on_commit(partial(after_commit, action), robust=True)
            return
    action()


def _has_own_blocks(connection: BaseDatabaseWrapper) -> bool:
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
