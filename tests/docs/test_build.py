"""The documentation builds strictly, offline, and its tables agree with the code."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from django_phoenix import signals
from django_phoenix.conf import DEFAULTS
from django_phoenix.management.commands import phx_install, phx_routes
from tests.docs.snippets import DOCS

ROOT = DOCS.parent
WIRE = DOCS / "wire_protocol.md"
STATES = {"done", "partly", "not yet"}
# What an HTML file may fetch by itself; links that a reader may follow are another matter.
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?(https?:)?//", re.IGNORECASE)


@pytest.mark.slow
def test_it_builds_strictly(built: Path) -> None:
    assert (built / "introduction/first_live_view/index.html").exists()


@pytest.mark.slow
def test_pages_fetch_nothing_from_elsewhere(built: Path) -> None:
    for page in built.rglob("*.html"):
        found = FETCHED.search(page.read_text())
        assert found is None, (page, found)


# -- settings


def test_the_settings_page_lists_every_key_with_its_default() -> None:
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| `([^`]*)` \|", (DOCS / "reference/settings.md").read_text(), re.MULTILINE
    )
    assert dict(rows) == {key: shown(value) for key, value in DEFAULTS.items()}


def shown(value: object) -> str:
    """A default as the page writes it: long numbers in groups."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:_}"
    if isinstance(value, tuple):
        return "(" + ", ".join(shown(item) for item in value) + ("," if len(value) == 1 else "") + ")"
    return repr(value).replace("'", '"')


def test_every_signal_is_told_of() -> None:
    names = {name for name, value in vars(signals).items() if isinstance(value, signals.Signal)}
    text = (DOCS / "reference/signals.md").read_text()
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_the_tour_visits_files_that_exist() -> None:
    text = (DOCS / "internals/tour.md").read_text()
    visited = set(re.findall(r"`((?:\w+/)*\w+\.py|\w+/)`", text)) - {"django_phoenix/"}
    assert len(visited) > 20
    assert {path for path in visited if not (ROOT / "django_phoenix" / path).exists()} == set()


# -- commands


@pytest.mark.parametrize("command", [phx_install.Command, phx_routes.Command])
def test_the_commands_page_names_every_option(command: type) -> None:
    text = (DOCS / "reference/commands.md").read_text() + (DOCS / "howto/existing_site.md").read_text()
    parser = command().create_parser("manage.py", command.__module__.rpartition(".")[2])
    inherited = set(command.base_options) if hasattr(command, "base_options") else set()
    own = {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and action.dest not in DJANGO_OPTIONS | inherited
    }
    assert {option for option in own if option not in text} == set()


DJANGO_OPTIONS = {
    "help",
    "version",
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
}


# -- the wire


def wire_rows() -> list[tuple[str, str, list[str]]]:
    """Number, state and cited tests of each row."""
    rows = re.findall(r"^\| ((?:CH|LV)-\d+) \| .* \| ([a-z ]+) \| (.*) \|$", WIRE.read_text(), re.MULTILINE)
    return [(number, state, re.findall(r"`(tests/[\w/]+\.py::\w+)`", cited)) for number, state, cited in rows]


def test_every_line_of_the_checklists_has_a_row_and_a_state() -> None:
    rows = wire_rows()
    wanted = [f"CH-{number}" for number in range(1, 64)] + [f"LV-{number}" for number in range(1, 123)]
    assert [number for number, _, _ in rows] == wanted
    assert {state for _, state, _ in rows} <= STATES


def test_the_summary_counts_the_rows() -> None:
    summary = re.findall(r"^\| .*\((CH|LV)\) \| (\d+) \| (\d+) \| (\d+) \|$", WIRE.read_text(), re.MULTILINE)
    states = Counter((number[:2], state) for number, state, _ in wire_rows())
    assert summary == [
        (kind, *(str(states[kind, state]) for state in ("done", "partly", "not yet")))
        for kind in ("CH", "LV")
    ]


def test_what_is_called_done_is_shown_by_a_test_that_exists() -> None:
    for number, state, cited in wire_rows():
        assert cited or state == "not yet", f"{number} is {state} but cites no test"
        for name in cited:
            path, _, function = name.partition("::")
            assert function in functions(ROOT / path), f"{number} cites {name}, which does not exist"


@cache
def functions(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("page", ["reference/bad_input", "reference/matrix", "security"])
def test_a_page_of_claims_cites_tests_that_exist(page: str) -> None:
    cited = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / f"{page}.md").read_text())
    assert cited
    for path, function in cited:
        assert function in functions(ROOT / path), (path, function)


def test_each_part_of_the_security_model_makes_claims_and_each_is_shown() -> None:
    _, *parts = (DOCS / "security.md").read_text().split("\n## ")
    parts.pop(0)  # whom to trust
    for part in parts:
        _, header, rows = part.partition("| claim | shown by |\n|---|---|\n")
        assert header, part[:60]
        for row in rows.partition("\n\n")[0].splitlines():
            assert re.fullmatch(r"\| .+ \|( `tests/[\w/]+\.py::\w+`)+ \|", row), row
