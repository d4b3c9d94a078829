"""A file that a user chooses."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

CHOSEN_AT = 1_767_225_600_000


@dataclass(frozen=True, slots=True)
class LiveFile:
    """``type`` is guessed by the name if there is none. ``last_modified``: milliseconds since 1970.

    ``relative_path`` is that within a chosen folder. ``size``: what the browser says it is, in bytes; by
    default what it is.
    """

    name: str
    content: bytes
    type: str = ""
    relative_path: str = ""
    last_modified: int = CHOSEN_AT
    size: int | None = None

    @classmethod
    def of(cls, given: Any) -> LiveFile:
        """From a path, a (name, content) pair, an open file, or Django's files. TypeError for others."""
        if isinstance(given, cls):
            return given
        if isinstance(given, Path):
            return cls(given.name, given.read_bytes())
        if isinstance(given, tuple) and len(given) == 2:
            name, content = given
            return cls(name, content.encode() if isinstance(content, str) else content)
        if hasattr(given, "read") and isinstance(getattr(given, "name", None), str):
            given.seek(0)
            content = given.read()
            text = content.encode() if isinstance(content, str) else content
            return cls(PurePath(given.name).name, text, getattr(given, "content_type", None) or "")
        raise TypeError(
            "A chosen file should be a Path, a pair (name, bytes), a LiveFile or a file with a name such as "
            f"SimpleUploadedFile, got {given!r:.100}."
        )

    def as_wire(self, path: str, ref: str) -> dict[str, Any]:
        """What the client tells of it. ``path``: the input's name."""
        return {
            "path": path,
            "ref": ref,
            "last_modified": self.last_modified,
            "name": self.name,
            "relative_path": self.relative_path,
            "type": self.type or mimetypes.guess_type(self.name)[0] or "",
            "size": len(self.content) if self.size is None else self.size,
        }
