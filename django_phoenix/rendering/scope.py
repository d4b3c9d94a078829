"""Which names stand for what, at one place of a template.

Django finds every name in a stack of dictionaries. Where no tag of unknown behaviour is about, names bound
by the template itself (`for`, `with`) are plain Python variables and names of the context are read once, at
the start of the render. A scope is *dynamic* if such a tag stands anywhere below it: then its layer is
really pushed onto the context, since the tag may read it, or write into it.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.template.loader_tags import BlockNode


@dataclass
class Local:
    """A Python variable."""

    variable: str


# What `forloop` offers, as code over the names of an entry's index `i` and the loop's length `n`.
COUNTERS = {
    "counter": "({i} + 1)",
    "counter0": "{i}",
    "revcounter": "({n} - {i})",
    "revcounter0": "({n} - {i} - 1)",
    "first": "({i} == 0)",
    "last": "({i} == {n} - 1)",
}
HAS_LENGTH = django.VERSION >= (6, 0)
if HAS_LENGTH:
    COUNTERS["length"] = "{n}"


@dataclass
class LoopVariables:
    """`forloop` of a loop that keeps no dictionary unless somebody asks for it as a whole."""

    index: str
    length: str
    layer: str
    parent: LoopVariables | None
    asked: bool = False
    indexed: bool = False  # an entry shows its index
    counted: bool = False  # an entry shows how many there are

    def ask(self) -> str:
        loop: LoopVariables | None = self
        while loop is not None:
            loop.asked = loop.indexed = loop.counted = True
            loop = loop.parent
        return self.layer


@dataclass
class BlockName:
    """`block` inside a `{% block %}`: `depth` overriding definitions are being rendered."""

    node: BlockNode
    depth: int


Binding = Local | LoopVariables | BlockName


@dataclass
class Scope:
    key: Hashable
    parent: Scope | None = None
    dynamic: bool = False
    autoescape: bool = True
    names: dict[str, Binding] = field(default_factory=dict)
    trees: frozenset[str] = frozenset()  # names in the context whose values may be trees

    def find(self, name: str) -> Binding | None:
        """What the name is bound to; None: look it up in the context."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return None if scope.dynamic and not isinstance(found, BlockName) else found
            scope = scope.parent
        return None

    def may_be_tree(self, name: str) -> bool:
        """Whether the name may stand for something that is shown as a tree, not as a text."""
        for scope in self.chain():
            if name in scope.trees:
                return True
            if name in scope.names:
                return False
        return False

    def chain(self) -> list[Scope]:
        scopes: list[Scope] = []
        scope: Scope | None = self
        while scope is not None:
            scopes.append(scope)
            scope = scope.parent
        return scopes

    def visible(self) -> dict[str, Binding]:
        """Everything that lives in Python variables here, innermost binding last wins."""
        found: dict[str, Binding] = {}
        for scope in reversed(self.chain()):
            if not scope.dynamic:
                found.update(scope.names)
        return found

    def loop(self) -> LoopVariables | None:
        found = self.find("forloop")
        return found if isinstance(found, LoopVariables) else None
