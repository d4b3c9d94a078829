"""Scoped styles: which elements of a template they reach, found in the template's text when it is parsed.

A style reaches what stands in the *root elements* of its own template: those outermost in it, and in the body
of each component's tag. They take two attributes, `phx-css` and one of the style's own, and the style goes as
`@scope` from the second to the next `phx-css` below.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

from django.template.base import TokenType

from .roots import MARK, VOID

ROOT = "phx-css"
TRANSLATED = tuple(f"{end}{name}" for end in ("", "end") for name in ("blocktranslate", "blocktrans"))
BRANCHING = ("if", "for", "ifchanged")
BRANCHES = ("elif", "else", "empty")


def scoped(css: str, attribute: str) -> str:
    """The style, for elements below those with the attribute, up to the next template's that has styles."""
    return f"@scope ([{attribute}]) to (:scope [{ROOT}]) {{\n{css.strip()}\n}}"


def mark_roots(tokens: Sequence[Any], attribute: str, is_component: Callable[[str], bool]) -> None:
    """Write the attributes into the texts among the tokens of a template (in their order).

    `is_component` tells of a tag's name whether what stands in its body is shown in another place.
    """
    texts = list(texts_of(tokens))
    starts = [0, *accumulate(map(len, texts))]
    tags = [(start, token) for start, token in zip(starts, tokens, strict=False) if is_tag(token)]
    for place in reversed(RootElements("".join(texts), tags, is_component).found):
        number = bisect_right(starts, place - 1) - 1
        text, at = tokens[number].contents, place - starts[number]
        behind = text[at:].removeprefix(f" {ROOT} ")  # another style's
        rest = text[at:] if behind == text[at:] else f" {behind}"
        tokens[number].contents = f"{text[:at]} {ROOT} {attribute}{rest}"


def texts_of(tokens: Sequence[Any]) -> Iterator[str]:
    """The text of each token; marks for tags, and for what is to be translated: as it stands it is a key."""
    translated = False
    for token in tokens:
        if is_tag(token) and name_of(token) in TRANSLATED:
            translated = not name_of(token).startswith("end")
        is_text = token.token_type is TokenType.TEXT and not translated
        yield token.contents if is_text else MARK


class RootElements(HTMLParser):
    """`found`: the places behind the names of the start tags of root elements."""

    def __init__(self, text: str, tags: list[tuple[int, Any]], is_component: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[int] = []
        self.open: list[str] = []
        self.outer: list[tuple[str, list[str]]] = []  # what was open around the body of each component
        # And at each `{% if %}`; then what its first branch leaves open.
        self.branches: list[tuple[list[str], list[str] | None]] = []
        self.tags = tags[::-1]
        self.is_component = is_component
        self.names = frozenset(name_of(token) for _, token in tags)
        self.lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.feed(text)

    def place(self) -> int:
        """Where the parser is; the template's tags before it are taken note of."""
        line, column = self.getpos()
        place = self.lines[line - 1] + column
        while self.tags and self.tags[-1][0] < place:
            self.pass_tag(self.tags.pop()[1])
        return place

    def pass_tag(self, token: Any) -> None:
        name = name_of(token)
        if self.outer and name == f"end{self.outer[-1][0]}":
            self.open = self.outer.pop()[1]
        elif name in BRANCHING:
            self.branches.append(([*self.open], None))
        elif name in BRANCHES and self.branches:
            before, after = self.branches[-1]
            self.branches[-1] = before, self.open if after is None else after
            self.open = [*before]
        elif name.removeprefix("end") in BRANCHING and self.branches:
            _, after = self.branches.pop()
            self.open = self.open if after is None else after
        elif f"end{name}" in self.names and not token.contents.endswith("/") and self.is_component(name):
            self.outer.append((name, self.open))
            self.open = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        place = self.place()
        if MARK in tag:
            return
        if not self.open:
            self.found.append(place + 1 + len(tag))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and MARK not in tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        self.place()
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]


def is_tag(token: Any) -> bool:
    return bool(token.token_type is TokenType.BLOCK and token.contents)


def name_of(token: Any) -> str:
    name: str = token.contents.split(None, 1)[0]
    return name
