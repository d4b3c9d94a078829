"""The tests' settings with the live site's pages: for real servers."""

from __future__ import annotations

from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import TEMPLATES as BASE_TEMPLATES

ROOT_URLCONF = "tests.support.live_site.urls"
ASGI_APPLICATION = "tests.support.live_site.asgi.application"
LOGIN_URL = "/login/"
TEMPLATES = [{**BASE_TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]}]
