"""Settings of the test project: runs as it is; environment variables switch parts.

| variable            | effect                                                                   |
|---------------------|--------------------------------------------------------------------------|
| `DEBUG=0`           | production-like: no debug pages                                          |
| `DATABASE_PATH`     | the SQLite file (default: `db.sqlite3` beside this file)                 |
| `REDIS_URL`         | channel layer in Redis instead of in memory                              |
| `REDIS_LAYER=core`  | with `REDIS_URL`: the core layer instead of the pub/sub layer            |
| `CSRF_USE_SESSIONS` | keep the CSRF secret in the session instead of a cookie                  |
| `PHX_BENCH`         | serve the benchmark app too                                              |
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent


def switched_on(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default) not in {"", "0"}


DEBUG = switched_on("DEBUG", "1")
BENCH = switched_on("PHX_BENCH")
SECRET_KEY = os.environ.get("SECRET_KEY", "a test project has no secrets: never use this key elsewhere")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_components",
    "django_phoenix",
    "django_phoenix.core_components",
    "testproject.pages",
    "testproject.counter",
    "testproject.together",
    "testproject.table",
    "testproject.cards",
    "testproject.chat",
    "testproject.board",
    "testproject.chart",
    "testproject.journal",
    "testproject.photos",
    "testproject.radio",
    "testproject.account",
    "testproject.gallery",
    "testproject.roost",
]
if BENCH:
    INSTALLED_APPS.append("testproject.bench")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "testproject.pages.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_phoenix.middleware.FlashMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "testproject.urls"
ASGI_APPLICATION = "testproject.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "testproject.pages.context.demos",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DATABASE_PATH", BASE_DIR / "db.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=wal"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def channel_layer() -> dict[str, Any]:
    """In memory, or in the Redis that `REDIS_URL` names."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    if os.environ.get("REDIS_LAYER") == "core":
        # redis-py's default socket timeout equals the layer's blocking pop: idle consumers would die.
        hosts = [{"address": url, "socket_timeout": None}]
        return {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": hosts}}
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}


# Comments and what was done arrive in open pages by themselves.
DJANGO_PHOENIX = {"LIVE_MODELS": ["roost.Comment", "roost.Activity"]}
CHANNEL_LAYERS = {"default": channel_layer()}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
]
# /account/ shows Django's own LoginRequiredMixin on purpose.
SILENCED_SYSTEM_CHECKS = ["django_phoenix.W009"]

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "roost:boards"
LOGOUT_REDIRECT_URL = "home"
CSRF_USE_SESSIONS = switched_on("CSRF_USE_SESSIONS")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
# What people upload lies beside the database. It is served by views that ask who may see it.
MEDIA_ROOT = Path(DATABASES["default"]["NAME"]).parent / "media"
