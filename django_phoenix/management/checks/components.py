"""django-components beside us: its version, its URLs, its cache."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from typing import Any

from django.apps import apps
from django.conf import settings as site
from django.core.checks import CheckMessage
from django.template import TemplateDoesNotExist
from django.urls import NoReverseMatch, reverse

from django_phoenix.management.checks.messages import error, warning
from django_phoenix.rendering.djc import load


def check_components() -> Iterator[CheckMessage]:
    """W015 another django-components than we know, E013 a file of one is missing, W016 its URLs are."""
    if not apps.is_installed("django_components"):
        return
    for problem in load.problems:
        yield warning(
            15,
            f"django-components {version('django-components')} is not as django-phoenix knows it "
            f"({problem}): a component in a live page is sent as a whole when anything in it changes.",
            "Install a django-components of at least 0.149; if yours is newer, a newer django-phoenix.",
        )
    for cls, fault in _broken():
        yield error(
            13,
            f"{cls.__module__}.{cls.__qualname__}: a file of the component cannot be read: {fault}",
            "Name it by its path from the file of its class, or from a folder of components.",
        )
    own = next((cls for cls in _components() if cls.js or cls.css), None)
    if own is not None and not _has_urls(own):
        yield warning(
            16,
            f"{own.__name__} has JS or CSS of its own, and no URL gives it to browsers.",
            'Add path("", include("django_components.urls")) to the URLconf.',
        )


def check_component_cache() -> Iterator[CheckMessage]:
    """W017 JS and CSS data of components in the memory of one process, where there are several."""
    if not apps.is_installed("django_components"):
        return
    workers = os.environ.get("WEB_CONCURRENCY", "")
    if workers.isdigit() and int(workers) == 1:
        return
    wishes: Any = getattr(site, "COMPONENTS", None) or {}
    shared = wishes.get("cache") if isinstance(wishes, dict) else wishes.cache
    own = next((cls for cls in _components() if _has_data(cls)), None)
    if own is not None and shared is None:
        yield warning(
            17,
            f"What {own.__name__} gives its JS or CSS by get_js_data() or get_css_data() is kept in the "
            "memory of one process; another one, asked for it by a browser, answers 404.",
            'COMPONENTS = {"cache": "…"}: the alias of a cache in CACHES that all processes share. With '
            "exactly one process silence it.",
        )


def _components() -> list[Any]:
    """Those whose JS and CSS can be read."""
    found: list[Any] = import_module("django_components").all_components()
    return [cls for cls in found if _problem(cls) is None]


def _broken() -> Iterator[tuple[Any, Exception]]:
    for cls in import_module("django_components").all_components():
        problem = _problem(cls)
        if problem is not None:
            yield cls, problem


def _problem(cls: Any) -> Exception | None:
    try:
        _ = cls.js, cls.css  # which reads the files
    except (ValueError, OSError, TemplateDoesNotExist) as problem:
        return problem
    return None


def _has_data(cls: Any) -> bool:
    base: Any = import_module("django_components").Component
    return any(
        text and getattr(cls, method) is not getattr(base, method)
        for text, method in ((cls.js, "get_js_data"), (cls.css, "get_css_data"))
    )


def _has_urls(cls: Any) -> bool:
    try:
        reverse("components_cached_script", kwargs={"comp_cls_id": cls.class_id, "script_type": "js"})
    except NoReverseMatch:
        return False
    return True
