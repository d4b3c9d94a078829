"""Every colocated script and style of the site: in template files, and in templates of imported classes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Origin, Template
from django.template.engine import Engine

from django_phoenix.live.page import template_of
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView
from django_phoenix.management.contract.component_classes import (
    component_template,
    registered_components,
    subclasses_of,
)
from django_phoenix.rendering.colocated import TAG, Colocated

logger = logging.getLogger(__name__)

MARK = TAG.encode()
LARGEST = 1_000_000  # bytes of a file that may be a template


class Found(NamedTuple):
    """What a file held when it had this age and size."""

    stamp: tuple[int, int]
    pieces: tuple[Colocated, ...]


class Finder:
    """Looks through the site. A file is read again only when it has changed."""

    def __init__(self) -> None:
        self._files: dict[Path, Found] = {}

    def find(self) -> list[Colocated]:
        """In an order that depends on names alone; a file hides those of the same name behind it."""
        found = {
            (piece.place, piece.kind, piece.key, piece.name, piece.text): piece
            for piece in (*self._in_files(), *_in_classes())
        }
        return sorted(found.values(), key=_place)

    def _in_files(self) -> Iterator[Colocated]:
        seen: set[tuple[Engine, str]] = set()
        for engine, loader in _loaders():
            for name, path in _files_of(loader):
                if (engine, name) not in seen:
                    seen.add((engine, name))
                    yield from self._in_file(engine, loader, name, path)
            for name, text in getattr(loader, "templates_dict", {}).items():
                if (engine, name) not in seen:
                    seen.add((engine, name))
                    yield from _pieces(engine, str(text), Origin(name, name, loader))

    def _in_file(self, engine: Engine, loader: Any, name: str, path: Path) -> tuple[Colocated, ...]:
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            known = self._files.get(path)
            if known is None or known.stamp != stamp:
                text = path.read_bytes() if status.st_size < LARGEST else b""
                origin = Origin(str(path), name, loader)
                pieces = _pieces(engine, text.decode(), origin) if MARK in text else ()
                known = self._files[path] = Found(stamp, pieces)
        except (OSError, UnicodeDecodeError):
            return ()
        return known.pieces


def _place(piece: Colocated) -> tuple[str, int]:
    name, _, line = piece.place.rpartition(":")
    return name, int(line)


def _loaders() -> Iterator[tuple[Engine, Any]]:
    """The loaders of each engine, those that stand in others too."""
    for backend in engines.all():
        if isinstance(backend, DjangoTemplates):
            waiting = [*backend.engine.template_loaders]
            while waiting:
                loader: Any = waiting.pop(0)
                waiting[:0] = getattr(loader, "loaders", ())
                yield backend.engine, loader


def _files_of(loader: Any) -> Iterator[tuple[str, Path]]:
    """Name and path of each file that may be a template."""
    for folder in loader.get_dirs() if hasattr(loader, "get_dirs") else ():
        for above, folders, files in os.walk(folder):
            folders[:] = sorted(each for each in folders if not each.startswith((".", "__")))
            for file in sorted(files):
                path = Path(above, file)
                yield path.relative_to(folder).as_posix(), path


def _in_classes() -> Iterator[Colocated]:
    for owner in (*subclasses_of(LiveView), *subclasses_of(LiveComponent)):
        if _is_sites(owner) and _holds_code(vars(owner).get("template")):
            yield from _of_class(owner, template_of)
    for component in registered_components():
        if _is_sites(component):
            yield from _of_class(component, _component_template)


def _component_template(component: type[Any]) -> Template | None:
    return component_template(component) if _holds_code(component.template) else None


def _is_sites(owner: type[Any]) -> bool:
    """Whether a class stands in one of the site's apps, or beside its URLconf."""
    urls = settings.ROOT_URLCONF
    if not isinstance(urls, str):  # an object with urlpatterns will do
        urls = getattr(urls, "__name__", "")
    project, _, _ = urls.rpartition(".")
    beside = owner.__module__ == urls or bool(project and owner.__module__.startswith(f"{project}."))
    return beside or apps.get_containing_app_config(owner.__module__) is not None


def _holds_code(text: object) -> bool:
    return isinstance(text, str) and TAG in text


def _of_class(owner: type[Any], find: Callable[[type[Any]], Template | None]) -> tuple[Colocated, ...]:
    try:
        template = find(owner)
    except Exception as error:  # also of a component whose file is not there
        return _unreadable(owner.__qualname__, error)
    return () if template is None else _in_nodes(template)


def _pieces(engine: Engine, text: str, origin: Origin) -> tuple[Colocated, ...]:
    try:
        return _in_nodes(Template(text, origin, str(origin.template_name), engine))
    except Exception as error:  # whatever tags of others do when they are read
        return _unreadable(str(origin.template_name), error)


def _in_nodes(template: Template) -> tuple[Colocated, ...]:
    nodes: Any = template.nodelist
    return tuple(nodes.get_nodes_by_type(Colocated))


def _unreadable(name: str, error: Exception) -> tuple[Colocated, ...]:
    _tell(name, str(error))
    return ()


@cache  # With DEBUG the classes are looked at for each page.
def _tell(name: str, error: str) -> None:
    logger.warning("The scripts and styles in %s are left out, since it cannot be read: %s", name, error)
