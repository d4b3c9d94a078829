"""A file that comes over the socket in binary pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)

LARGEST = 4_000_000
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
OTHER = "application/octet-stream"

Uid = Annotated[str, MinLengthValidator(1), MaxLengthValidator(40)]
Side = Annotated[int, MinValueValidator(0), MaxValueValidator(20_000)]
Size = Annotated[
    int,
    MinValueValidator(1, "The file is empty."),
    MaxValueValidator(LARGEST, f"A file may have up to {LARGEST / 1e6:g} MB."),
]


@dataclass
class Upload:
    """A file as it was announced, and what has come of it so far."""

    uid: Uid
    name: str
    size: Size
    width: Side = 0
    height: Side = 0
    body: Annotated[str, MaxLengthValidator(500)] = ""

    def __post_init__(self) -> None:
        self.name = self.name.replace("\\", "/").rsplit("/", 1)[-1][-120:] or "file"
        self.data = bytearray()

    def add(self, piece: bytes) -> None:
        """Raises ValidationError when more comes than was announced."""
        if len(self.data) + len(piece) > self.size:
            raise ValidationError("That is more than the file was said to be.")
        self.data += piece

    @property
    def complete(self) -> bool:
        return len(self.data) == self.size

    @property
    def kind(self) -> str:
        """By its first bytes, whatever its name says: only these are ever shown in a page."""
        if self.data[:4] == b"RIFF" and self.data[8:12] == b"WEBP":
            return "image/webp"
        return next((kind for start, kind in PICTURES.items() if self.data.startswith(start)), OTHER)
