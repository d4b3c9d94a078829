"""The application that server tests serve."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
inner = get_asgi_application()

from django_phoenix.routing import phoenix_application, socket  # noqa: E402
from tests.support.isolation import IsolationSocket  # noqa: E402
from tests.support.sockets import BenchSocket, PhoneSocket, UserSocket  # noqa: E402

application = phoenix_application(
    inner,
    live=None,
    sockets=[
        socket("socket/", UserSocket),
        socket("polling/", UserSocket, longpoll={"window_ms": 300}),
        socket("bench/", BenchSocket),
        socket("phone/", PhoneSocket, auth_token=True),
        socket("isolation/", IsolationSocket),
        socket("tenants/<slug:tenant>/", UserSocket),
    ],
)
