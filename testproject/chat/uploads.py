"""A file that comes over the socket in binary pieces."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

LARGEST = 4_000_000
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
OTHER = "application/octet-stream"


@dataclass
class Upload:
    """What has come so far of the file that `uid` announced. Raises ValidationError for one not wanted."""

    uid: str
    name: str
    size: int
    width: int
    height: int
    body: str
    data: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        if not 0 < self.size <= LARGEST:
            raise ValidationError(f"A file may have up to {LARGEST / 1e6:g} MB, and not be empty.")
        self.name = self.name.replace("\\", "/").rsplit("/", 1)[-1][-120:] or "file"
        self.width, self.height = (min(max(length, 0), 20_000) for length in (self.width, self.height))

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
