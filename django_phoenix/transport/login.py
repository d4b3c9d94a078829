"""Whose a connection is, so that it can be closed when that login ends.

What leaves the process, or stays in a table, are salted hashes: no session key and no password hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.db.models import Model
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

# Bytes of a digest.
LENGTH = 16


class Login:
    """The login of one connection. ``session`` is None where no session is behind it, ``state`` where its
    end is none of our business."""

    __slots__ = ("at", "session", "state", "user")

    def __init__(self, user: bytes, state: bytes | None, session: bytes | None, at: float) -> None:
        self.user = user
        # The password and whether the account is active.
        self.state = state
        self.session = session
        # When it was looked at.
        self.at = at


def login_of(socket: Socket, *, follows: bool, at: float) -> Login | None:
    """The login of a socket that has connected; None for a visitor, or a user who is not in the database."""
    user = socket.user
    if not isinstance(user, Model) or not getattr(user, "is_authenticated", False):
        return None
    if not follows:
        return Login(user_digest(user), None, None, at)
    session = socket.session
    key = session.session_key if session is not None and SESSION_KEY in session else None
    ended_by = None if key is None else session_digest(key)
    return Login(user_digest(user), state_digest(user), ended_by, at)


def user_digest(user: Any) -> bytes:
    """The same for all logins of a user."""
    return _digest("user", user._meta.pk.value_to_string(user))


def session_digest(session_key: str) -> bytes:
    """For one browser's session."""
    return _digest("session", session_key)


def state_digest(user: Any) -> bytes:
    """Another one when the password changes or the account is switched off."""
    auth_hash = user.get_session_auth_hash() if hasattr(user, "get_session_auth_hash") else ""
    return _digest("state", f"{getattr(user, 'is_active', True)} {auth_hash}")


def _digest(kind: str, value: str) -> bytes:
    return salted_hmac(f"django_phoenix.login.{kind}", value, algorithm="sha256").digest()[:LENGTH]
