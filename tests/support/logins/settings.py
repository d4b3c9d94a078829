"""Settings of a site with logins, whose processes share a channel layer and a database given by the test."""

from __future__ import annotations

import json
import os

from tests.settings import *  # noqa: F403

CHANNEL_LAYERS = json.loads(os.environ["PEER_LAYERS"])
DJANGO_PHOENIX = {"LOOP_BLOCK_LIMIT": None, "LOGIN_CHECK_SECONDS": 0.5}
ASGI_APPLICATION = "tests.support.logins.asgi.application"
ROOT_URLCONF = "tests.support.logins.urls"
