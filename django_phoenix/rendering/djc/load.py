"""Brings components into the renderer: compiled, or left to django-components if it is another one."""

from __future__ import annotations

import logging
from importlib import import_module

logger = logging.getLogger("django_phoenix.rendering")

# Why components are not compiled: what could not be imported.
problems: list[ImportError] = []


def load() -> None:
    """Called once, by the app's ``ready``, where django-components is installed."""
    try:
        import_module("django_phoenix.rendering.djc.handlers")
    except ImportError as error:
        problems[:] = [error]
        logger.warning("Components are not compiled, for this django-components is another one: %s", error)
        import_module("django_phoenix.rendering.djc.leaf")
        import_module("django_phoenix.rendering.djc.dependencies")
