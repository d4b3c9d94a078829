"""A copy of the project that serves the newest releases of both clients, for the browser tests.

A copy, because the version on the wire is read from the files that are served; the checkout keeps its own.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import bundle
from environment import Environment, SetupError

COPIED = ("django_phoenix", "testproject", "tests", "docs", "scripts", "pyproject.toml", "README.md")
IGNORED = shutil.ignore_patterns("__pycache__", "*.sqlite3*", ".pytest_cache")


def make_copy(root: Path, environment: Environment) -> Path:
    """Make the copy anew below the cache and return its folder.

    Raises SetupError when the newest clients cannot be bundled. `environment` brings Node along.
    """
    target = root / ".cache" / "newest"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=IGNORED)
        elif source.exists():
            shutil.copy(source, target / name)
    arguments = ("scripts/bundle.py", "--clients", "newest", "--out", target / bundle.STATIC)
    if environment.run(*arguments, check=False):
        raise SetupError("The newest clients could not be bundled; the reason is above.")
    return target
