"""A copy of the project that serves the newest releases of both clients, for the browser tests.

A copy, because the version on the wire is read from the files that are served; the checkout keeps its own.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import bundle

COPIED = ("django_phoenix", "testproject", "tests", "scripts", "pyproject.toml", "README.md")
IGNORED = shutil.ignore_patterns("__pycache__", "*.sqlite3*", ".pytest_cache")


def make_copy(root: Path) -> Path:
    """Make the copy anew below the cache and return its folder. Raises BundleError."""
    target = root / ".cache" / "newest"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=IGNORED)
        elif source.exists():
            shutil.copy(source, target / name)
    bundle.bundle(root, "newest", target / bundle.STATIC)
    return target
