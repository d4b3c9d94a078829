"""Other people's templates: nothing that the check is sure of is wrong with them."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.sites import REPOSITORY

# With what the check is to read of each at least, so that no test passes for having read nothing.
PACKAGES = {
    "django.contrib.admin": 45,
    "allauth": 100,
    "debug_toolbar": 25,
    "rest_framework": 45,
    "wagtail": 400,
}


@cache
def report() -> dict[str, Any]:
    """What ``phx_check`` says about all of them, in a process of a site that has them installed."""
    folders = [str(folder) for name in PACKAGES for folder in folders_of(name)]
    command = [sys.executable, "-m", "django", "phx_check", "--format", "json", "--fail-level", "never"]
    command += ["--settings", "tests.contract.packages.settings", *folders]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def folders_of(name: str) -> list[Path]:
    """All of a package but the site that it is tested with."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    return [each for each in package.iterdir() if each.is_dir() and each.name not in ("test", "tests")]


@pytest.fixture(autouse=True)
def installed() -> None:
    for name in PACKAGES:
        pytest.importorskip(
            name.partition(".")[0], reason="the dependency group 'libraries' is not installed"
        )


@pytest.mark.slow
def test_the_templates_of_five_packages_have_no_error() -> None:
    errors = [each for each in report()["findings"] if each["level"] == "error"]
    assert [(each["path"], each["line"], each["message"]) for each in errors] == []
    assert report()["templates"] >= sum(PACKAGES.values())


@pytest.mark.slow
def test_few_things_are_doubtful_in_them() -> None:
    """One warning in a dozen templates or fewer; most are right."""
    assert len(report()["findings"]) * 12 <= report()["templates"]
