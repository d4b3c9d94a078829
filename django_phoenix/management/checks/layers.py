"""The traps of CHANNEL_LAYERS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings as site
from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

from django_phoenix.management.checks.messages import error, warning

CORE_LAYER = "channels_redis.core.RedisChannelLayer"
MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"
# Seconds for which channels_redis.core blocks on an empty queue.
BLOCKING_READ = 5
UNSET = object()
PUBSUB_HINT = (
    'Use "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer" (pip install "django-phoenix[redis]").'
)


def check_layers() -> Iterator[CheckMessage]:
    """E005 malformed or unknown, E006 and W008 timeouts, W005 a layer that drops, W006 several workers."""
    layers = getattr(site, "CHANNEL_LAYERS", {})
    if not layers:
        yield from _workers("CHANNEL_LAYERS is not set")
        return
    backend = _backend(layers)
    if backend is None:
        yield error(
            5,
            'CHANNEL_LAYERS has no {"default": {"BACKEND": "…"}}.',
            "Broadcasts use the layer named default. " + PUBSUB_HINT,
        )
        return
    try:
        layer = import_string(backend)
    except ImportError as problem:
        yield error(5, f"The channel layer {backend!r} cannot be imported: {problem}", _install_hint(backend))
        return
    if _is_a(layer, MEMORY_LAYER):
        yield from _workers("The channel layer lives in the memory of one process")
    if _is_a(layer, CORE_LAYER):
        yield from _core_layer(layers["default"].get("CONFIG", {}))


def _is_a(layer: object, name: str) -> bool:
    """Whether a layer class is the named one or derives from it."""
    bases = layer.__mro__ if isinstance(layer, type) else ()
    return any(f"{base.__module__}.{base.__qualname__}" == name for base in bases)


def _backend(layers: object) -> str | None:
    default = layers.get("default") if isinstance(layers, dict) else None
    backend = default.get("BACKEND") if isinstance(default, dict) else None
    return backend if isinstance(backend, str) else None


def _install_hint(backend: str) -> str:
    if backend.startswith("channels_redis"):
        return (
            'pip install "django-phoenix[redis]"; the layer is channels_redis.pubsub.RedisPubSubChannelLayer.'
        )
    return "Check the spelling and that its package is installed. " + PUBSUB_HINT


def _core_layer(config: dict[str, Any]) -> Iterator[CheckMessage]:
    yield warning(
        5,
        "channels_redis.core drops messages silently when a process falls behind (100 wait at most).",
        PUBSUB_HINT,
    )
    timeouts = [_timeout(host) for host in config.get("hosts") or [None]]
    cure = '"CONFIG": {"hosts": [{"address": "redis://…", "socket_timeout": None}]}, or the pub/sub layer.'
    if any(isinstance(timeout, int | float) and timeout <= BLOCKING_READ for timeout in timeouts):
        yield error(
            6,
            f"A socket_timeout of {BLOCKING_READ} seconds or less ends before channels_redis.core has waited "
            "for a message: an idle process stops receiving broadcasts.",
            cure,
        )
    elif UNSET in timeouts and _redis_major() >= 8:
        yield warning(
            8,
            f"redis-py 8 gives up a read after {BLOCKING_READ} seconds; channels_redis.core waits that long "
            "for a message. django-phoenix is prepared; idle consumers of your own die of it.",
            cure,
        )


def _timeout(host: object) -> object:
    return host.get("socket_timeout", UNSET) if isinstance(host, dict) else UNSET


def _redis_major() -> int:
    try:
        return int(version("redis").partition(".")[0])
    except (PackageNotFoundError, ValueError):
        return 0


def _workers(why: str) -> Iterator[CheckMessage]:
    count = os.environ.get("WEB_CONCURRENCY", "1")
    if count.isdigit() and int(count) > 1:
        yield warning(
            6,
            f"{why}, and WEB_CONCURRENCY asks for {count} workers: they will not hear each other.",
            PUBSUB_HINT,
        )


def check_memory_layer() -> Iterator[CheckMessage]:
    """W006 under ``check --deploy``: no layer that several processes share."""
    layers = getattr(site, "CHANNEL_LAYERS", {})
    if not layers or _backend(layers) == MEMORY_LAYER:
        yield warning(
            6,
            "Broadcasts stay inside one process: other server processes and task queues are not heard.",
            f"{PUBSUB_HINT} With exactly one process, silence this check.",
        )
