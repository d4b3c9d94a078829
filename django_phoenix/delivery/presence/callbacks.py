"""The callbacks of Presence classes, by the name that their presences go by on all nodes."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
from collections.abc import Callable
from typing import Any

from django_phoenix import executor
from django_phoenix.conf import settings
from django_phoenix.process import is_being_cancelled

logger = logging.getLogger("django_phoenix.presence")

Presences = dict[str, Any]


class Callback:
    """One overridden method, ``def`` or ``async def``."""

    __slots__ = ("function", "is_async", "name")

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function = function
        self.is_async = inspect.iscoroutinefunction(function)
        self.name = name

    async def __call__(self, topic: str, *args: Any) -> Any:
        """Call it where it belongs: ``async def`` on the loop, ``def`` in the pool.

        The pool shares its threads out by topic. Neither may take longer than HANDLER_TIMEOUT: others wait.
        """
        record = executor.begin_message(topic, self)
        try:
            if not self.is_async:
                context = contextvars.copy_context()
                return await executor.get_pool().run(topic, context, self.function, topic, *args)
            async with asyncio.timeout(settings.HANDLER_TIMEOUT):
                return await self.function(topic, *args)
        finally:
            executor.end_message(record)

    def __str__(self) -> str:
        return self.name


class Callbacks:
    """What a Presence class overrides; None stands for what it leaves alone."""

    __slots__ = ("fetch", "handle_metas")

    def __init__(self, fetch: Callback | None, handle_metas: Callback | None) -> None:
        self.fetch = fetch
        self.handle_metas = handle_metas


NONE = Callbacks(None, None)

_registry: dict[str, Callable[[], Callbacks]] = {}


def register(name: str, callbacks: Callable[[], Callbacks]) -> None:
    """A Presence class was defined."""
    _registry[name] = callbacks


def any_class() -> bool:
    """Whether there is a Presence class at all."""
    return bool(_registry)


def callbacks_of(name: str) -> Callbacks:
    """Those of the class of that name; none if this process does not know it."""
    callbacks = _registry.get(name)
    return NONE if callbacks is None else callbacks()


def new_context() -> contextvars.Context:
    """For a task that runs callbacks: the site's defaults, and the async ORM in the pool."""
    context = contextvars.Context()
    executor.bind_context(context)
    return context


async def fetched(fetch: Callback | None, topic: str, presences: Presences) -> Presences:
    """With what ``fetch`` adds. If that fails it is logged, and the presences stay as they are."""
    if fetch is None or not presences:
        return presences
    try:
        result = await fetch(topic, presences)
        check_fetched(fetch, result)
    except (Exception, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError) and is_being_cancelled():
            raise
        logger.exception("%s failed on topic %r; its presences go out without what it adds.", fetch, topic)
        return presences
    return dict(result)


def check_fetched(fetch: Callback, result: Any) -> None:
    """Raises TypeError unless it can be sent as presences."""
    if not isinstance(result, dict):
        raise TypeError(
            f"{fetch} should return a dict {{key: {{'metas': […], …}}}}, got {type(result).__name__}."
        )
    for key, presence in result.items():
        if not isinstance(presence, dict) or not presence.get("metas"):
            raise TypeError(
                f"{fetch} should keep the metas of {key!r}: {{'metas': […], …}}, got {presence!r:.200}."
            )


async def tell_metas(handle_metas: Callback, topic: str, *args: Any) -> None:
    """A failure is logged."""
    try:
        await handle_metas(topic, *args)
    except (Exception, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError) and is_being_cancelled():
            raise
        logger.exception("%s failed on topic %r.", handle_metas, topic)
