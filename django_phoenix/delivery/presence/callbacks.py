"""The callbacks of Presence classes, by the name that their presences go by on all nodes."""

from __future__ import annotations

import contextvars
import inspect
import logging
from collections.abc import Callable, Hashable
from typing import Any

from django_phoenix import executor

logger = logging.getLogger("django_phoenix.presence")

Presences = dict[str, Any]


class Callback:
    """One overridden method, ``def`` or ``async def``."""

    __slots__ = ("function", "is_async", "name")

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function = function
        self.is_async = inspect.iscoroutinefunction(function)
        self.name = name

    async def __call__(self, *args: Any) -> Any:
        """Call it where it belongs: ``async def`` on the loop, ``def`` in the pool."""
        if self.is_async:
            return await self.function(*args)
        return await executor.get_pool().run(OWNER, contextvars.copy_context(), self.function, *args)

    def __str__(self) -> str:
        return self.name


class Callbacks:
    """What a Presence class overrides; None stands for what it leaves alone."""

    __slots__ = ("fetch", "handle_metas")

    def __init__(self, fetch: Callback | None, handle_metas: Callback | None) -> None:
        self.fetch = fetch
        self.handle_metas = handle_metas


class Owner:
    """On whose behalf the callbacks run: the pool shares its threads out by this."""


OWNER: Hashable = Owner()
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
    record = executor.begin_message(OWNER, fetch)
    try:
        result = await fetch(topic, presences)
        check_fetched(fetch, result)
    except Exception:
        logger.exception("%s failed on topic %r; its presences go out without what it adds.", fetch, topic)
        return presences
    finally:
        executor.end_message(record)
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


async def tell_metas(handle_metas: Callback, *args: Any) -> None:
    """A failure is logged."""
    record = executor.begin_message(OWNER, handle_metas)
    try:
        await handle_metas(*args)
    except Exception:
        logger.exception("%s failed.", handle_metas)
    finally:
        executor.end_message(record)
