"""What a thread is asked to do (Job), and the message on whose behalf (MessageRecord)."""

from __future__ import annotations

import contextvars
from asyncio import Future
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_phoenix.delivery.port import Port
    from django_phoenix.delivery.worker import Worker


class MessageRecord:
    """One message being handled: whose it is, what its callback is called, the threads it keeps.

    ``owner`` is what fairness counts by (the connection). ``str(label)`` names callback, topic and event.
    A task that the callback started may outlive its message: after ``ended`` it keeps no thread.
    """

    __slots__ = ("ended", "former_workers", "label", "owner", "worker")

    def __init__(self, owner: Hashable, label: object) -> None:
        self.owner = owner
        self.label = label
        self.ended = False
        self.worker: Worker | None = None
        # Threads that it had before its own was busy for too long; a cursor may still be open there.
        self.former_workers: list[Worker] | None = None

    def __repr__(self) -> str:
        return f"<message {self.label} of {self.owner!r}>"


class Job:
    """One call for a thread, and the asyncio future that gets its result on the loop that asked."""

    __slots__ = (
        "args",
        "asked_at",
        "context",
        "copy",
        "error",
        "fn",
        "future",
        "kwargs",
        "owner",
        "port",
        "record",
        "result",
        "started_at",
    )

    def __init__(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        port: Port,
        owner: Hashable,
        record: MessageRecord | None,
        context: contextvars.Context | None = None,
    ) -> None:
        self.fn = fn
        self.args = args
        self.kwargs = kwargs
        # Whose variables ``fn`` sees and may set; None: it brings its own (asgiref's calls do). It runs in a
        # copy: while a thread is inside a context, the loop can't wake a task of that context, to cancel it.
        self.context = context
        self.copy = None if context is None else context.copy()
        self.port = port
        self.owner = owner
        self.record = record
        self.future: Future[Any] = port.loop.create_future()
        self.asked_at = self.started_at = 0.0
        self.result: Any = None
        self.error: BaseException | None = None

    @property
    def label(self) -> str:
        """The callback's name for logs."""
        if self.record is not None:
            return str(self.record.label)
        return str(getattr(self.fn, "__qualname__", self.fn))
