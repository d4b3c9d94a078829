"""A site with two databases and ATOMIC_REQUESTS; channel layer, folder and script name come from the test."""

from __future__ import annotations

import json
import os

from tests.settings import *  # noqa: F403

FOLDER = os.environ["MATRIX_FOLDER"]
DATABASES = {
    name: {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{FOLDER}/{name}.sqlite3",
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
    for name in ("default", "archive")
}
if "MATRIX_LAYERS" in os.environ:
    CHANNEL_LAYERS = json.loads(os.environ["MATRIX_LAYERS"])
FORCE_SCRIPT_NAME = os.environ.get("MATRIX_SCRIPT_NAME")
ASGI_APPLICATION = "tests.support.matrix.asgi.application"
ROOT_URLCONF = "tests.support.matrix.urls"
