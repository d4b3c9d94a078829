"""The table "Phoenix → Django": a row for every public name upstream, and nothing in it that is not there."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django_components import registry

from django_phoenix.templatetags.phoenix import register
from tests.docs.snippets import DOCS

UPSTREAM = tomllib.loads((Path(__file__).parent / "phoenix_names.toml").read_text())
TABLE = (DOCS / "reference/phoenix_names.md").read_text()
STATES = {"ours", "Django", "Python", "left out"}
WHOLE = "Modules as a whole"
LINK = re.compile(r"\[`([^`]+)`\]\[([\w.]+)\]")
TAG = re.compile(r"\{% (?!end)(\w+)")
DJANGO_TAGS = {"component", "csrf_token", "for", "if", "load", "slot", "static"}


class Row(NamedTuple):
    """``state`` and ``text`` as they stand in the table."""

    module: str
    name: str
    state: str
    text: str


def rows() -> list[Row]:
    found = []
    for section in re.split(r"^## ", TABLE, flags=re.MULTILINE)[1:]:
        module, _, text = section.partition("\n")
        lines = re.findall(r"^\| `([^`]+)` \| ([\w ]+) \| (.+) \|$", text, re.MULTILINE)
        found += [Row(module, *line) for line in lines]
    return found


def test_every_public_name_of_phoenix_has_a_row() -> None:
    wanted = {(module, name) for module, names in UPSTREAM["names"].items() for name in names}
    wanted |= {(WHOLE, name) for name in UPSTREAM["modules"]["as_a_whole"]}
    listed = [(row.module, row.name) for row in rows()]
    assert {name for name in listed if listed.count(name) > 1} == set()
    assert set(listed) == wanted


def test_every_row_says_whose_it_is_and_what_it_is_called_here() -> None:
    for row in rows():
        assert row.state in STATES, row
        assert len(row.text) > 5, row
        if row.state == "ours":
            assert LINK.search(row.text), f"{row} names nothing of ours"


@pytest.mark.parametrize("page", ["reference/phoenix_names.md", "introduction/from_phoenix.md"])
def test_what_is_called_ours_exists(page: str) -> None:
    text = (DOCS / page).read_text()
    for label, path in LINK.findall(text):
        value = resolved(path)
        assert keywords(label) <= parameters(value), (label, path)
    tags = set(TAG.findall(text))
    assert tags - DJANGO_TAGS - set(register.tags) == set()
    assert {name for name in re.findall(r'"(core\.\w+)"', text) if not registry.has(name)} == set()


def keywords(label: str) -> set[str]:
    """Those that a call in the table names: ``reset`` of ``self.stream(name, items, reset=True)``."""
    return set() if label.startswith("{%") else set(re.findall(r"[(,] ?(\w+)=", label))


def parameters(value: Any) -> set[str]:
    """What a function takes by name; of one that takes anything, every name of the table."""
    if not callable(value) or (inspect.isclass(value) and issubclass(value, Exception)):
        return set()
    signature = inspect.signature(value)
    takes_all = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
    return set(re.findall(r"(\w+)=", TABLE)) if takes_all else set(signature.parameters)


def resolved(path: str) -> Any:
    """What a dotted path leads to. Raises AttributeError if it leads nowhere."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for number, name in enumerate(parts[end:]):
            if number and name in getattr(value, "__annotations__", {}) and not hasattr(value, name):
                return value.__annotations__[name]
            value = getattr(value, name)
        return value
    raise AttributeError(path)


def test_the_names_are_those_of_the_releases_that_are_pinned() -> None:
    """After an update of the clients: scripts/phoenix_names.py, and rows for what is new."""
    pinned = json.loads((DOCS.parent / "assets/package.json").read_text())["dependencies"]
    assert {name: UPSTREAM["versions"][name] for name in pinned} == pinned
    for package, version in UPSTREAM["versions"].items():
        assert re.search(rf"`{package}`\s+{re.escape(version)}", TABLE)
