"""Session and user at the moment of a join: the socket's own are as old as its handshake."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from django_phoenix.transport.credentials import user_in

if TYPE_CHECKING:
    from django_phoenix.socket import Socket


def current_login(socket: Socket) -> tuple[dict[str, Any], Any]:
    """The session's data and the user, read anew. Needs the database, so never on the loop."""
    key = socket.session.session_key if socket.session is not None else None
    data = dict(import_module(settings.SESSION_ENGINE).SessionStore(key).items()) if key is not None else {}
    return data, user_in(data)
