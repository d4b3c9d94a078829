"""Whose end is the end of a presence: a process, a task, or what a lower floor registers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import singledispatch
from typing import Any, NamedTuple, Protocol


class Owner(Protocol):
    """Hashable; equal to whatever stands for the same thing."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Where it lives."""

    @property
    def over(self) -> bool:
        """It has ended."""

    def on_finish(self, callback: Callable[[], object], /) -> None:
        """Call it once on the loop, at the end; at once if that has been. Any thread."""


class TaskOwner:
    """An asyncio task, only on its own loop."""

    __slots__ = ("loop", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.loop = task.get_loop()

    @property
    def over(self) -> bool:
        """See Owner."""
        return self.task.done()

    def on_finish(self, callback: Callable[[], object], /) -> None:
        """See Owner."""
        self.task.add_done_callback(lambda _: callback())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TaskOwner) and self.task is other.task

    def __hash__(self) -> int:
        return hash(self.task)

    def __str__(self) -> str:
        return self.task.get_name()


class Owning(NamedTuple):
    """An owner, and the topic that it tracks on unless another one is named."""

    owner: Owner
    topic: str | None = None


@singledispatch
def owner_of(thing: Any) -> Owning | None:
    """The owner that it stands for; None for a live view at GET. Raises TypeError for what is none.

    Lower floors register their own.
    """
    raise TypeError(
        f"A presence belongs to a Channel, a LiveView or an asyncio task, whose end is its end; "
        f"got {type(thing).__name__}."
    )


@owner_of.register(asyncio.Task)
def _(thing: asyncio.Task[Any]) -> Owning:
    return Owning(TaskOwner(thing))
