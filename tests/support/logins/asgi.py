"""A socket that tells whose it is."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.logins.settings")

from django.core.asgi import get_asgi_application

inner = get_asgi_application()

from django_phoenix.channel import Channel  # noqa: E402
from django_phoenix.routing import phoenix_application, socket  # noqa: E402
from django_phoenix.socket import Socket  # noqa: E402


class MeChannel(Channel):
    async def join(self, payload: Any) -> dict[str, Any]:
        return {"name": self.user.get_username()}


class MeSocket(Socket):
    channels = {"me": MeChannel}


application = phoenix_application(inner, live=None, sockets=[socket("socket/", MeSocket, check_csrf=False)])
