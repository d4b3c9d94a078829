"""manage.py phx_colocated: collected files for a bundler."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.settings import TEMPLATES

HOOK = '{% load phoenix %}{% colocated_hook ".A" %}export default {}{% endcolocated_hook %}'


@pytest.fixture
def templates(tmp_path: Path):
    folder = tmp_path / "templates"
    folder.mkdir()
    with override_settings(
        TEMPLATES=[{**TEMPLATES[0], "DIRS": [folder]}], ROOT_URLCONF="tests.support.empty_urls"
    ):
        yield folder


def written(folder: Path) -> list[str]:
    out = StringIO()
    call_command("phx_colocated", str(folder), stdout=out)
    return [Path(line).name for line in out.getvalue().splitlines()]


def test_the_folder_holds_what_the_templates_hold(tmp_path: Path, templates: Path) -> None:
    out = tmp_path / "frontend" / "colocated"
    (templates / "card.html").write_text(HOOK)
    assert {"card.A.js", "index.js", "index.css"} <= set(written(out))
    (out / "mine.js").write_text("1")
    assert written(out) == []
    (templates / "card.html").write_text("")
    assert {"index.js", "card.A.js"} <= set(written(out))
    assert not (out / "card.A.js").exists()
    assert (out / "mine.js").exists()
    assert "hooks" in (out / "index.js").read_text()


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path, templates: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        written(tmp_path / "file" / "colocated")
