"""Session and user at the moment of a join: the socket's own are as old as its handshake."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.contrib import auth

if TYPE_CHECKING:
    from django_phoenix.socket import Socket


class _Borrowed(dict[str, Any]):
    """Session data for ``auth.get_user``, which may want to change the session: here nothing could carry that."""

    def flush(self) -> None:
        """No."""

    def cycle_key(self) -> None:
        """No: the browser would keep the old key, and be logged out."""


def current_login(socket: Socket) -> tuple[dict[str, Any], Any]:
    """The session's data and the user, read anew. Needs the database, so never on the loop."""
    key = socket.session.session_key if socket.session is not None else None
    data = _session_data(key) if key is not None else {}
    if not apps.is_installed("django.contrib.auth"):
        return data, None
    return data, auth.get_user(SimpleNamespace(session=_Borrowed(data)))  # type: ignore[arg-type]


def _session_data(key: str) -> dict[str, Any]:
    return dict(import_module(settings.SESSION_ENGINE).SessionStore(key).items())
