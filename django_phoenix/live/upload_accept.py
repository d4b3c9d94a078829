"""Which files an upload accepts, and what a file is called and claimed to be.

A client's word for the type of a file counts only where its name says nothing: a page of HTML that calls
itself ``image/png`` is none.
"""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Callable, Iterable

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.utils import validate_file_name

EXTENSION = re.compile(r"\.[\w+.-]+", re.ASCII)
TYPE = re.compile(r"[\w.+-]+/([\w.+-]+|\*)", re.ASCII)
UNKNOWN = "application/octet-stream"
NAMELESS = "upload"

Accept = str | Iterable[str] | None


def read_accept(accept: Accept) -> tuple[str, ...] | None:
    """``".jpg,image/*"`` or a list of such; None for any file. Raises ValueError."""
    if accept is None:
        return None
    wanted = accept.split(",") if isinstance(accept, str) else list(accept)
    found = tuple(str(each).strip().lower() for each in wanted)
    wrong = [each for each in found if not (EXTENSION.fullmatch(each) or TYPE.fullmatch(each))]
    if wrong or not found:
        raise ValueError(
            "accept should hold extensions and types, such as '.jpg,.png,image/*', or be None for any file; "
            f"got {wrong[0] if wrong else accept!r:.100}"
        )
    return found


def acceptor(accept: tuple[str, ...] | None) -> Callable[[str, str], bool]:
    """A function of name and claimed type."""
    if accept is None:
        return lambda name, claimed: True
    extensions = frozenset(each for each in accept if each.startswith("."))
    types = {each for each in accept if not each.startswith(".")}
    # `.jpg` means the other spellings of its type as well.
    by_name = types | {found for each in extensions if (found := _guess(f"x{each}")) is not None}

    def accepts(name: str, claimed: str) -> bool:
        name = name.lower()
        if any(name.endswith(extension) for extension in extensions):
            return True
        known = _guess(name)
        return _is_one_of(claimed.lower(), types) if known is None else _is_one_of(known, by_name)

    return accepts


def type_of(name: str, claimed: str) -> str:
    """What a file may be called: what its name says, else what the client does, if that is a type at all."""
    known = _guess(name)
    if known is not None:
        return known
    return claimed.lower() if TYPE.fullmatch(claimed) and "*" not in claimed else UNKNOWN


def file_name(client_name: str) -> str:
    """A name that can't lead anywhere: without folders, control characters, and never empty."""
    name: str = os.path.basename(client_name.replace("\\", "/"))
    name = "".join(each for each in name if each.isprintable()).strip()
    try:
        validate_file_name(name)
    except SuspiciousFileOperation:
        return NAMELESS
    return name


def _guess(name: str) -> str | None:
    # Not guess_type(name) alone, which takes names for URLs.
    return mimetypes.guess_type(f"x{os.path.splitext(name)[1].lower()}")[0]


def _is_one_of(found: str, types: set[str]) -> bool:
    return found in types or f"{found.partition('/')[0]}/*" in types
