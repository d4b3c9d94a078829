"""The tags of HTML in one template, with their places.

Template tags are covered by marks of the same length before Python's own HTML parser reads the text, so that
every offset stays what it is and a value is known to be dynamic by the marks in it. There are two: one for
what writes something, and one for what only divides (``{% if %}``, ``{% endif %}``).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from django.template.base import Node
from django.template.defaulttags import IfNode

from .parse import Piece, pieces_of
from .source import Place, Source
from .vocabulary import CDATA, ELEMENTS

MARK = "\ue000"
GAP = "\ue001"
MARKS = re.compile(f"[{MARK}{GAP}]")
RUN = re.compile(f"[^{GAP}]+")
# One attribute of a start tag whose bounds the parser has found.
ATTRIBUTE = re.compile(
    r"""[\s/\ue001]*(?P<name>[^\s/>=\ue001]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>]*)))?"""
)
# Stands for the name of an element whose name the template fills in.
UNNAMED = "?"


@dataclass(frozen=True)
class Attribute:
    """One attribute. ``value`` is None if it has none; marks stand for what the template fills in."""

    name: str
    value: str | None
    place: Place  # name and value
    value_place: Place
    conditional: bool = False  # in a branch of the template, inside the tag
    # If the value is one of several, written out in the branches of an `{% if %}`: each of them.
    choices: tuple[tuple[str, Place], ...] = ()

    @property
    def dynamic(self) -> bool:
        """Whether the template fills in the value or a part of it."""
        return self.value is not None and MARKS.search(self.value) is not None

    @property
    def source(self) -> str:
        """The value as it is written."""
        return self.value_place.text


@dataclass(eq=False)
class Tag:
    """A start tag, or the end tag (``closing``)."""

    name: str
    place: Place
    closing: bool = False
    self_closed: bool = False
    attributes: tuple[Attribute, ...] = ()

    @cached_property
    def mixed(self) -> bool:
        """Whether the template may add attributes whose names are not written here."""
        return any(MARK in attribute.name for attribute in self.attributes)


def tags_of(source: Source) -> list[Tag]:
    """All tags in the text of a template, in order."""
    pieces = pieces_of(source)
    reader = _Reader(source, mask(source, pieces), pieces)
    reader.feed(reader.masked)
    reader.close()
    return reader.tags


def mask(source: Source, pieces: list[Piece]) -> str:
    """The text with a mark in the place of each character that belongs to the template language."""
    text, end = [], 0
    for piece in pieces:
        if piece.start >= end:
            text.append(GAP * (piece.start - end))
            length = piece.end - piece.start
            text.append(source.text[piece.start : piece.end] if piece.literal else MARK * length)
            end = piece.end
    return "".join([*text, GAP * (len(source.text) - end)])


class _Reader(HTMLParser):
    def __init__(self, source: Source, masked: str, pieces: list[Piece]) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.masked = masked
        self.tags: list[Tag] = []
        self.pieces = pieces
        self.piece_starts = [piece.start for piece in pieces]

    def path(self, offset: int) -> tuple[tuple[Node, int], ...]:
        """In which bodies of template tags an offset stands."""
        index = bisect_right(self.piece_starts, offset) - 1
        return self.pieces[index].path if index >= 0 else ()

    @cached_property
    def lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.masked))]

    def position(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.start(tag)
        if tag in CDATA and self.cdata_elem is None:
            self.set_cdata_mode(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.start(tag, self_closed=True)

    def start(self, tag: str, *, self_closed: bool = False) -> None:
        start = self.position()
        text = self.get_starttag_text() or ""
        place = Place(self.source, start, start + len(text))
        name, rest = element_name(tag)
        attributes = self.attributes(start + 1 + len(tag) - len(rest), start + len(text) - 1)
        self.tags.append(Tag(name, place, self_closed=self_closed, attributes=attributes))

    def attributes(self, start: int, end: int) -> tuple[Attribute, ...]:
        found = []
        path = self.path(start - 1)
        while match := ATTRIBUTE.match(self.masked, start, end):
            start = match.end()
            kind = next((kind for kind in ("double", "single", "bare") if match[kind] is not None), None)
            value = None if kind is None else html.unescape(match[kind])
            bounds = match.span("name" if kind is None else kind)
            found.append(
                Attribute(
                    match["name"].lower(),
                    value,
                    Place(self.source, match.start("name"), match.end()),
                    Place(self.source, *bounds),
                    conditional=self.path(match.start("name")) != path,
                    choices=self.choices(*bounds),
                )
            )
        return tuple(found)

    def choices(self, start: int, end: int) -> tuple[tuple[str, Place], ...]:
        """The texts in the branches of the one `{% if %}` that makes up a value."""
        if self.masked[start : start + 1] != GAP or MARK in self.masked[start:end]:
            return ()
        runs = [(match.start() + start, match[0]) for match in RUN.finditer(self.masked[start:end])]
        paths = [self.path(at) for at, _ in runs]
        branches = {path[-1] for path in paths if path}
        nodes = {node for node, _ in branches}
        alike = len({path[:-1] for path in paths}) == 1
        if len(nodes) != 1 or not isinstance(nodes.pop(), IfNode) or len(branches) != len(runs) or not alike:
            return ()
        return tuple(
            (html.unescape(text).strip(), Place(self.source, at, at + len(text))) for at, text in runs
        )

    def handle_endtag(self, tag: str) -> None:
        start = self.position()
        end = self.masked.find(">", start)
        place = Place(self.source, start, len(self.masked) if end < 0 else end + 1)
        self.tags.append(Tag(element_name(tag)[0], place, closing=True))


def element_name(tag: str) -> tuple[str, str]:
    """The name in what the parser takes for one, and the rest: `<input{{ attributes }}>` is an input."""
    match = MARKS.search(tag)
    if match is None:
        return tag, ""
    name, rest = tag[: match.start()], tag[match.start() :]
    if not rest.strip(GAP) or (name in ELEMENTS and not rest.strip(MARK + GAP)):
        return name, rest
    return UNNAMED, ""


class Tags:
    """The tags of a template, to be asked for those of one piece of its text."""

    def __init__(self, source: Source) -> None:
        self.tags = tags_of(source)
        self._starts = [tag.place.start for tag in self.tags]

    def between(self, start: int, end: int) -> list[Tag]:
        """Those that begin in this piece."""
        return self.tags[bisect_right(self._starts, start - 1) : bisect_right(self._starts, end - 1)]

    def covers(self, offset: int) -> bool:
        """Whether an offset lies inside a tag."""
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self.tags[index].place.end
