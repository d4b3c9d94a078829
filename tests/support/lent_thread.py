"""The pool of a synchronous test: every call runs on the test's own thread, inside its transaction.

One event loop lives on a background thread. ``run`` gives it a coroutine and, until that is done, serves on
the test's thread what the pool would have done on its own.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery.job import MessageRecord

T = TypeVar("T")


class LentThread:
    """A Pool for ``executor.set_pool``."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run_until_done(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` on the loop and serve calls here meanwhile."""
        done = asyncio.run_coroutine_threadsafe(work, self.loop)
        done.add_done_callback(lambda _: self._calls.put(None))
        while (call := self._calls.get()) is not None:
            call()
        return done.result()

    def run(
        self, owner: Hashable, context: contextvars.Context, fn: Callable[..., Any], /, *args: Any
    ) -> asyncio.Future[Any]:
        """See Pool."""
        loop = asyncio.get_running_loop()

        def call() -> Any:
            asgiref_bridge.enter_thread(loop)
            asgiref_bridge.restore_context(context)
            return fn(*args)

        return asyncio.wrap_future(self.submit(context.run, call), loop=loop)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """See Pool."""
        future: Future[Any] = Future()

        def call() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)

        self._calls.put(call)
        return future

    def release(self, record: MessageRecord) -> None:
        """See Pool."""

    def close(self) -> None:
        """End the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
