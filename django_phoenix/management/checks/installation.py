"""Our settings, and what has been installed around us."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from django.conf import settings as site
from django.core.checks import CheckMessage

import django_phoenix
from django_phoenix.conf import DEFAULTS, SWITCHED_OFF_BY_NONE, settings, unknown_keys
from django_phoenix.delivery.live_models import unknown_names
from django_phoenix.executor import missing_asgiref_names
from django_phoenix.management.checks.messages import error, warning
from django_phoenix.rates import Rate

# Written as any rate may be. MESSAGE_RATE is a pair, always.
RATES = ("EVENT_RATE", "JOIN_RATE")
BUNDLE = Path(django_phoenix.__file__).parent / "static/django_phoenix/phoenix.js"


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
        problem = _problem(key, value) if key in DEFAULTS else None
        if problem is not None:
            yield error(3, f"DJANGO_PHOENIX[{key!r}]{problem}", f"Its default is {DEFAULTS[key]!r}.")


def _problem(key: str, value: object) -> str | None:
    if key not in RATES and not _fits(key, value):
        return f" should be {_kind(DEFAULTS[key])}, got {value!r}."
    if key in RATES or key == "MESSAGE_RATE":
        try:
            Rate.read(value)
        except ValueError as wrong:
            return f": {wrong}"
    if key == "LIVE_MODELS" and (names := unknown_names(value or ())):  # type: ignore[arg-type]
        return f" names what is neither an installed app nor a model: {', '.join(map(repr, names))}."
    return None


def _fits(key: str, value: object) -> bool:
    """Whether a value is of its default's kind: a number for a number, and so on. None switches off."""
    default = DEFAULTS[key]
    if value is None or default is None:
        return not _is_number(default) or key in SWITCHED_OFF_BY_NONE
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
