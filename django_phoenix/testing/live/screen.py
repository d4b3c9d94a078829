"""What stands in the page now: what its views show, in what was around them when it was loaded."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

from django_phoenix.testing.live.dom import Dom, start_tag
from django_phoenix.testing.live.page import Page, mark

if TYPE_CHECKING:
    from django_phoenix.testing.live.mounted import Mounted

IGNORED = re.compile(r"""phx-update=["']?ignore""")

# A child's element in its parent's HTML, empty.
CHILD = re.compile(r'<([\w-]+)((?=[^>]* data-phx-session="[^"]*")[^>]*?\sid="([^"]*)"[^>]*)></\1>')


class DuplicateIdWarning(UserWarning):
    """Two elements of one page have the same id: the client would mix them up."""


class Screen:
    """Of one tab."""

    def __init__(self) -> None:
        self.url = ""
        self.page = Page("", 0, "")
        self.views: dict[str, Mounted] = {}
        # What stood first in the elements whose content the client leaves alone, by id.
        self.ignored: dict[str, str] = {}
        self._dom: Dom | None = None
        # The page at all moments of the act in hand.
        self._read: list[Dom] = []

    def changed(self) -> None:
        """The page is another."""
        self._dom = None

    def begin(self) -> None:
        """An act begins."""
        self._read = [] if self._dom is None else [self._dom]

    @property
    def dom(self) -> Dom:
        """The page as it is now."""
        if self._dom is None:
            dom = self._dom = Dom(self.document)
            self._read.append(dom)
            if self.ignored or IGNORED.search(dom.source):
                self._leave_alone(dom)
            self._warn_of_duplicates(dom)
        return self._dom

    def dom_of(self, element: Any) -> Dom:
        """The page as it was when the element was looked up."""
        for dom in self._read:
            if dom.holds(element):
                return dom
        return self.dom

    @property
    def document(self) -> str:
        """The whole page: what its views show, in what was around them when it was loaded."""
        if not self.page.containers:
            return self.page.html
        html = self.page.shell
        for dom_id in self.page.roots:
            view = self.views.get(dom_id)
            shown_here = "" if view is None or view.container.nested else self.whole(view)
            html = html.replace(mark(dom_id), shown_here)
        return html

    def _leave_alone(self, dom: Dom) -> None:
        """What stands in ``phx-update="ignore"`` stays as it came first."""
        present = {each.id or "": each for each in dom.find('[phx-update="ignore"]')}
        self.ignored = {dom_id: html for dom_id, html in self.ignored.items() if dom_id in present}
        for dom_id, element in present.items():
            html = self.ignored.setdefault(dom_id, element.inner_html or "")
            if html != element.inner_html:
                element.inner_html = html

    def whole(self, view: Mounted) -> str:
        """A view with its container."""
        holder = view.container
        return f"{start_tag(holder.tag, holder.attributes)}{self.html(view)}</{holder.tag}>"

    def html(self, view: Mounted) -> str:
        """What a view shows, its children included."""
        html = view.tree.html()
        if len(self.views) > 1 and "data-phx-session" in html:
            html = CHILD.sub(self._filled, html)
        return html

    def _filled(self, found: re.Match[str]) -> str:
        child = self.views.get(found[3])
        return found[0] if child is None else f"<{found[1]}{found[2]}>{self.html(child)}</{found[1]}>"

    def _warn_of_duplicates(self, dom: Dom) -> None:
        counts = Counter(each.id for each in dom.find("[id]"))
        twice = [dom_id for dom_id, count in counts.items() if dom_id and count > 1]
        if twice:
            warnings.warn(
                f"{self.url}: more than one element has the id {', '.join(map(repr, twice))}. Browsers and "
                "the client find only the first.",
                DuplicateIdWarning,
                stacklevel=4,
            )
