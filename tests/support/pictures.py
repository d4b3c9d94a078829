"""A picture to upload."""

from __future__ import annotations

from testproject.roost.demo.pictures import hills


def png() -> bytes:
    """A real one, of a few kilobytes."""
    return hills("test")
