"""
System checks, ``django_phoenix.E001`` and on. Ids are stable: one is never given to another problem.

Each function finds one kind of problem and says what to do. docs/reference/system_checks.md lists all ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Tags, register

from django_phoenix.management.checks.asgi import check_asgi, check_daphne, check_events
from django_phoenix.management.checks.components import check_component_cache, check_components
from django_phoenix.management.checks.installation import (
    check_asgiref,
    check_bundle,
    check_settings,
    check_threads,
)
from django_phoenix.management.checks.layers import check_layers, check_memory_layer
from django_phoenix.management.checks.misspelt import check_names


def register_all() -> None:
    """Called once by the app's ``ready``."""
    for check in (
        check_settings,
        check_bundle,
        check_asgiref,
        check_asgi,
        check_daphne,
        check_events,
        check_names,
        check_layers,
        check_components,
    ):
        register(_listed(check))
    register(_listed(check_live), Tags.urls)
    register(_listed(check_templates), Tags.templates, "phoenix_templates")
    register(_listed(check_threads), Tags.database)
    register(_listed(check_memory_layer), deploy=True)
    register(_listed(check_component_cache), deploy=True)


def check_live() -> Iterator[CheckMessage]:
    """Live routes."""
    # Here, because sites with channels alone never load the live part when they serve.
    from django_phoenix.management.checks import live

    yield from live.check_live()


def check_templates() -> Iterator[CheckMessage]:
    """Templates of live views and components."""
    from django_phoenix.management.checks import templates

    yield from templates.check_templates()


def _listed(check: Callable[[], Iterable[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    """A check as Django calls it."""

    def run(**_: Any) -> list[CheckMessage]:
        return list(check())

    run.__name__ = check.__name__
    return run
