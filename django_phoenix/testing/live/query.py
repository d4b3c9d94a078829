"""Which element a test means; and what to say if there is none, or more than one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live.dom import attribute, shown, start_tag, text_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Node

    from django_phoenix.testing.live.mounted import Mounted
    from django_phoenix.testing.live.tab import Tab

# Elements of several that a message shows.
LISTED = 5

Text = str | re.Pattern[str] | None


class Query:
    """A selector, perhaps with a text that is to be found in the element, in a page or in one view of it.

    What stands around the page's live views is looked at where nothing in them matches.
    """

    def __init__(self, tab: Tab, scope: Mounted | None, selector: str, text: Text = None) -> None:
        self.tab = tab
        self.scope = scope
        self.selector = selector
        self.text = text

    def __str__(self) -> str:
        with_text = "" if self.text is None else f" with the text {self._wanted!r}"
        return f"{self.selector!r}{with_text}"

    @property
    def _wanted(self) -> str:
        return self.text.pattern if isinstance(self.text, re.Pattern) else self.text or ""

    def all(self) -> list[Node]:
        """The elements that match."""
        return [each for each in self._by_selector() if self._fits(each)]

    def one(self) -> Node:
        """The only one. AssertionError if there is none, or more."""
        by_selector = self._by_selector()
        found = [each for each in by_selector if self._fits(each)]
        if len(found) == 1:
            return found[0]
        raise Failure(f"{self.tab.url}: {self._many(found) if found else self._none(by_selector)}")

    def _by_selector(self) -> list[Node]:
        found = self.tab.dom.find(self.selector)
        if self.scope is None:
            live = [each for each in found if self.tab.dom.view(each) is not None]
            return live or found
        return [each for each in found if self._inside(each, self.scope.id)]

    def _inside(self, element: Node, view_id: str) -> bool:
        around = iter(self.tab.dom.outwards(element))
        return any(each.id == view_id for each in around if attribute(each, "data-phx-session") is not None)

    def _fits(self, element: Node) -> bool:
        if self.text is None:
            return True
        text = text_of(element)
        return self.text.search(text) is not None if isinstance(self.text, re.Pattern) else self.text in text

    def _many(self, found: list[Node]) -> str:
        more = f"\n  … and {len(found) - LISTED} more" if len(found) > LISTED else ""
        return (
            f"{len(found)} elements match {self}, and one is wanted. Say which:\n  "
            + "\n  ".join(outline(each) for each in found[:LISTED])
            + more
        )

    def _none(self, by_selector: list[Node]) -> str:
        if by_selector:
            texts = "\n  ".join(repr(text_of(each)) for each in by_selector[:LISTED])
            number = len(by_selector)
            return (
                f"no element matches {self}. {number} match{'es' if number == 1 else ''} the selector alone, "
                f"with the text:\n  {texts}"
            )
        if not self.tab.views and self.tab.response is not None:
            status = self.tab.response.status_code
            return (
                f"no element matches {self}; there is no live view in this page (status {status}):\n"
                f"{shown(self.tab.page.html)}"
            )
        return f"no element matches {self} in\n{shown(self._html())}"

    def _html(self) -> str:
        tab = self.tab
        views = (
            [self.scope] if self.scope is not None else [v for v in tab.views.values() if v.parent is None]
        )
        return "\n".join(tab.html(view) for view in views)


def outline(element: Node) -> str:
    """The start tag, and the beginning of the text."""
    attributes: dict[str, Any] = element.attributes
    text = text_of(element)
    return f"{start_tag(element.tag or '', attributes)}{text[:60]}{'…' if len(text) > 60 else ''}"
