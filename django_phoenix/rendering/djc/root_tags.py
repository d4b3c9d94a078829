"""Where a component's template opens its root elements: there its scripts and styles find the component.

django-components writes attributes there (`data-djc-id-…`, `data-djc-css-…`) after rendering. We find the
places once, in the template's own text, and write the attributes in passing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

from django.template.base import TextNode
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    ForNode,
    IfNode,
    LoadNode,
    WithNode,
)

from django_phoenix.rendering.colocated import Colocated
from django_phoenix.rendering.roots import MARK, VOID

Places = dict[int, list[int]]
"""By id of the text node: the offsets in its text, each at the end of a start tag."""


class Unknown(Exception):
    """The roots of a template cannot be told from its text; says why."""


def root_tags(nodes: Iterable[Any]) -> Places:
    """Raises Unknown, if a root element comes out of something else, or the text is not balanced HTML."""
    pieces = list(flat(nodes))
    scan = RootTags("".join(text for _, text in pieces))
    places: Places = {}
    ends = list(accumulate(len(text) for _, text in pieces))
    for found in scan.found:
        number = next(n for n, end in enumerate(ends) if found < end)
        node, text = pieces[number]
        places.setdefault(id(node), []).append(found - ends[number] + len(text))
    return places


def flat(nodes: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """The nodes with text, and their text; branches one after the other; a mark for all that is dynamic."""
    for node in nodes:
        match node:
            case TextNode():
                yield node, node.s
            case IfNode():
                for _, inner in node.conditions_nodelists:
                    yield from flat(inner)
            case ForNode():
                yield from flat(node.nodelist_loop)
                yield from flat(node.nodelist_empty)
            case WithNode() | AutoEscapeControlNode():
                yield from flat(node.nodelist)
            case LoadNode() | CommentNode() | Colocated():
                pass
            case _:
                yield node, MARK


class RootTags(HTMLParser):
    """Finds the ends of the start tags at the top."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.found: list[int] = []
        self.lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.feed(text)
        if self.rawdata or self.open:
            raise Unknown("has elements that are not closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open:
            self.found.append(self.end_of_tag())
        if MARK in tag:
            raise Unknown("has an element whose name is not certain")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Unknown("has elements that are not closed")

    def handle_data(self, data: str) -> None:
        if not self.open and MARK in data:
            raise Unknown("has a root that comes out of a tag or variable")

    def end_of_tag(self) -> int:
        line, column = self.getpos()
        tag = self.get_starttag_text() or ""
        return self.lines[line - 1] + column + len(tag) - (2 if tag.endswith("/>") else 1)
