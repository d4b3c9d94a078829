"""One installed site for all pages of the documentation; each page gets a copy."""

from __future__ import annotations

import pytest

from tests.support import sites
from tests.support.sites import BASE_HTML, TemporarySite


@pytest.fixture(scope="session")
def installed_site(tmp_path_factory: pytest.TempPathFactory) -> TemporarySite:
    """A fresh site with a base template, after ``phx_install --yes``."""
    site = sites.with_pages(tmp_path_factory.mktemp("site"), BASE_HTML)
    done = site.install("--yes")
    assert done.code == 0, done
    return site
