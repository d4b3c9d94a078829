"""The head of a binary frame: its kind, the lengths of its fields in a byte each, and the fields."""

from __future__ import annotations

from collections.abc import Iterable

from django_phoenix.exceptions import ProtocolError

FIELD_LIMIT = 255


def head(kind: int, fields: tuple[str, ...], mark: bytes = b"") -> bytes:
    """What stands before the payload; ``mark`` follows the lengths. Raises ValueError for a long field."""
    parts = [field.encode() for field in fields]
    for part in parts:
        if len(part) > FIELD_LIMIT:
            raise ValueError(
                f"a field of a binary frame holds at most {FIELD_LIMIT} bytes, {part[:40]!r}… has "
                f"{len(part)}; send a JSON object or shorten the name"
            )
    return b"".join((bytes((kind, *map(len, parts))), mark, *parts))


def cut(frame: bytes, lengths: Iterable[int], start: int) -> tuple[list[str], bytes]:
    """The fields from ``start`` on, and the payload after them. Raises ProtocolError."""
    fields = []
    for length in lengths:
        fields.append(frame[start : start + length])
        start += length
    if start > len(frame):
        raise ProtocolError("a binary frame should be as long as its lengths say")
    try:
        return [field.decode() for field in fields], bytes(frame[start:])
    except UnicodeDecodeError:
        raise ProtocolError("the fields of a binary frame should be UTF-8", close_code=1007) from None
