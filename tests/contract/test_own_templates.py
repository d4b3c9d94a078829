"""What we ship and show has no fault that the check knows of."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.sites import REPOSITORY

pytest.importorskip("django_components")


def test_the_test_project_and_the_package_are_clean() -> None:
    """With all their templates, also those that no live page shows."""
    command = [sys.executable, "-m", "django", "phx_check", "testproject", "django_phoenix"]
    command += ["--fail-level", "warning", "--settings", "testproject.settings"]
    environment = os.environ | {"PHX_BENCH": "1"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing found in " in done.stdout
