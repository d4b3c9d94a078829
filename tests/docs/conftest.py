"""For the tests of the documentation: an installed site, which each page gets a copy of; the built pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.snippets import DOCS
from tests.support import sites
from tests.support.sites import BASE_HTML, TemporarySite


@pytest.fixture(scope="session")
def installed_site(tmp_path_factory: pytest.TempPathFactory) -> TemporarySite:
    """A fresh site with a base template, after ``phx_install --yes``."""
    site = sites.with_pages(tmp_path_factory.mktemp("site"), BASE_HTML)
    done = site.install("--yes")
    assert done.code == 0, done
    return site


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built strictly."""
    target = tmp_path_factory.mktemp("docs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)],
        cwd=DOCS.parent,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target
