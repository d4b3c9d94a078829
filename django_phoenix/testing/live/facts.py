"""What both faces of a live page show without waiting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live.dom import attribute, text_of
from django_phoenix.testing.live.mounted import Mounted
from django_phoenix.testing.live.moves import LOAD, NAVIGATE, PATCH, Move
from django_phoenix.testing.live.picture import open_in_browser
from django_phoenix.testing.live.query import Query, Text
from django_phoenix.testing.live.snapshots import compare, path_of
from django_phoenix.testing.live.tab import Tab
from django_phoenix.testing.live.uploads import Entry
from django_phoenix.testing.patterns import ANYTHING, mismatch, shown


class ElementFacts:
    """Of an element. It is looked up anew each time, so it may come and go."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._tab: Tab = query.tab

    def __repr__(self) -> str:
        return f"<element {self._query}>"

    @property
    def exists(self) -> bool:
        """Whether there is at least one."""
        return bool(self._query.all())

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._query.all())

    @property
    def html(self) -> str:
        """Its HTML, with its own tag."""
        __tracebackhide__ = True
        return self._one().html or ""

    @property
    def text(self) -> str:
        """Its text, with single blanks."""
        __tracebackhide__ = True
        return text_of(self._one())

    @property
    def texts(self) -> list[str]:
        """The text of each that matches, in the page's order."""
        return [text_of(each) for each in self._query.all()]

    @property
    def attributes(self) -> dict[str, str]:
        """Its attributes; ``""`` for those without a value."""
        __tracebackhide__ = True
        return {name: value or "" for name, value in self._one().attributes.items()}

    def __getitem__(self, name: str) -> str | None:
        """An attribute; None if it has no such."""
        __tracebackhide__ = True
        return attribute(self._one(), name)

    def _one(self) -> Any:
        __tracebackhide__ = True
        try:
            return self._query.one()
        except Failure as failure:
            problem = failure.plain()
        raise problem


class UploadFacts:
    """Of the files that were chosen in one input."""

    def __init__(self, tab: Tab, ref: str) -> None:
        self._tab = tab
        self._world = tab.world
        self.ref = ref

    @property
    def entries(self) -> list[Entry]:
        """One per file, each with ``ref``, ``progress``, ``errors``, and ``meta`` of an external upload."""
        return list(self._tab.chosen.get(self.ref, ()))


class ViewFacts:
    """Of a page, or of one view of it."""

    def __init__(self, tab: Tab, view_id: str | None) -> None:
        self._tab = tab
        self._world = tab.world
        self._view_id = view_id

    def __repr__(self) -> str:
        return f"<live page {self._tab.url}>" if self._view_id is None else f"<live view {self._view_id}>"

    # The page.

    @property
    def url(self) -> str:
        """What the browser shows: ``/path/?query``, or a full URL of another site."""
        return self._tab.url

    @property
    def title(self) -> str:
        """The page's title, as patched by views."""
        return self._tab.page.title.text

    @property
    def response(self) -> Any:
        """Django's response to the last page load. None for a page of another site."""
        return self._tab.response

    @property
    def moves(self) -> list[Move]:
        """All changes of the URL so far, each with ``kind`` (patch, navigate, load) and ``to``."""
        return list(self._tab.moves.done)

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """All that ``push_event`` has sent, oldest first."""
        return list(self._tab.events)

    # The view.

    @property
    def html(self) -> str:
        """What is shown: of a view, its children included; of a page without a live view, the whole page."""
        view = self._mounted
        if view is not None:
            return self._tab.html(view)
        roots = [each for each in self._tab.views.values() if each.parent is None]
        return "\n".join(map(self._tab.html, roots)) if roots else self._tab.page.html

    @property
    def text(self) -> str:
        """What a reader sees of it, with single blanks."""
        view = self._mounted
        element = None if view is None else self._tab.dom.by_id(view.id)
        dom = self._tab.dom
        return text_of(dom.root) if element is None else dom.text(element)

    @property
    def connected(self) -> bool:
        """Whether a live view is joined here: not after a crash, nor on a plain page."""
        view = self._mounted
        return view is not None and view.joined

    @property
    def instance(self) -> Any:
        """Your LiveView object on the server."""
        return self._need().instance

    @property
    def assigns(self) -> Any:
        """The assigns of your LiveView."""
        return self.instance.assigns

    @property
    def id(self) -> str | None:
        """The DOM id of the view's container."""
        view = self._mounted
        return None if view is None else view.id

    @property
    def _mounted(self) -> Mounted | None:
        tab = self._tab
        if self._view_id is not None:
            return tab.views.get(self._view_id)
        return tab.main or next(iter(tab.views.values()), None)

    @property
    def document(self) -> str:
        """The whole page: what its views show, in what was around them when it was loaded."""
        return self._tab.document

    @property
    def flash(self) -> dict[str, str]:
        """What ``put_flash`` has put and the view still holds, kind to text."""
        flash = self.instance._live.flash
        return {} if flash is None else {kind: str(text) for kind, text in flash.texts.items()}

    def _child(self, view_id: str) -> str:
        child = self._tab.views.get(view_id)
        if child is None or child.container.is_main:
            known = ", ".join(
                repr(each.id) for each in self._tab.views.values() if not each.container.is_main
            )
            raise AssertionError(
                f"{self._tab.url}: no view {view_id!r} in this page; there are: {known or 'none'}."
            )
        return view_id

    def _need(self) -> Mounted:
        view = self._mounted
        if view is None:
            raise AssertionError(f"{self._tab.url}: there is no live view. {self._tab.what_it_is()}")
        return view

    def has_element(self, selector: str, text: Text = None) -> bool:
        """Whether something matches."""
        return bool(self._query(selector, text).all())

    def _query(self, selector: str, text: Text = None) -> Query:
        scope = None
        if self._view_id is not None:
            scope = self._tab.views.get(self._view_id)
            if scope is None:
                raise AssertionError(
                    f"{self._tab.url}: the view {self._view_id!r} is not in the page any more."
                )
        return Query(self._tab, scope, selector, text)

    def _open_browser(self, show: Callable[[str], Any]) -> Path:
        return open_in_browser(self.document, show)

    def _assert_snapshot(self, name: str | None, selector: str | None) -> None:
        html = self.html if selector is None else ElementFacts(self._query(selector)).html
        compare(path_of(name), html)

    # Asserting what has happened: there is nothing to wait for.

    def assert_event(self, name: str, pattern: Any = ANYTHING) -> dict[str, Any]:
        """``push_event`` has sent such an event, not asserted before; returns its payload."""
        __tracebackhide__ = True
        waiting = self._tab.untold
        for number, (event, payload) in enumerate(waiting):
            if event == name and mismatch(pattern, payload) is None:
                del waiting[number]
                return payload
        wanted = f"{name!r}" + ("" if pattern is ANYTHING else f" with {shown(pattern)}")
        came = "".join(f"\n  {event!r} {shown(payload)}" for event, payload in waiting) or " nothing."
        raise AssertionError(f"{self._tab.url}: no event {wanted} was pushed. What was:{came}")

    def refute_event(self, name: str, pattern: Any = ANYTHING) -> None:
        """No such event was pushed, but for those asserted already."""
        __tracebackhide__ = True
        for event, payload in self._tab.untold:
            if event == name and mismatch(pattern, payload) is None:
                raise AssertionError(f"{self._tab.url}: {name!r} was pushed: {shown(payload)}")

    def assert_patched(self, to: str | None = None) -> Move:
        """The last change of the URL was a patch, to ``to``."""
        __tracebackhide__ = True
        return self._assert_moved(PATCH, to)

    def assert_navigated(self, to: str | None = None) -> Move:
        """The last change of the URL was a live navigation, to ``to``."""
        __tracebackhide__ = True
        return self._assert_moved(NAVIGATE, to)

    def assert_loaded(self, to: str | None = None) -> Move:
        """The last change of the URL was a load of a page (``redirect``, a plain link), which ended there."""
        __tracebackhide__ = True
        return self._assert_moved(LOAD, to)

    def _assert_moved(self, kind: str, to: str | None) -> Move:
        __tracebackhide__ = True
        moves = self._tab.moves.done
        last = moves[-1] if moves else None
        if last is not None and last.kind == kind and to in (None, last.to):
            return last
        wanted = kind if to is None else f"{kind} {to}"
        were = ", ".join(map(str, moves)) or "there were none"
        raise AssertionError(f"Expected the last change of the URL to be: {wanted}. All of them: {were}.")
