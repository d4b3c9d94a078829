"""Finds the code in the documentation, and puts the code of one page into a site.

A fence with a title is that file of the site: ```python title="counter/live.py". A page that shows a file
twice shows its next version. What it says of the settings is added to those there are. A Python fence without
a title is run in the finished site; one of Django's template language is parsed there.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.sites import TemporarySite

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(
    r'^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?[^\n]*\n'
    r"(?P<code>.*?)\n(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
SETTINGS = "mysite/settings.py"
FILES = {"python", "django", "html", "js", "css"}


@dataclass(frozen=True)
class Snippet:
    """One fence."""

    page: str
    line: int
    language: str
    title: str | None
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def snippets_of(page: Path) -> Iterator[Snippet]:
    text = page.read_text()
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        code = textwrap.dedent(match["code"])
        yield Snippet(page.relative_to(DOCS).as_posix(), line, match["language"], match["title"], code + "\n")


def pages_with_code() -> list[Path]:
    return [
        page
        for page in sorted(DOCS.rglob("*.md"))
        if any(snippet.language in {"python", "django"} for snippet in snippets_of(page))
    ]


def site_of(page: Path, installed: TemporarySite, root: Path) -> tuple[TemporarySite, list[str]]:
    """A copy of the installed site with the code of one page in it, and the modules among that code."""
    shutil.copytree(installed.root, root, dirs_exist_ok=True)
    site = TemporarySite(root)
    return site, put_into(site, list(snippets_of(page)))


def put_into(site: TemporarySite, snippets: list[Snippet]) -> list[str]:
    """Write the titled snippets as files; returns the modules among them."""
    modules = []
    for snippet in snippets:
        if snippet.title is None or snippet.language not in FILES:
            continue
        if snippet.title == SETTINGS:
            site.write({SETTINGS: f"{site.read(SETTINGS)}\n{snippet.code}"})
            continue
        site.write({snippet.title: snippet.code})
        if snippet.language == "python" and snippet.title != "mysite/asgi.py":
            modules.append(snippet.title.removesuffix(".py").replace("/", "."))
    _make_apps(site, snippets)
    return modules


def _make_apps(site: TemporarySite, snippets: list[Snippet]) -> None:
    """Every top folder that a page writes to is an app, as its text says or as goes without saying."""
    titles = [snippet.title for snippet in snippets if snippet.language in FILES]
    folders = {title.split("/")[0] for title in titles if title and "/" in title}
    apps = sorted(folders - {"mysite", "templates", "frontend"})
    site.write({f"{app}/__init__.py": "" for app in apps})
    lines = [f"if {app!r} not in INSTALLED_APPS: INSTALLED_APPS.append({app!r})" for app in apps]
    dirs = "TEMPLATES[0]['DIRS'] = [BASE_DIR / 'templates']"
    site.write({SETTINGS: "\n".join([site.read(SETTINGS), dirs, *lines, ""])})
