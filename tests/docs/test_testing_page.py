"""The tests that the pages about tests show are run, by both runners."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.snippets import DOCS, site_of
from tests.support.sites import TemporarySite


@pytest.fixture
def site(installed_site: TemporarySite, tmp_path: Path) -> TemporarySite:
    site, _ = site_of(DOCS / "testing.md", installed_site, tmp_path)
    assert site.manage("makemigrations", "chat").code == 0
    return site


@pytest.mark.slow
def test_the_tests_of_the_page_pass_with_djangos_runner(site: TemporarySite) -> None:
    (site.root / "chat/test_rooms.py").unlink()
    done = site.manage("test")
    assert done.code == 0, done
    assert "Ran 11 tests" in done.err


@pytest.mark.slow
def test_the_tests_of_the_page_pass_with_pytest(site: TemporarySite) -> None:
    site.write({"pytest.ini": "[pytest]\nasyncio_mode = auto\npython_files = test*.py\n"})
    done = site.python("-m", "pytest", "-q", "-p", "no:cacheprovider", settings="mysite.settings")
    assert done.code == 0, done


@pytest.mark.slow
def test_the_tests_of_the_page_about_live_views_pass_with_pytest(
    installed_site: TemporarySite, tmp_path: Path
) -> None:
    """Which runs those of ``TestCase`` too."""
    site, _ = site_of(DOCS / "testing_live_views.md", installed_site, tmp_path)
    assert site.manage("makemigrations", "todo").code == 0
    site.write({"pytest.ini": "[pytest]\nasyncio_mode = auto\npython_files = test*.py\n"})
    done = site.python("-m", "pytest", "-q", "-p", "no:cacheprovider", settings="mysite.settings")
    assert done.code == 0, done
    assert "12 passed" in done.out
