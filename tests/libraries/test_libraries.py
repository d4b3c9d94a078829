"""The cases of other people's template libraries, in a process with a site that has them installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NAMES = [
    "crispy_forms",
    "crispy_bootstrap5",
    "widget_tweaks",
    "django_cotton",
    "compressor",
    "easy_thumbnails",
]


def test_libraries_from_pypi_work_in_live_templates() -> None:
    for name in NAMES:
        pytest.importorskip(name, reason=f"the dependency group 'libraries' is not installed: no {name}")
    cases = Path(__file__).with_name("cases.py")
    command = [sys.executable, "-m", "pytest", "-q", "--ds=tests.libraries.settings", str(cases)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
