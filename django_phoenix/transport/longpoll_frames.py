"""The frames in the body of a long-polling client's POST."""

from __future__ import annotations

import base64
import binascii

from django_phoenix.wire.message import Frame

NDJSON = "application/x-ndjson"
# What the official client sends at most; further lines are passed over.
MAX_LINES = 100
TEXT = (b"[", b"{")


def frames_in(content_type: str | None, body: bytes) -> list[Frame]:
    """Lines of text, or of base64 for binary frames; with another content type the body is one text frame.

    Raises ValueError for what is neither.
    """
    if content_type is None or not content_type.lower().startswith(NDJSON):
        return [body.decode()]
    lines = body.split(b"\n", MAX_LINES)[:MAX_LINES]
    return [_frame(line.removesuffix(b"\r")) for line in lines if line and line != b"\r"]


def _frame(line: bytes) -> Frame:
    if line.startswith(TEXT):
        return line.decode()
    try:
        return base64.b64decode(line, validate=True)
    except binascii.Error as error:
        raise ValueError(f"a line that is no JSON array should be base64: {error}") from None
