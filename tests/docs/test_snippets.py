"""The code that the documentation shows is run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.docs.snippets import DOCS, pages_with_code, site_of, snippets_of
from tests.support.merge import node
from tests.support.sites import TemporarySite

RUN_PAGE = Path(__file__).parent / "run_page.py"
# The tutorial's pages build on one another: see test_tutorial.py.
PAGES = [page for page in pages_with_code() if page.parent.name != "tutorial"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_the_code_of_a_page_runs(page: Path, installed_site: TemporarySite, tmp_path: Path) -> None:
    site, modules = site_of(page, installed_site, tmp_path)
    untitled = [snippet for snippet in snippets_of(page) if snippet.title is None]
    work = {"modules": [[module] for module in modules]} | {
        language: [[str(snippet), snippet.code] for snippet in untitled if snippet.language == language]
        for language in ("python", "django")
    }
    (tmp_path / "page.json").write_text(json.dumps(work))
    done = site.python(str(RUN_PAGE), "page.json", settings="mysite.settings")
    assert done.code == 0, done


def test_every_python_fence_parses() -> None:
    for page in pages_with_code():
        for snippet in snippets_of(page):
            if snippet.language == "python":
                compile(snippet.code, str(snippet), "exec")


@pytest.mark.slow
def test_every_javascript_fence_parses(tmp_path: Path) -> None:
    pages = [page for page in sorted(DOCS.rglob("*.md")) if "```js" in page.read_text()]
    assert pages
    for page in pages:
        for snippet in snippets_of(page):
            if snippet.language == "js":
                script = tmp_path / "snippet.mjs"
                script.write_text(snippet.code)
                done = subprocess.run(
                    [node(), "--check", script], capture_output=True, text=True, timeout=30, check=False
                )
                assert done.returncode == 0, f"{snippet}\n{done.stderr}"
