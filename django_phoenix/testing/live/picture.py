"""A page of a test, as a file for a real browser."""

from __future__ import annotations

import mimetypes
import re
import tempfile
import webbrowser
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from django_phoenix.testing.live.dom import Dom

ASSET = re.compile(r'(\s(?:href|src)=")([^"]*)(")')


def open_in_browser(html: str, show: Callable[[str], Any] = webbrowser.open) -> Path:
    """Write the page to a file, with its own styles and pictures but without its scripts, and show it."""
    dom = Dom(html)
    for script in dom.find("script"):
        script.decompose()
    text = ASSET.sub(lambda found: f"{found[1]}{_inlined(found[2])}{found[3]}", dom.root.html or "")
    with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False, encoding="utf-8") as file:
        file.write(f"<!DOCTYPE html>{text}")
    path = Path(file.name)
    show(path.as_uri())
    return path


def _inlined(url: str) -> str:
    """The file behind a static URL, as one that needs no server; any other URL as it is."""
    prefix = settings.STATIC_URL or ""
    path = urlsplit(url).path
    if not prefix or not path.startswith(prefix):
        return url
    found = _find(unquote(path.removeprefix(prefix)))
    if found is None:
        return url
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{b64encode(found.read_bytes()).decode()}"


def _find(name: str) -> Path | None:
    if "django.contrib.staticfiles" not in settings.INSTALLED_APPS:
        return None
    from django.contrib.staticfiles import finders  # needs the app

    found = finders.find(name)
    return Path(found) if isinstance(found, str) else None
