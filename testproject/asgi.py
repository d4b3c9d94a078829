"""ASGI entry point: Django, its static files, live views at /live and channels at /socket."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "testproject.settings")
django_application = get_asgi_application()

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402

from django_phoenix.routing import phoenix_application, socket  # noqa: E402
from testproject.sockets import UserSocket  # noqa: E402

# A site in production leaves static files to its web server or WhiteNoise; this one serves them itself,
# so that it looks the same under every ASGI server.
application = phoenix_application(
    ASGIStaticFilesHandler(django_application),
    sockets=[socket("socket/", UserSocket)],
)
