"""A site with other people's template libraries, for `cases.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

SECRET_KEY = "for-tests-only"
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "German")]
ROOT_URLCONF = "tests.support.empty_urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "widget_tweaks",
    "django_cotton.apps.SimpleAppConfig",
    "compressor",
    "easy_thumbnails",
    "django_phoenix",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
FOLDER = Path(tempfile.gettempdir(), "django_phoenix_libraries")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = COMPRESS_ROOT = str(FOLDER / "static")
STATICFILES_FINDERS = ["compressor.finders.CompressorFinder"]
MEDIA_URL = "/media/"
MEDIA_ROOT = str(FOLDER / "media")
COMPRESS_ENABLED = True
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
THUMBNAIL_ALIASES = {"": {"small": {"size": (8, 8), "crop": True}}}
