"""Callbacks on the test's own thread: inside its transaction, and seen by its debugger.

A test's event loop runs on the test's thread. What a server would do in a thread of the pool is done here at
once, on that same thread, with the loop out of sight: Django lets nobody use the ORM where a loop runs.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from asyncio import _get_running_loop as running_loop
from asyncio import _set_running_loop as set_running_loop
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from typing import Any

from django_phoenix.delivery import asgiref_bridge


class SameThread(Executor):
    """Runs a call inside ``submit``. For ``def`` callbacks, the async ORM and ``sync_to_async``."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is done."""
        future: Future[Any] = Future()
        loop = running_loop()
        set_running_loop(None)
        try:
            future.set_result(asgiref_bridge.without_way_back(fn)(*args, **kwargs))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            future.set_exception(error)
        finally:
            set_running_loop(loop)
        return future


same_thread = SameThread()


def in_this_context() -> AbstractContextManager[None]:
    """Whatever loop runs in the running context does everything on this thread."""
    return asgiref_bridge.serving(same_thread)


def lend(loop: AbstractEventLoop) -> None:
    """Let ``loop``, which runs on this thread, do everything here.

    Unless another thread serves it already: Django's async tests are run so, and that thread is the test's.
    """
    if asgiref_bridge.lender_to(loop) is None:
        asgiref_bridge.lend(loop, same_thread)
