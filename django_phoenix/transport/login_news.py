"""What becomes of logins, told to all processes: from Django's signals, and from ``disconnect_user``.

A process that serves sockets has one subscriber for it (``login_watch``), not one for each connection.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends import signed_cookies
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from django_phoenix import pubsub
from django_phoenix.conf import settings
from django_phoenix.transport.login import session_digest, state_digest, user_digest
from django_phoenix.wire.topic import INTERNAL

TOPIC = f"{INTERNAL}logins"

# Whatever the digest stands for has ended: a session, or, for `disconnect_user`, all connections of a user.
ENDED = "ended"
# A user was saved: logins of another state are over.
CHANGED = "changed"
# No state at all: the user is gone.
NO_STATE = ""


def connect_signals() -> None:
    """Called once by the app's ``ready``."""
    if not apps.is_installed("django.contrib.auth"):
        return
    user_logged_out.connect(_logged_out, dispatch_uid="django_phoenix.login_news")
    for model in _user_models():
        # Per model: a receiver for all of them would slow every deletion down.
        post_save.connect(_saved, sender=model, dispatch_uid="django_phoenix.login_news")
        post_delete.connect(_deleted, sender=model, dispatch_uid="django_phoenix.login_news")


def disconnect_user(user: Any, *, on_commit: bool = True) -> None:
    """Close all sockets of a user, on all nodes. See ``django_phoenix.socket.disconnect_user``."""
    _tell(ENDED, user_digest(user), on_commit=on_commit)


def _user_models() -> list[type[Any]]:
    """The user model with its proxies and children: each sends signals of its own."""
    return [model for model in apps.get_models() if issubclass(model, get_user_model())]


def _logged_out(*, request: HttpRequest | None, user: Any, **_: Any) -> None:
    session = getattr(request, "session", None)
    if session is None or not settings.CLOSE_ON_LOGOUT:
        return
    if isinstance(session, signed_cookies.SessionStore):
        # Its key is another one at each change of the session. The user's other browsers just come back.
        if user is not None:
            _tell(ENDED, user_digest(user))
    elif session.session_key is not None:
        _tell(ENDED, session_digest(session.session_key))


def _saved(*, instance: Any, created: bool, update_fields: Any, **_: Any) -> None:
    if created or not settings.CLOSE_ON_LOGOUT:
        return
    if update_fields is not None and set(update_fields) <= {"last_login"}:
        return
    _tell(CHANGED, user_digest(instance), state=state_digest(instance).hex())


def _deleted(*, instance: Any, **_: Any) -> None:
    if settings.CLOSE_ON_LOGOUT:
        _tell(CHANGED, user_digest(instance), state=NO_STATE)


def _tell(event: str, about: bytes, *, state: str = NO_STATE, on_commit: bool = True) -> None:
    if pubsub.layer() is None and pubsub.subscriber_count(TOPIC) == 0:
        return
    pubsub.broadcast(TOPIC, event, {"about": about.hex(), "state": state}, on_commit=on_commit)
