"""The sub-protocols of a WebSocket handshake, and the auth token that the client hides among them."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence

# What the official client offers beside its token, and what it wants to be answered.
BESIDE_TOKEN = "phoenix"
TOKEN_PREFIX = "base64url.bearer.phx."


def split_token(offered: Sequence[str]) -> tuple[list[str], str | None]:
    """What a client offers, without its auth token, and that token.

    None, and nothing is taken out, if there is no token or more than one. Raises ValueError for a token that
    can't be read.
    """
    tokens = [name for name in offered if name.startswith(TOKEN_PREFIX)]
    if len(tokens) != 1:
        return list(offered), None
    return [name for name in offered if name != tokens[0]], _decoded(tokens[0].removeprefix(TOKEN_PREFIX))


def choose(offered: Collection[str], spoken: Sequence[str]) -> str | None:
    """The first that we speak and the client offers; None if it offers nothing, or we speak none.

    Raises ValueError if there is no such one.
    """
    if not spoken or not offered:
        return None
    for name in spoken:
        if name in offered:
            return name
    raise ValueError(f"of the sub-protocols {', '.join(offered)} none is among {', '.join(spoken)}")


def _decoded(text: str) -> str:
    """Base64 in the ordinary alphabet, as the official client writes it, or the one for URLs; unpadded."""
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        token = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise ValueError("the auth token should be base64") from None
    try:
        return token.decode()
    except UnicodeDecodeError:
        # What a browser's `btoa` makes of other letters than ASCII's.
        return token.decode("latin1")
