"""core.flash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from zlib import crc32

from django_phoenix.component import Rest, component
from django_phoenix.js import JS
from django_phoenix.rendering.tracking import register_immutable

KINDS = ("info", "success", "warning", "error")
ALERTS = ("warning", "error")


@register_immutable
class Note(NamedTuple):
    """One message: ``id`` is its element's, ``close`` what its button does."""

    id: str
    kind: str
    text: Any
    role: str
    close: JS


# A base template is of pages, too, that have neither: then it is given an empty text.
@component("core.flash", template_file="django_phoenix/core/flash.html")
def flash(
    flash: Any = None,
    messages: Any = None,
    *,
    rest: Rest,
) -> dict[str, Any]:
    """Short messages at the edge of the page, each with a button that closes it.

    flash: a mapping of texts by kind: "info", "success", "warning", "error"
    messages: those of django.contrib.messages; in a live page all there are, the flash among them
    rest: the list's other attributes
    """
    listed = list(messages or ())
    kinds = {getattr(message, "kind", None) for message in listed}
    alone = {kind: text for kind, text in (flash or {}).items() if kind not in kinds}
    return {"notes": [*_of_flash(alone), *_of_messages(listed)]}


def _of_flash(flash: Mapping[str, Any]) -> Iterator[Note]:
    for kind, text in flash.items():
        if text:
            yield _known(str(kind), str(kind), text)


def _known(key: str, kind: str, text: Any) -> Note:
    """The server is told of each that is closed, so that it will not be drawn again."""
    id = f"flash-{key}"
    return _note(id, kind, text, JS().push("lv:clear-flash", value={"key": key}).hide(to=f"#{id}"))


def _of_messages(messages: Iterable[Any]) -> Iterator[Note]:
    """Elsewhere Django forgets a message once it has been shown. Ids go by text, not by place."""
    seen: dict[int, int] = {}
    for message in messages:
        if hasattr(message, "key"):
            yield _known(message.key, message.kind, message.message)
            continue
        digest = crc32(f"{message.level}{message.message}".encode())
        seen[digest] = seen.get(digest, 0) + 1
        id = f"message-{digest:08x}-{seen[digest]}"
        yield _note(id, message.level_tag, message.message, JS().hide(to=f"#{id}"))


def _note(id: str, kind: str, text: Any, close: JS) -> Note:
    kind = kind if kind in KINDS else "info"
    return Note(id, kind, text, "alert" if kind in ALERTS else "status", close)
