"""What happens to a view is told as a generator of steps; this file runs each step where it belongs.

A step is a call: of an ``async def`` function (on the loop), of a ``def`` function (in the pool, or in the
thread that answers a GET), or a rendering (where the step before it ran). The generator itself never waits
and never blocks, so one story serves a GET and a socket, and ``def`` steps in a row share one hop.
"""

from __future__ import annotations

from asyncio import _get_running_loop as running_loop
from collections.abc import Awaitable, Callable, Generator, Mapping
from enum import Enum, auto
from inspect import CO_COROUTINE, iscoroutinefunction
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from asgiref.sync import async_to_sync
from django.core.exceptions import SynchronousOnlyOperation

from django_phoenix.exceptions import LiveViewError
from django_phoenix.params import Handler
from django_phoenix.transport.crash import advise


class Where(Enum):
    """Which side a step runs on."""

    LOOP = auto()
    POOL = auto()
    HERE = auto()


# Members of an enumeration are slow to look up in Python 3.11.
LOOP, POOL, HERE = Where

NO_NAMES: Final[Mapping[str, Any]] = {}


class Step:
    """One call; its result is sent into the generator, its exception thrown into it."""

    __slots__ = ("args", "function", "kwargs", "where")

    def __init__(
        self,
        where: Where,
        function: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] = NO_NAMES,
    ) -> None:
        self.where = where
        self.function = function
        self.args = args
        self.kwargs = kwargs


T = TypeVar("T")
Steps = Generator[Step, Any, T]


def call(function: Callable[..., Any], *args: Any) -> Step:
    """The step that calls a user's callback, whichever kind it is."""
    return Step(LOOP if _is_async(function) else POOL, function, args)


def call_handler(handler: Handler, owner: Any, arguments: Mapping[str, Any]) -> Step:
    """The step that calls an ``@event`` method of a view or component."""
    where = LOOP if handler.is_async else POOL
    return Step(where, handler.function, (owner,), arguments)


def _is_async(function: Callable[..., Any]) -> bool:
    # Most are plain methods, whose code says it at once.
    code = getattr(function, "__code__", None)
    return bool(code is not None and code.co_flags & CO_COROUTINE) or iscoroutinefunction(function)


class Finished(NamedTuple):
    """The generator has returned."""

    value: Any


class Stage(Protocol):
    """What the steps of one view run on."""

    renders_in_pool: bool  # rendering may need the database: never try it on the loop

    def enter(self) -> None:
        """Make this thread the view's: language, time zone."""

    def in_pool(self, function: Callable[..., T], *args: Any) -> Awaitable[T]:
        """Run a function on a pool thread, inside the view's Context."""


async def drive(steps: Steps[T], stage: Stage) -> T:
    """Run the steps of a connected view; what a step raises and the story does not catch comes out here."""
    stage.enter()
    try:
        step = next(steps)
        while True:
            where = step.where
            if where is LOOP:
                try:
                    result = await step.function(*step.args, **step.kwargs)
                except BaseException as error:
                    advise(error, _name_of(step.function))
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
            elif where is HERE and not stage.renders_in_pool:
                try:
                    result = step.function(*step.args, **step.kwargs)
                except SynchronousOnlyOperation:
                    stage.renders_in_pool = True
                except BaseException as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
            else:
                outcome = await stage.in_pool(_stretch, steps, step, stage)
                stage.enter()
                if type(outcome) is Finished:
                    return outcome.value  # type: ignore[no-any-return]
                step = outcome
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


def drive_sync(steps: Steps[T]) -> T:
    """Run all steps in this thread, which is not a loop's."""
    try:
        step = next(steps)
        while True:
            if step.where is Where.LOOP:
                step = Step(step.where, _blocking(step.function), step.args, step.kwargs)
            step = _run(steps, step)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


def _blocking(function: Callable[..., Any]) -> Callable[..., Any]:
    """A coroutine function as a plain one."""
    run = async_to_sync(function)

    def call(*args: Any, **kwargs: Any) -> Any:
        if running_loop() is not None:
            raise LiveViewError(
                f"{_name_of(function)} is async, but the page is being rendered on the event loop, where "
                "nothing can wait for it. In an async Django view: await sync_to_async(render)(request, …)."
            )
        try:
            return run(*args, **kwargs)
        except SynchronousOnlyOperation as error:
            advise(error, _name_of(function))
            raise

    return call


def _name_of(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", str(function))


def _stretch(steps: Steps[Any], step: Step, stage: Stage) -> Any:
    """On a pool thread: this step, and on to one that belongs to the loop, which is returned, or Finished."""
    stage.enter()
    try:
        while step.where is not Where.LOOP:
            step = _run(steps, step)
    except StopIteration as stop:
        return Finished(stop.value)
    return step


def _run(steps: Steps[Any], step: Step) -> Step:
    """Make one plain call and advance."""
    try:
        result = step.function(*step.args, **step.kwargs)
    except BaseException as error:
        return steps.throw(error)
    return steps.send(result)
