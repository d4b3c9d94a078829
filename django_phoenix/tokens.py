"""Sign and verify what a page carries for the server (Phoenix.Token).

Tokens are signed, not encrypted: whoever has the page can read them. They consist of ``A-Z a-z 0-9 _ . -``
only, since the client writes some of them into cookies and HTML attributes without escaping.
"""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from django_phoenix.exceptions import InvalidToken, StaleToken

# Part of every salt: tokens of another format do not verify at all.
FORMAT = 1

FORTNIGHT = 1_209_600
MINUTE = 60


def sign(kind: str, content: Any) -> str:
    """A token of this kind ("session", "static", "reload"…) that holds ``content``, any JSON value."""
    return _signer(kind).sign_object(content)


def verify(kind: str, token: object, max_age: int = FORTNIGHT) -> Any:
    """What the token holds.

    Raises InvalidToken if it was forged, cut, or made for another kind or format; StaleToken if it is older
    than ``max_age`` seconds.
    """
    if not isinstance(token, str):
        raise InvalidToken(f"A {kind} token should be text, got {type(token).__name__}.")
    try:
        return _signer(kind).unsign_object(token, max_age=max_age)
    except SignatureExpired as error:
        raise StaleToken(f"The {kind} token is older than {max_age} seconds.") from error
    except (BadSignature, ValueError) as error:
        raise InvalidToken(f"The {kind} token does not verify.") from error


def _signer(kind: str) -> TimestampSigner:
    return TimestampSigner(sep=".", salt=f"django_phoenix.{kind}.{FORMAT}")
