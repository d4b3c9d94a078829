"""Django's own tests of templates, when every render is ours, and with all that their pages may turn into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.django_templates.source import folder_of_tests

ROOT = Path(__file__).resolve().parents[2]
SUITES = {
    "of templates": ["template_tests", "template_backends", "template_loader"],
    "of what renders by templates": ["forms_tests", "humanize_tests", "messages_tests"],
}
SECONDS = 300


def start(labels: list[str], rendered_by: str, outcomes: Path) -> subprocess.Popen[str]:
    """Run Django's tests in a process of their own: they configure Django for themselves."""
    options = ["--parallel=1", "--verbosity=1", "--settings=tests.django_templates.django_settings"]
    command = [sys.executable, "runtests.py", *options, *labels]
    outside = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment = {
        **outside,
        "PYTHONPATH": str(ROOT),
        "RENDERED_BY": rendered_by,
        "OUTCOMES": str(outcomes),
    }
    return subprocess.Popen(
        command,
        cwd=folder_of_tests(),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def outcomes_of(process: subprocess.Popen[str], outcomes: Path) -> Any:
    try:
        output, _ = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert outcomes.exists(), output[-5000:]
    return json.loads(outcomes.read_text())


@pytest.mark.parametrize("labels", SUITES.values(), ids=SUITES)
def test_the_same_tests_pass_as_with_django_alone(labels: list[str], tmp_path: Path) -> None:
    ways = ("django", "compiler")
    files = {way: tmp_path / f"{way}.json" for way in ways}
    processes = {way: start(labels, way, files[way]) for way in ways}
    alone, ours = (outcomes_of(processes[way], files[way]) for way in ways)
    assert len(alone["ended"]) > 500
    assert ours["ended"] == alone["ended"]
    assert alone["renders"]["by Django"] > 1000, "the counter counts"
    compiled, others = ours["renders"]["compiled"], ours["renders"].get("by Django", 0)
    assert compiled > 1000
    assert compiled / (compiled + others) >= 0.95


def test_what_django_tests_show_changes_into_any_other_page(tmp_path: Path) -> None:
    """The cases of tags and filters, with contexts derived from theirs: diff and merge give Django's page."""
    file = tmp_path / "pairs.json"
    found = outcomes_of(
        start(["template_tests.syntax_tests", "template_tests.filter_tests"], "pairs", file), file
    )
    assert found["differences"] == []
    assert found["pairs"]["pairs"] > 15_000
    assert "never the same" not in found["pairs"], "each of these pages is a function of its context"
