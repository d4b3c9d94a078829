"""The text of one template and where things stand in it.

Positions are offsets into ``Source.text``; ``Place`` turns them into line and column as an editor shows them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.template.loader_tags import BlockNode

if TYPE_CHECKING:
    from django.template.base import Node, Template

# `{# phx: ignore T012 #}`, `{# phx: ignore T012, T013 a reason #}`, `{# phx: ignore-file T012 #}`
IGNORE = re.compile(r"\{#\s*phx:\s*ignore(?P<file>-file)?(?P<ids>(?:[\s,]+T\d{3})+)\b[^\n]*?#\}")
ID = re.compile(r"T\d{3}")


@dataclass(eq=False, repr=False)
class Source:
    """One template: a file, or the string that a class in a Python file holds."""

    path: str
    text: str
    name: str
    template: Template
    # For a template inside a Python file: that file's text up to the template.
    before: str = ""

    def __repr__(self) -> str:
        return f"<Source {self.name}>"

    @cached_property
    def blocks(self) -> list[BlockNode]:
        """Every ``{% block %}`` in it, at any depth."""
        nodes: Any = self.template.nodelist
        return list(nodes.get_nodes_by_type(BlockNode))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Both from 1, in the file ``path``."""
        index = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[index]
        if index == 0:
            column += len(self.before) - (self.before.rfind("\n") + 1)
        return index + 1 + self.before.count("\n"), column + 1

    def line_text(self, offset: int) -> str:
        """The text of the line in which an offset lies."""
        index = bisect_right(self._starts, offset) - 1
        end = self.text.find("\n", self._starts[index])
        line = self.text[self._starts[index] : None if end < 0 else end].rstrip("\r")
        return self.before[self.before.rfind("\n") + 1 :] + line if index == 0 else line

    @cached_property
    def _ignored(self) -> tuple[frozenset[str], dict[int, frozenset[str]]]:
        """Ids silenced in the whole file, and by line."""
        everywhere: set[str] = set()
        lines: dict[int, frozenset[str]] = {}
        for match in IGNORE.finditer(self.text):
            ids = frozenset(ID.findall(match["ids"]))
            if match["file"]:
                everywhere |= ids
                continue
            line = bisect_right(self._starts, match.start())
            # Alone on its line it speaks for the next one.
            alone = not self.line_text(match.start()).replace(match[0], "").strip()
            for each in (line, line + 1) if alone else (line,):
                lines[each] = lines.get(each, frozenset()) | ids
        return frozenset(everywhere), lines

    def silences(self, finding_id: str, start: int, end: int) -> bool:
        """Whether a comment silences this id here: on one of the lines of the tag, or on the line above."""
        everywhere, lines = self._ignored
        if finding_id in everywhere:
            return True
        if not lines:
            return False
        first, last = bisect_right(self._starts, start), bisect_right(self._starts, max(start, end - 1))
        return any(finding_id in lines.get(line, ()) for line in range(first, last + 1))


@dataclass(frozen=True)
class Place:
    """A piece of a template's text."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.source.line_and_column(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.line_and_column(self.start)[1]

    def find(self, word: str) -> Place:
        """The first occurrence of a word in here; the whole place if it is not to be found."""
        match = re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", self.text)
        if match is None:
            return self
        return Place(self.source, self.start + match.start(), self.start + match.end())

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Scope:
    """What templates have bound at some place: by ``for``, ``with``, ``include … with``, ``… as name``."""

    names: frozenset[str] = frozenset()
    # Names of the context are hidden: inside an `{% include … only %}`.
    isolated: bool = False
    # A tag that we do not know stood before and may have bound any name.
    open: bool = False

    def binds(self, name: str) -> bool:
        return self.open or name in self.names


@dataclass(eq=False, repr=False)
class Text:
    """Literal text, up to the next template tag."""

    source: Source
    start: int
    end: int


@dataclass(eq=False, repr=False)
class Use:
    """A template tag or variable, as it is met while the page is put together."""

    node: Node
    place: Place
    scope: Scope
    bodies: list[Body] = field(default_factory=list)
    # Of the bodies one is shown: `{% if %}` and such. Not exclusive: all are, one after the other.
    exclusive: bool = False
    # Where in the page its bodies stand is unknown: what a component is given, blocks of unknown parents.
    detached: bool = False
    # May write any HTML, even half an element.
    opaque: bool = False
    # Inside of the part of the page that is live.
    live: bool = False
    # Set when elements are looked for: what is open around it, outermost first.
    parents: tuple[Any, ...] = ()
    # Of what a component is given: what is open around the component.
    outer: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"<Use {self.place.text!r}>"

    @property
    def name(self) -> str:
        """The tag's name; for a variable what stands between its braces."""
        return self.node.token.contents.split(None, 1)[0] if self.node.token else type(self.node).__name__


@dataclass(eq=False, repr=False)
class Body:
    """What a tag holds: shown once, or perhaps (``maybe``), or again and again (``many``)."""

    steps: list[Step]
    maybe: bool = False
    many: bool = False


Step = Text | Use
