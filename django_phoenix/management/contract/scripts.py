"""The scripts that a page loads, as text, where every one of them is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import StaticNode

import django_phoenix
from django_phoenix.rendering.colocated import Colocated
from django_phoenix.rendering.live_components import LiveComponentNode

from .component_classes import component_of
from .elements import Element
from .html import Attribute
from .unit import Unit

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")
TYPES = {"", "module", "text/javascript", "application/javascript"}
PACKAGE = Path(django_phoenix.__file__).parent


def scripts_of(unit: Unit) -> str | None:
    """All JavaScript of a page, ours too; None if a script or tag is met whose code we cannot see."""
    texts = [path.read_text(encoding="utf-8") for path in _own_files(unit)]
    files: set[str] = set()
    for part in _parts(unit):
        if part is None or part.incomplete or any(use.opaque for use in part.uses):
            return None
        texts += [use.node.text for use in part.uses if isinstance(use.node, Colocated)]
        for text in (*_of_class(part), *(_of_element(part, element, files) for element in part.elements)):
            if text is None:
                return None
            texts.append(text)
    return "\n".join(texts)


def _own_files(unit: Unit) -> list[Path]:
    """The package's: those of the core set are there if ``{% core_head %}`` writes them."""
    has_core = any(use.name == "core_head" for use in unit.uses)
    return sorted(
        path for path in PACKAGE.glob("**/static/**/*.js") if has_core or "core_components" not in path.parts
    )


def _parts(unit: Unit) -> Iterator[Unit | None]:
    """The page and every component in it; None for a component that we do not know."""
    seen: set[Unit] = set()
    waiting = [unit]
    while waiting:
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        yield part
        for use in part.uses:
            component = component_of(use.node)
            if component is not None:
                inner = part.site.component_unit(component)
                if inner is None:
                    yield None
                else:
                    waiting.append(inner)
            elif hasattr(use.node, "registry") or isinstance(use.node, LiveComponentNode):
                yield None


def _of_class(part: Unit) -> Iterator[str | None]:
    """The script of a component of django-components; None if it loads others."""
    if part.kind == "component":
        try:
            script = getattr(part.owner, "js", None)
            media = getattr(part.owner, "media", None)
        except ValueError:  # a file that is not there, of which E013 tells
            yield None
            return
        yield None if getattr(media, "_js", None) else str(script or "")


def _of_element(part: Unit, element: Element, files: set[str]) -> str | None:
    if element.tag != "script" or (element.static("type") or "") not in TYPES:
        return ""
    if element.mixed or (element.get("type") is not None and element.static("type") is None):
        return None
    source = element.get("src")
    return _inline(element) if source is None else _file(_path(part, source), files)


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
