"""Sign something for a client to keep and to bring back (Phoenix.Token).

    token = tokens.sign("user socket", user.pk)
    user_id = tokens.verify("user socket", token, max_age=14 * tokens.DAY)

Tokens are signed with the site's ``SECRET_KEY``, not encrypted: whoever has one can read it. They consist of
``A-Z a-z 0-9 _ . -`` only, so they fit into URLs, headers and HTML attributes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from django_phoenix.exceptions import InvalidToken, StaleToken

__all__ = ["DAY", "HOUR", "MINUTE", "InvalidToken", "StaleToken", "sign", "verify"]

# Seconds.
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FORTNIGHT = 14 * DAY

# Part of every salt: tokens of another format do not verify at all.
FORMAT = 1

MaxAge = float | timedelta | None


def sign(salt: str, data: Any) -> str:
    """A token that holds ``data``, any JSON value, and the time of now.

    ``salt`` says what the token is for: one signed for something else does not verify. It is no secret.
    Raises TypeError for what is no JSON.
    """
    return _signer("user", salt).sign_object(data)


def verify(salt: str, token: object, max_age: MaxAge = DAY) -> Any:
    """What the token holds. ``max_age``: seconds, a timedelta, or None for a token that never grows old.

    Raises InvalidToken if it was forged, cut, is no text, or was made for another ``salt``; StaleToken, its
    subclass, if it is older than ``max_age``.
    """
    return _verified(_signer("user", salt), f"{salt!r}", token, max_age)


def sign_own(kind: str, content: Any) -> str:
    """The package's own: a token of this kind ("session", "static", …). No salt of a site is like it."""
    return _signer("own", kind).sign_object(content)


def verify_own(kind: str, token: object, max_age: MaxAge = FORTNIGHT) -> Any:
    """What a token of ``sign_own`` holds. Raises as ``verify`` does."""
    return _verified(_signer("own", kind), kind, token, max_age)


def _verified(signer: TimestampSigner, name: str, token: object, max_age: MaxAge) -> Any:
    if not isinstance(token, str):
        raise InvalidToken(f"A {name} token should be text, got {type(token).__name__}.")
    try:
        return signer.unsign_object(token, max_age=max_age)
    except SignatureExpired as error:
        age = f"{max_age} seconds" if isinstance(max_age, int | float) else str(max_age)
        raise StaleToken(f"The {name} token is older than {age}.") from error
    except (BadSignature, ValueError) as error:
        raise InvalidToken(f"The {name} token does not verify.") from error


def _signer(family: str, name: str) -> TimestampSigner:
    return TimestampSigner(sep=".", salt=f"django_phoenix.{family}.{FORMAT}.{name}")
