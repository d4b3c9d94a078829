"""Settings of the site that other people's clients are run against."""

from __future__ import annotations

from tests.settings import *  # noqa: F403

ASGI_APPLICATION = "tests.support.clients_site.asgi.application"
ROOT_URLCONF = "tests.support.clients_site.urls"
