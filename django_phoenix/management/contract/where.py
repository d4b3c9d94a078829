"""Which templates are asked for: those of apps, of folders, single files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from django.apps import apps
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import Origin, Template

from django_phoenix.live.page import template_engine

from .run import Result

SUFFIXES = {".html", ".htm", ".djhtml", ".svg"}


class UnknownPlace(Exception):
    """What was asked for is neither an app nor a path."""


class Wanted:
    """The places that a command names; none: everything that live pages show. Raises UnknownPlace."""

    def __init__(self, names: Iterable[str]) -> None:
        self.paths = {_path_of(name) for name in names}
        self.unreadable: list[tuple[str, str]] = []

    def templates(self) -> Iterator[Template]:
        """The templates at these places, as the site loads them."""
        for path in sorted(self.paths):
            for file in _files(path):
                try:
                    yield load(file)
                except (TemplateDoesNotExist, TemplateSyntaxError, UnicodeDecodeError, OSError) as error:
                    self.unreadable.append((str(file), f"{type(error).__name__}: {error}"))

    def of(self, result: Result) -> Result:
        """What was found at these places."""
        if not self.paths:
            return result
        reports = [report for report in result.reports if self._has(report.finding.place.source.path)]
        sources = [path for path in result.sources if self._has(path)]
        return replace(result, reports=reports, sources=sources, unreadable=self.unreadable)

    def _has(self, path: str) -> bool:
        return not self.paths.isdisjoint((Path(path), *Path(path).parents))


def _path_of(name: str) -> Path:
    config = next((each for each in apps.get_app_configs() if name in (each.label, each.name)), None)
    if config is not None:
        return Path(config.path)
    path = Path(name).resolve()
    if path.exists():
        return path
    labels = ", ".join(sorted(each.label for each in apps.get_app_configs()))
    raise UnknownPlace(f"{name!r} is neither a file or folder nor an app. The apps are: {labels}.")


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.suffix in SUFFIXES and file.is_file() and _is_template(file, path):
            yield file


def _is_template(file: Path, root: Path) -> bool:
    """Below a folder `templates`, or anywhere in a folder that is one."""
    folders = file.relative_to(root).parts[:-1]
    return "templates" in folders or "templates" in root.parts


def load(file: Path) -> Template:
    """A template by its file: by the name it has for the site's loaders, else as it is."""
    engine = template_engine().engine
    # Most stand below a folder of this name; each wrong guess asks all loaders.
    for parent in sorted(file.parents, key=lambda folder: folder.name != "templates"):
        try:
            template = engine.get_template(file.relative_to(parent).as_posix())
        except TemplateDoesNotExist:
            continue
        if Path(str(template.origin.name)) == file:
            return template
    source = file.read_text(encoding="utf-8")
    return Template(source, Origin(str(file), file.name), file.name, engine)
