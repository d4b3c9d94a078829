"""The client that is served: its version, and the HTML that brings it into a page."""

from __future__ import annotations

import json
import logging
from functools import cache
from pathlib import Path

from django.urls import get_script_prefix

import django_phoenix
from django_phoenix.conf import settings

logger = logging.getLogger(__name__)

STATIC = "django_phoenix"
SCRIPT = f"{STATIC}/phoenix.js"
STYLE = f"{STATIC}/phoenix.css"


@cache
def liveview_version() -> str:
    """The version of the bundled ``phoenix_live_view``, which the client compares with its own."""
    path = Path(django_phoenix.__file__).parent / "static" / STATIC / "versions.json"
    try:
        version = json.loads(path.read_text())["phoenix_live_view"]
    except (OSError, ValueError, KeyError) as error:
        logger.warning("%s can't be read (%s): the client's files were not built.", path, error)
        return "0.0.0"
    return str(version)


_mounted_at = "live/"


def mounted_at(route: str) -> None:
    """``phoenix_application`` has put the live socket there."""
    global _mounted_at
    _mounted_at = route


def live_path() -> str:
    """Where the page's script connects: setting LIVE_PATH, else where this process has its live socket."""
    path = settings.LIVE_PATH or _mounted_at
    return f"{get_script_prefix()}{path.strip('/')}"
