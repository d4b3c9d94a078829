"""A site with small pages for each feature, under a strict content policy, with a database of its own."""

from __future__ import annotations

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DJANGO_PHOENIX as BASE_PHOENIX
from tests.settings import INSTALLED_APPS as BASE_APPS
from tests.settings import MIDDLEWARE as BASE_MIDDLEWARE
from tests.settings import TEMPLATES as BASE_TEMPLATES

DEBUG = True  # which serves static files
ROOT_URLCONF = "tests.support.feature_site.urls"
ASGI_APPLICATION = "tests.support.feature_site.asgi.application"
INSTALLED_APPS = [*BASE_APPS, "tests.support.feature_site"]
MIDDLEWARE = [
    "testproject.pages.middleware.ContentSecurityPolicy",
    "tests.support.feature_site.pages.scripts.NoncePolicy",
    *BASE_MIDDLEWARE,
    "django_phoenix.middleware.FlashMiddleware",
]
TEMPLATES = [{**BASE_TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]}, *BASE_TEMPLATES[1:]]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE_PATH", ":memory:")}
}
DJANGO_PHOENIX = {**BASE_PHOENIX, "LIVE_MODELS": ["feature_site"]}
