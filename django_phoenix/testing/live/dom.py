"""HTML as a browser reads it. The parser and its selectors are those of Lexbor, by way of ``selectolax``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from django_phoenix.testing.failure import Failure

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Element

try:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError
except ImportError as error:
    raise ImportError(
        "django_phoenix.testing.live reads pages with selectolax, which is not installed: "
        'pip install "django-phoenix[testing]".'
    ) from error

VIEW = "data-phx-session"
COMPONENT = "data-phx-component"
TELEPORTED = "data-phx-teleported-src"
PORTAL = "template[data-phx-portal]"
# How deep portals may stand in one another, as in the client.
DEEPEST_PORTAL = 5
# Characters of HTML that a message shows.
SHOWN = 2000

# What is in the middle of a text; and what nobody reads.
INLINE = frozenset(
    {
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "i", "kbd", "mark", "q", "s"),
        *("samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
    }
)
UNREAD = frozenset(("script", "style", "template", "head", "noscript"))

BLANKS = re.compile(r"\s+")


class Dom:
    """A document. What stands in portals is part of it and belongs where they stand, if not closed."""

    def __init__(self, html: str, *, closed: bool = False) -> None:
        self.source = html
        self._parser: Any = LexborHTMLParser(html)
        self._known: dict[str, set[int]] = {}
        if not closed and "data-phx-portal" in html:
            self._teleport(html)

    @property
    def root(self) -> Element:
        """The ``html`` element."""
        root: Element = self._parser.root
        return root

    def holds(self, element: Element) -> bool:
        """Whether it is an element of this document."""
        return element.parser is self._parser

    def find(self, selector: str, inside: Element | None = None) -> list[Element]:
        """All that match, in document order. AssertionError for what is no selector."""
        try:
            found: list[Element] = (self._parser if inside is None else inside).css(selector)
        except SelectolaxError:
            raise Failure(f"{selector!r} is no CSS selector.") from None
        return found

    def by_id(self, dom_id: str) -> Element | None:
        """The element of this id."""
        found = self.find(f"[id={quoted(dom_id)}]")
        return found[0] if found else None

    def matches(self, element: Element, selector: str) -> bool:
        """Whether it is one of those that match."""
        return element.mem_id in self._matching(selector)

    def closest(self, element: Element | None, selector: str) -> Element | None:
        """The nearest that matches: the element itself, or what is around it."""
        matching = self._matching(selector)
        return next((each for each in self.outwards(element) if each.mem_id in matching), None)

    def nearest(self, element: Element | None, tag: str | None, name: str | None = None) -> Element | None:
        """As ``closest``, by a tag and an attribute."""
        for each in self.outwards(element):
            if (tag is None or each.tag == tag) and (name is None or name in each.attributes):
                return each
        return None

    def text(self, element: Element) -> str:
        """What a reader sees of it, and of its portals."""
        away = [each for each in self.find(f"[{TELEPORTED}]") if self._belongs(each, element)]
        return " ".join(filter(None, map(text_of, [element, *away])))

    def _belongs(self, teleported: Element, element: Element) -> bool:
        return any(each == element for each in self.outwards(teleported))

    def view(self, element: Element | None) -> Element | None:
        """The container of the view that it is of."""
        return self.nearest(element, None, VIEW)

    def _matching(self, selector: str) -> set[int]:
        known = self._known.get(selector)
        if known is None:
            known = self._known[selector] = {each.mem_id for each in self.find(selector)}
        return known

    def outwards(self, element: Element | None) -> Iterator[Element]:
        """The element and all that is around it, by way of portals to where these stand."""
        while element is not None:
            if not element.is_element_node:
                return
            source = element.attributes.get(TELEPORTED)
            if source is not None:
                element = self.by_id(source)
                continue
            yield element
            element = element.parent

    def _teleport(self, html: str) -> None:
        done: set[str] = set()
        for _ in range(DEEPEST_PORTAL):
            portals = [each for each in self.find(PORTAL) if (each.id or "") not in done]
            if not portals:
                return
            for portal in portals:
                done.add(portal.id or "")
                self._check_target(portal)
                inner = portal.template_fragments()[0].html
                html += f'<div {TELEPORTED}="{escape(portal.id or "")}">{inner}</div>'
            self._parser = LexborHTMLParser(html)

    def _check_target(self, portal: Element) -> None:
        target = attribute(portal, "data-phx-portal") or ""
        if not self.find(target):
            raise Failure(f"The portal {portal.id!r} leads to {target!r}, which is not in the page.")


def quoted(text: str) -> str:
    """A string in a selector."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def given_values(element: Element) -> dict[str, Any]:
    """What its ``phx-value-*`` give."""
    return {
        name.removeprefix("phx-value-"): value or ""
        for name, value in element.attributes.items()
        if name.startswith("phx-value-")
    }


def attribute(element: Element, name: str) -> str | None:
    """Its value; ``""`` for an attribute without one, None if there is none."""
    attributes = element.attributes
    return (attributes[name] or "") if name in attributes else None


def text_of(element: Element) -> str:
    """What a reader sees, with single blanks; also between elements that stand below one another."""
    parts: list[str] = []
    _read(element, parts)
    return BLANKS.sub(" ", "".join(parts)).strip()


def _read(element: Element, parts: list[str]) -> None:
    node = element.first_child
    while node is not None:
        if node.is_text_node:
            parts.append(node.text_content or "")
        elif node.is_element_node and node.tag not in UNREAD:
            apart = "" if node.tag in INLINE else " "
            parts.append(apart)
            _read(node, parts)
            parts.append(apart)
        node = node.next


def shown(html: str | None) -> str:
    """For messages."""
    text = (html or "").strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"


def start_tag(tag: str, attributes: dict[str, str | None]) -> str:
    """As in HTML."""
    written = "".join(
        f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attributes.items()
    )
    return f"<{tag}{written}>"
