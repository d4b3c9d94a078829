"""The tests' settings with pages of components, under the test project's strict content policy."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import MIDDLEWARE as BASE_MIDDLEWARE

DEBUG = True  # which serves static files
ROOT_URLCONF = "tests.support.components_site.urls"
ASGI_APPLICATION = "tests.support.components_site.asgi.application"
MIDDLEWARE = ["testproject.pages.middleware.ContentSecurityPolicy", *BASE_MIDDLEWARE]
