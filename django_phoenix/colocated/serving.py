"""Serves the collected scripts and styles below the live socket's path: no settings, no collecting step."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from django_phoenix.live.client import live_path
from django_phoenix.live.static_files import judges
from django_phoenix.transport.http import respond

from .bundle import PAGE, STYLE, current

FOLDER = "colocated"
TYPES = {"js": b"text/javascript; charset=utf-8", "css": b"text/css; charset=utf-8"}
NOSNIFF = (b"x-content-type-options", b"nosniff")
OURS = re.compile(rf"/{FOLDER}/([0-9a-f]{{12}})/(?:{re.escape(PAGE)}|{re.escape(STYLE)})\Z")
FOR_EVER = b"public, max-age=31536000, immutable"


def head_tags(attributes: str | SafeString = "") -> SafeString:
    """The tags that load them, for `{% live_head %}`; nothing where there is nothing."""
    bundle = current.bundle()
    base = f"{live_path()}/{FOLDER}/{bundle.digest}"
    tags = []
    if STYLE in bundle.files:
        tags.append(format_html('\n<link rel="stylesheet" href="{}/{}"{}>', base, STYLE, attributes))
    if PAGE in bundle.files:
        tags.append(format_html('\n<script type="module" src="{}/{}"{}></script>', base, PAGE, attributes))
    return format_html_join("", "{}", ((tag,) for tag in tags))


def is_current(url: str) -> bool | None:
    """Whether a page that has loaded this has what there is now; None for other URLs, or if it is unknown."""
    found = OURS.search(url)
    return None if found is None or not current.digest else found[1] == current.digest


judges.append(is_current)


class ColocatedFiles:
    """The ASGI application at ``<route>colocated/<digest>/<file>``."""

    def __init__(self, route: str) -> None:
        self.folder = f"{route}{FOLDER}/"

    def owns(self, scope: dict[str, Any]) -> bool:
        """Whether a request of this path is ours."""
        if f"/{FOLDER}/" not in scope["path"]:
            return False
        prefix = (settings.FORCE_SCRIPT_NAME or scope.get("root_path") or "").rstrip("/")
        path: str = scope["path"].removeprefix(prefix).removeprefix("/")
        return path.startswith(self.folder)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """A file under its present digest may be kept for ever; under another one it is the present file."""
        if scope["method"] not in ("GET", "HEAD"):
            await respond(send, 405, [(b"allow", b"GET, HEAD")])
            return
        bundle = await asyncio.to_thread(current.bundle)
        digest, _, name = scope["path"].rpartition(self.folder)[2].partition("/")
        text = bundle.files.get(name)
        if text is None:
            await respond(send, 404, [])
            return
        cache = FOR_EVER if digest == bundle.digest else b"no-store"
        kind = TYPES[name.rpartition(".")[2]]
        headers = [(b"content-type", kind), (b"cache-control", cache), NOSNIFF]
        await respond(send, 200, headers, text.encode() if scope["method"] == "GET" else b"")
