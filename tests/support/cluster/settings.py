"""Settings of a site whose servers share a channel layer, given by the test."""

from __future__ import annotations

import json
import os

from tests.settings import *  # noqa: F403

CHANNEL_LAYERS = json.loads(os.environ["PEER_LAYERS"])
DJANGO_PHOENIX = {"LOOP_BLOCK_LIMIT": 0.1, **json.loads(os.environ.get("PEER_PHOENIX", "{}"))}
ASGI_APPLICATION = "tests.support.cluster.asgi.application"
ROOT_URLCONF = "tests.support.cluster.urls"
