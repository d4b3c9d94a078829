"""What only the text can tell: whether a block is exactly one element, whether it closes what it opens.

The statics are scanned once, at compile time, with a mark at the place of each dynamic part. Rendered HTML
is never parsed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser

MARK = "\ue000"

VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
PROPER_ID = re.compile(r""" id=["']""")
ANY_ID = re.compile(r"""[\s"'/]id\s*=|[\s"'/]id(?=[\s/>])""", re.IGNORECASE)


class Outline(HTMLParser):
    """Counts elements at the top level. `broken` as soon as tags do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.roots = 0
        self.loose = False  # text, or a part, beside the elements at the top
        self.broken = False
        self.proper = True  # the first tag is as the client wants it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open:
            self.roots += 1
            self.proper = self.proper and is_proper(self.get_starttag_text() or "")
        if MARK in tag:
            self.broken = True
        elif tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and not self._foreign():
            self.broken = True  # HTML ignores this slash: the element stays open
        if self.open and self.open[-1] == tag and tag not in VOID:
            self.open.pop()

    def _foreign(self) -> bool:
        return "svg" in self.open or "math" in self.open

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or not self.open or self.open[-1] != tag:
            self.broken = True
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open and data.strip():
            self.loose = True

    def handle_entityref(self, name: str) -> None:
        self.handle_data(name)

    def handle_charref(self, name: str) -> None:
        self.handle_data(name)

    def handle_comment(self, data: str) -> None:
        if not self.open and self.roots == 0 and "\n" in data:
            self.proper = False  # LV-119
        if MARK in data:
            self.loose = self.loose or not self.open

    def handle_decl(self, decl: str) -> None:
        self.loose = True

    def handle_pi(self, data: str) -> None:
        self.loose = True

    def unknown_decl(self, data: str) -> None:
        self.broken = True


def is_proper(tag: str) -> bool:
    """An id, if there is one, stands there as the client looks for it: blank, `id=`, quote."""
    return len(ANY_ID.findall(tag)) == len(PROPER_ID.findall(tag))


@lru_cache(maxsize=256)
def outline(statics: tuple[str, ...]) -> Outline | None:
    """Scan the statics, or None if they are not even HTML to the end (an open tag, an open comment)."""
    text = MARK.join(statics)
    scan = Outline()
    scan.feed(text)
    if scan.rawdata or scan.cdata_elem:
        return None
    scan.close()
    return scan


def is_balanced(statics: tuple[str, ...]) -> bool:
    scan = outline(statics)
    return scan is not None and not scan.broken and not scan.open


def is_one_root(statics: tuple[str, ...]) -> bool:
    """Whether this is exactly one element, if every dynamic part is balanced."""
    scan = outline(statics)
    return (
        scan is not None
        and not scan.broken
        and not scan.open
        and scan.roots == 1
        and not scan.loose
        and scan.proper
    )


def root_problem(statics: tuple[str, ...]) -> str:
    """Why this is not exactly one element, for people; "" if it is."""
    if is_one_root(statics):
        return ""
    scan = outline(statics)
    if scan is None or scan.broken or scan.open:
        return "a tag in it is not closed, or closes nothing"
    if scan.roots > 1:
        return f"it has {scan.roots} elements side by side"
    if scan.roots == 0 and len(statics) > 1:
        return "around its elements stands {% if %}, {% for %}, {% with %}, a component, or another tag"
    if scan.roots == 0:
        return "it has no element"
    if scan.loose:
        return "beside its element stands text, a variable or a tag"
    return 'its tag stands behind a comment of several lines, or has an id that is not written id="…"'
