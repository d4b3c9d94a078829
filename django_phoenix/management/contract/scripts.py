"""The scripts that a page loads, as text, where every one of them is at hand."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import StaticNode

import django_phoenix

from .html import Attribute
from .nesting import Element
from .unit import Unit

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")
TYPES = {"", "module", "text/javascript", "application/javascript"}
PACKAGE = Path(django_phoenix.__file__).parent


def scripts_of(unit: Unit) -> str | None:
    """All JavaScript of a page, ours too; None if a script or tag is met whose code we cannot see."""
    if unit.incomplete or any(use.opaque or use.detached for use in unit.uses):
        return None
    texts = [path.read_text(encoding="utf-8") for path in sorted(PACKAGE.glob("**/static/**/*.js"))]
    seen: set[str] = set()
    for element in unit.elements:
        if element.tag != "script" or (element.static("type") or "") not in TYPES:
            continue
        if element.mixed or (element.get("type") is not None and element.static("type") is None):
            return None
        source = element.get("src")
        text = _inline(element) if source is None else _file(_path(unit, source), seen)
        if text is None:
            return None
        texts.append(text)
    return "\n".join(texts)


def _inline(element: Element) -> str:
    text = element.place.source.text
    end = text.find("</script", element.place.end)
    return text[element.place.end : None if end < 0 else end]


def _path(unit: Unit, source: Attribute) -> str | None:
    """The static file that a script tag names."""
    if not source.dynamic:
        value = source.value or ""
        prefix = settings.STATIC_URL or "/static/"
        return value.removeprefix(prefix) if value.startswith(prefix) else None
    use = unit.use_at(source.value_place)
    if use is None or use.place.text != source.value_place.text or not isinstance(use.node, StaticNode):
        return None
    path = use.node.path
    return path.var if isinstance(path.var, str) and not path.filters else None


def _file(path: str | None, seen: set[str]) -> str | None:
    """A static file with all that it imports."""
    if path is None:
        return None
    if path in seen:
        return ""
    seen.add(path)
    found = finders.find(path)
    if not isinstance(found, str):
        return None
    try:
        text = Path(found).read_text(encoding="utf-8")
    except OSError:
        return None
    texts = [text]
    for name in IMPORT.findall(text):
        if not name.startswith("."):
            return None
        inner = _file(_joined(path, name), seen)
        if inner is None:
            return None
        texts.append(inner)
    return "\n".join(texts)


def _joined(path: str, name: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / name).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
