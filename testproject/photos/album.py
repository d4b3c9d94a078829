"""Where pictures are kept: a Django storage, here one in memory, for the latest few."""

from __future__ import annotations

import secrets
from collections import deque
from typing import Any, NamedTuple

from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

STARTS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
MOST = 24

storage = InMemoryStorage()
_names: deque[str] = deque()


class Picture(NamedTuple):
    id: str
    name: str
    size: int

    @property
    def url(self) -> str:
        return reverse("picture", args=[self.id])


def kind_of(start: bytes) -> str | None:
    """By its first bytes, whatever name and type say; None: no picture that a page should show."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for known, kind in STARTS.items() if start.startswith(known)), None)


def keep(file: UploadedFile[Any]) -> Picture | None:
    """Store a picture; the oldest goes if there are too many. None: it is none."""
    if kind_of(file.read(12)) is None:
        return None
    file.seek(0)
    key = storage.save(secrets.token_urlsafe(16), file)
    _names.append(key)
    if len(_names) > MOST:
        storage.delete(_names.popleft())
    return Picture(key, str(file.name), file.size or 0)
