"""
System checks, ``django_phoenix.E001`` and on. Ids are stable: one is never given to another problem.

Each function finds one kind of problem and says what to do; docs/reference/system_checks.md lists them all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings as site
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string

from django_phoenix.conf import DEFAULTS, settings, unknown_keys
from django_phoenix.executor import missing_asgiref_names
from django_phoenix.management.asgi_tree import find_sockets

PREFIX = "django_phoenix"
BUNDLE = Path(__file__).parent / "static/django_phoenix/phoenix.js"
CORE_LAYERS = {"channels_redis.core.RedisChannelLayer"}
MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"
PUBSUB_HINT = (
    'Use "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer" (pip install "django-phoenix[redis]").'
)


def error(number: int, message: str, hint: str, obj: Any = None) -> Error:
    return Error(message, hint=hint, obj=obj, id=f"{PREFIX}.E{number:03}")


def warning(number: int, message: str, hint: str, obj: Any = None) -> Warning:
    return Warning(message, hint=hint, obj=obj, id=f"{PREFIX}.W{number:03}")


def register_all() -> None:
    """Called once by the app's ``ready``."""
    for check in (check_settings, check_asgi, check_daphne, check_layers, check_bundle, check_asgiref):
        register(_listed(check))
    register(_listed(check_threads), Tags.database)
    register(_listed(check_memory_layer), deploy=True)


def _listed(check: Callable[[], Iterable[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    """A check as Django calls it."""

    def run(**_: Any) -> list[CheckMessage]:
        return list(check())

    run.__name__ = check.__name__
    return run


# -- DJANGO_PHOENIX


def check_settings() -> Iterator[CheckMessage]:
    """E001 not a dict, E002 unknown key, E003 wrong type."""
    ours = getattr(site, "DJANGO_PHOENIX", {})
    if not isinstance(ours, dict):
        yield error(
            1,
            f"DJANGO_PHOENIX is {type(ours).__name__}, not a dict.",
            'Write DJANGO_PHOENIX = {"KEY": value}.',
        )
        return
    for key in unknown_keys():
        yield error(2, f"DJANGO_PHOENIX has an unknown key {key}.", "The settings reference lists the keys.")
    for key, value in ours.items():
        if key in DEFAULTS and not _fits(value, DEFAULTS[key]):
            message = f"DJANGO_PHOENIX[{key!r}] should be {_kind(DEFAULTS[key])}, got {value!r}."
            yield error(3, message, f"Its default is {DEFAULTS[key]!r}.")


def _fits(value: object, default: object) -> bool:
    """Whether a value is of its default's kind: a number for a number, and so on. None switches off."""
    if value is None or default is None:
        return not _is_number(default) or default is None
    if _is_number(default):
        return _is_number(value) and value >= 0  # type: ignore[operator]
    if isinstance(default, tuple | list):
        return isinstance(value, tuple | list)
    return isinstance(value, type(default))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kind(default: object) -> str:
    names = {bool: "True or False", str: "a string", tuple: "a tuple or None", list: "a list", dict: "a dict"}
    return "a number of 0 or more" if _is_number(default) else names.get(type(default), "something else")


# -- the ASGI application


def check_asgi() -> Iterator[CheckMessage]:
    """W001 no ASGI_APPLICATION, E004 it cannot be loaded, W002 nothing of ours in it."""
    name = getattr(site, "ASGI_APPLICATION", None)
    if not name:
        yield warning(
            1,
            "ASGI_APPLICATION is not set, so runserver opens no sockets: live pages show but do not live.",
            "Run manage.py phx_install, or set it to the application in your asgi.py.",
        )
        return
    try:
        application = import_string(name)
    except Exception as problem:  # whatever the site's asgi.py raises is the finding
        yield error(
            4,
            f"ASGI_APPLICATION {name!r} cannot be loaded: {type(problem).__name__}: {problem}",
            "It should be the dotted path of `application` in your asgi.py.",
        )
        return
    if not find_sockets(application):
        yield warning(
            2,
            f"{name} serves neither live views nor channels.",
            f"In {name.rpartition('.')[0]}: application = phoenix_application(application), "
            "from django_phoenix.routing; manage.py phx_install writes it.",
        )


def check_daphne() -> Iterator[CheckMessage]:
    """W004 runserver speaks no WebSocket. (A late "daphne" is daphne.E001.)"""
    if getattr(site, "ASGI_APPLICATION", None) and not apps.is_installed("daphne"):
        yield warning(
            4,
            '"daphne" is not in INSTALLED_APPS, so runserver opens no sockets.',
            'Put "daphne" at the head of INSTALLED_APPS; it only replaces runserver. Deploy with any. '
            "If you develop with another ASGI server, silence this check.",
        )


# -- CHANNEL_LAYERS


def check_layers() -> Iterator[CheckMessage]:
    """E005 malformed or unknown, E006 redis-py's timeout, W005 a layer that drops, W006 several workers."""
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
        import_string(backend)
    except ImportError as problem:
        yield error(5, f"The channel layer {backend!r} cannot be imported: {problem}", _install_hint(backend))
        return
    if backend == MEMORY_LAYER:
        yield from _workers("The channel layer lives in the memory of one process")
    if backend in CORE_LAYERS:
        yield from _core_layer(layers["default"].get("CONFIG", {}))


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
    if _redis_major() >= 8 and not all(_waits_forever(host) for host in config.get("hosts") or [None]):
        yield error(
            6,
            "redis-py 8 gives up a read after 5 seconds, which is how long channels_redis.core waits for a "
            "message: an idle process stops receiving broadcasts.",
            '"CONFIG": {"hosts": [{"address": "redis://…", "socket_timeout": None}]}, or the pub/sub layer.',
        )


def _waits_forever(host: object) -> bool:
    return isinstance(host, dict) and "socket_timeout" in host and host["socket_timeout"] is None


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


# -- files and threads


def check_bundle() -> Iterator[CheckMessage]:
    """E007 the script of the pages was never built."""
    if not BUNDLE.exists():
        yield error(
            7,
            "The browser script django_phoenix/phoenix.js is missing from this installation.",
            "In a checkout: pip install -e . builds it. Otherwise reinstall django-phoenix.",
        )


def check_asgiref() -> Iterator[CheckMessage]:
    """E008 a release of asgiref that moved what we hold on to."""
    missing = missing_asgiref_names()
    if missing:
        yield error(
            8,
            f"asgiref {version('asgiref')} lacks {', '.join(missing)}: async queries would delay each other.",
            "Install a release of asgiref that django-phoenix was tested with (3.8.1 to 3.13).",
        )


def check_threads() -> Iterator[CheckMessage]:
    """W007 fewer pooled connections than handler threads."""
    threads = settings.POOL_THREADS or 0  # None fits itself to the pool
    for alias, database in site.DATABASES.items():
        pool = database.get("OPTIONS", {}).get("pool")
        if pool and (size := _pool_size(pool)) < threads:
            yield warning(
                7,
                f"Database {alias!r} pools {size} connections, and {threads} threads run handlers.",
                f'Raise "pool": {{"max_size": …}} or lower DJANGO_PHOENIX["POOL_THREADS"] to {size} or less.',
            )


def _pool_size(pool: object) -> int:
    """Connections that psycopg's pool may open: max_size, by default min_size, by default 4."""
    options = pool if isinstance(pool, dict) else {}
    return int(options.get("max_size") or options.get("min_size") or 4)
