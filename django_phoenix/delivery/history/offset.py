"""A client's place in a topic's history, as the opaque text that it keeps and gives back.

It is signed: whoever may join a topic shall not make up a place before the first one that it was given.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare

SIGNATURE_BYTES = 9
LONGEST = 4000


class Offset(NamedTuple):
    """``position`` in the log called ``log``; and the number of the last broadcast of each publisher."""

    log: str
    position: int
    seen: dict[str, int]


def write(topic: str, log: str, position: int, seen: Iterable[tuple[str, int]]) -> str:
    """As text, for clients."""
    body = f"{log}.{position}{''.join([f'.{stream}.{number}' for stream, number in seen])}"
    return f"{_signature(settings.SECRET_KEY, topic, body)}.{body}"


def read(topic: str, text: object) -> Offset | None:
    """What a client gives back; None for what we have never given out for this topic."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    signature, _, body = text.partition(".")
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(signature, _signature(key, topic, body)) for key in keys):
        return None
    log, position, *seen = body.split(".")
    return Offset(log, int(position), dict(zip(seen[::2], map(int, seen[1::2]), strict=True)))


def _signature(secret: str | bytes, topic: str, body: str) -> str:
    signed = f"{topic}\0{body}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(signed, key=_key(secret), digest_size=SIGNATURE_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


@lru_cache(maxsize=8)
def _key(secret: str | bytes) -> bytes:
    secret = secret.encode() if isinstance(secret, str) else secret
    return hashlib.blake2b(secret, digest_size=32, person=b"phx_offset").digest()
