"""The application that the clients connect to."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.clients_site.settings")

from django.core.asgi import get_asgi_application

inner = get_asgi_application()

from django_phoenix.routing import phoenix_application, socket  # noqa: E402
from tests.support.clients_site.channels import RealtimeSocket, StageSocket  # noqa: E402

application = phoenix_application(
    inner,
    live=None,
    sockets=[
        # A client that polls and vanishes is missed after three seconds.
        socket("socket/", StageSocket, longpoll={"window_ms": 2000}),
        socket("realtime/v1/", RealtimeSocket, dialect="supabase"),
    ],
)
