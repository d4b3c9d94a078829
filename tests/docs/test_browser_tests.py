"""The table of browser tests: whole and true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.docs.test_build import DOCS, ROOT

ROW = re.compile(r"^\| (.+) \| `(tests/e2e/[\w/]+\.py)::(\w+)` \| (yes )?\|$", re.MULTILINE)
FEATURES = ROOT / "tests" / "e2e" / "features"
ENOUGH = 25


def rows() -> dict[tuple[str, str], bool]:
    """Whether the connection is lost, by file and test."""
    found = ROW.findall((DOCS / "internals" / "browser_tests.md").read_text())
    return {(path, test): bool(lost) for _, path, test, lost in found}


def scenarios_of(path: Path) -> dict[str, bool]:
    """Whether a test calls `midway`, by name."""
    return {
        node.name: "midway(" in ast.unparse(node)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_what_the_table_says_of_a_test_is_true() -> None:
    for (path, test), lost in rows().items():
        assert scenarios_of(ROOT / path).get(test) is lost, (path, test)


def test_every_feature_test_has_a_row() -> None:
    for path in sorted(FEATURES.glob("test_*.py")):
        if path.stem != "test_scaffold":
            listed = {test for where, test in rows() if where == str(path.relative_to(ROOT))}
            assert listed == set(scenarios_of(path)), path.name


def test_enough_scenarios_lose_their_connection_in_the_second_pass() -> None:
    assert sum(rows().values()) >= ENOUGH
