"""Templates read for the check: parsed again, so that every node knows its position, also without DEBUG."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.base import Node, NodeList, Origin, Template, TextNode, TokenType
from django.template.defaulttags import CommentNode, LoadNode, VerbatimNode
from django.template.engine import Engine
from django.templatetags.i18n import BlockTranslateNode

from django_phoenix.rendering.partials import PARTIAL, as_template

from .source import Source


class Library:
    """Every template read so far, so that each is parsed once."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str, str | None], Source] = {}
        self._engines: dict[int, Engine] = {}
        self._loaded: dict[tuple[Any, ...], Template] = {}

    def load(self, engine: Engine, name: str, skip: Sequence[Origin] = ()) -> Template:
        """The template of a name, ``skip`` passed over. Raises what the engine raises."""
        key = (id(engine), name, *(str(origin) for origin in skip))
        template = self._loaded.get(key)
        if template is None:
            found = engine.find_template(name, skip=list(skip))[0] if skip else engine.get_template(name)
            template = self._loaded[key] = found
        return template

    def source(self, template: Template, owner: type | None = None) -> Source:
        """What the check reads of a template; ``owner`` is the class whose attribute holds its text."""
        part = template.name if isinstance(template, PARTIAL) else None
        template = as_template(template)
        key = (str(template.origin.name), template.source, part)
        source = self._sources.get(key)
        if source is None:
            source = self._sources[key] = self._read(template, owner, part)
        return source

    def _read(self, template: Template, owner: type | None, part: str | None) -> Source:
        again: Any = Template.__new__(Template)
        again.name, again.origin, again.source = template.name, template.origin, template.source
        again.engine = self._engine(template.engine)
        again.nodelist = again.compile_nodelist()
        if part is not None:
            again.nodelist = again.extra_data["partials"][part].nodelist
        path, before = _file_of(template, owner)
        return Source(path, again.source, str(template.name or path), again, before)

    def _engine(self, engine: Engine) -> Engine:
        """The same engine, which notes positions. It loads nothing, so its loaders do not matter."""
        debugging = self._engines.get(id(engine))
        if debugging is None:
            debugging = self._engines[id(engine)] = copy(engine)
            debugging.debug = True
        return debugging


def _file_of(template: Template, owner: type | None) -> tuple[str, str]:
    """The file in which a template stands, and the text of that file before it."""
    name = str(template.origin.name)
    # Of a template inside a class, django-components says file::Class.
    file, inside, _ = name.rpartition("::")
    path = file if inside else _file_of_class(owner)
    if path is None:
        return name, ""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError:
        return name, ""
    start = text.find(template.source) if template.source.strip() else -1
    return path, text[: start if start >= 0 else _start_of_class(owner, text)]


def _file_of_class(owner: type | None) -> str | None:
    try:
        return None if owner is None else inspect.getsourcefile(owner)
    except TypeError:
        return None


def _start_of_class(owner: type | None, text: str) -> int:
    """For a template put together at import: all that can be told is the class."""
    try:
        line = 1 if owner is None else inspect.getsourcelines(owner)[1]
    except OSError:
        line = 1
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1])


# -- node trees


def position(node: Node) -> tuple[int, int]:
    """Where the tag stands that made this node."""
    token: Any = node.token
    return token.position if token is not None and token.position else (0, 0)


def bodies_of(node: Node) -> list[NodeList]:
    """The node lists that a node of any class holds, in the order of the text."""
    found: dict[int, NodeList] = {}
    waiting: list[Any] = list(vars(node).values())
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, NodeList):
            found.setdefault(id(value), value)
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
    return sorted(found.values(), key=_first_position)


def _first_position(nodes: NodeList) -> tuple[int, int]:
    return position(nodes[0]) if nodes else (0, 0)


def text_spans(source: Source, node: Node) -> Iterator[tuple[int, int]]:
    """Where the literal text stands that a node writes by itself."""
    if isinstance(node, TextNode):
        yield position(node)
    elif isinstance(node, VerbatimNode):
        start = position(node)[1]
        if source.text.startswith(node.content, start):
            yield start, start + len(node.content)
    elif isinstance(node, BlockTranslateNode):
        for tokens in (node.singular, node.plural):
            yield from token_spans(tokens)


def token_spans(tokens: Iterable[Any]) -> Iterator[tuple[int, int]]:
    """The text among the tokens of a ``{% blocktranslate %}``."""
    for token in tokens:
        if token.token_type is TokenType.TEXT and token.position:
            yield token.position


@dataclass(frozen=True)
class Piece:
    """A piece of a template's text: literal, or (``literal`` False) the place of a tag that writes something.

    ``path`` tells in which bodies of which tags it stands, each body by its number.
    """

    start: int
    end: int
    literal: bool
    path: tuple[tuple[Node, int], ...]


def pieces_of(source: Source) -> list[Piece]:
    """Everything in a template that writes something, whether or not a page shows it; in order."""
    found: dict[tuple[int, int], Piece] = {}
    seen: set[int] = set()

    def walk(nodes: Iterable[Any], path: tuple[tuple[Node, int], ...]) -> None:
        for node in nodes:
            if id(node) in seen:
                continue
            seen.add(id(node))
            for start, end in text_spans(source, node):
                found[start, end] = Piece(start, end, True, path)
            bodies = bodies_of(node)
            if writes(node, bodies):
                found.setdefault(position(node), Piece(*position(node), False, path))
            for number, body in enumerate(bodies):
                walk(body, (*path, (node, number)))

    walk(source.template.nodelist, ())
    return sorted((piece for piece in found.values() if piece.end > piece.start), key=lambda each: each.start)


def writes(node: Node, bodies: list[NodeList]) -> bool:
    """Whether a tag puts something where it stands, beside what its bodies write."""
    if isinstance(node, TextNode | VerbatimNode | LoadNode | CommentNode):
        return False
    return not (bodies and type(node).__module__.startswith("django."))
