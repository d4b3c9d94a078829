"""What a rule reports, and the list of rules.

A rule is a function in a file of its own under ``rules/``, found there by itself::

    @rule("T004", Level.WARNING, "An element has a hook but no id.")
    def hook_without_id(unit: Unit) -> Iterator[Finding]:
        for element in unit.elements:
            …
            yield Finding(element.place, "message: what is wrong, with names", "hint: what to do")

It is called once for each unit: a live page put together, a component, a live component, a loose template.
The same fault (id and place) found in several units is reported once.
"""

from __future__ import annotations

import enum
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from .source import Place

if TYPE_CHECKING:
    from .unit import Unit


class Level(enum.IntEnum):
    """How sure we are: an error is certainly wrong, a warning nearly always."""

    WARNING = 30
    ERROR = 40


@dataclass(frozen=True)
class Finding:
    """One fault. ``level`` is the rule's own, unless this one is less certain."""

    place: Place
    message: str
    hint: str
    level: Level | None = None


@dataclass(frozen=True)
class Rule:
    """A check with its id; ``title`` is what the documentation and editors show."""

    id: str
    level: Level
    title: str
    find: Callable[[Unit], Iterable[Finding]]


@dataclass(frozen=True)
class Report:
    """A finding of a rule."""

    rule: Rule
    level: Level
    finding: Finding

    @property
    def id(self) -> str:
        return f"django_phoenix.{self.rule.id}"


_rules: dict[str, Rule] = {}

Find = Callable[["Unit"], Iterable[Finding]]


def rule(id: str, level: Level, title: str) -> Callable[[Find], Find]:
    """Register a rule. Raises ValueError if the id is taken."""

    def register(find: Find) -> Find:
        if id in _rules:
            raise ValueError(f"{id} is taken by {_rules[id].find.__name__}.")
        _rules[id] = Rule(id, level, title, find)
        return find

    return register


def all_rules() -> list[Rule]:
    """Every rule under ``rules/``, by id."""
    from . import rules

    for module in pkgutil.iter_modules(rules.__path__):
        import_module(f"{rules.__name__}.{module.name}")
    return [_rules[id] for id in sorted(_rules)]
