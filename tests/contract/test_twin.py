"""A site full of faults: each one is found where it is, and nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from typing import Any

import pytest

from django_phoenix.management.contract.findings import all_rules
from tests.contract.faults import faults
from tests.support.sites import REPOSITORY

pytest.importorskip("django_components")

FOLDER = "tests/contract/twin/"


@cache
def findings() -> list[dict[str, Any]]:
    """What ``phx_check`` says about the twin, in a process that has its settings."""
    command = [sys.executable, "-m", "django", "phx_check", "--format", "json"]
    command += ["--settings", "tests.contract.twin.settings"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def place_of(found: dict[str, Any]) -> tuple[str, int, str]:
    """File, line and id as the table has them."""
    file = found["path"].removeprefix(FOLDER).removeprefix("templates/twin/")
    return file, found["line"], found["id"].removeprefix("django_phoenix.")


def test_every_fault_of_the_twin_is_found_and_nothing_else() -> None:
    expected = Counter(fault[:3] for fault in faults())
    found = Counter(map(place_of, findings()))
    assert sorted((expected - found).elements()) == []
    assert sorted((found - expected).elements()) == []


def test_each_finding_points_at_the_words_in_question() -> None:
    for fault in faults():
        shown = [each["source"][each["column"] - 1 :] for each in findings() if place_of(each) == fault[:3]]
        assert any(text.startswith(fault.word) for text in shown), fault


def test_the_twin_has_at_least_sixty_faults_of_every_kind() -> None:
    assert len(faults()) >= 60
    assert {fault.id for fault in faults()} == {rule.id for rule in all_rules()}


def test_each_finding_says_what_to_do() -> None:
    for each in findings():
        assert each["message"].endswith("."), each
        assert each["hint"], each
