"""A page as the server has sent it in answer to a GET: where its live views stand, and their tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from django_phoenix.testing.live.dom import Dom, attribute

ROOTS = "[data-phx-session]:not([data-phx-parent-id])"
# All that matters in a page; of titles the first (others may be those of drawings).
NOTED = f'{ROOTS},title,[phx-track-static],meta[name="csrf-token"]'
SESSION, STATIC, MAIN, STICKY = "data-phx-session", "data-phx-static", "data-phx-main", "data-phx-sticky"


@dataclass(slots=True)
class Container:
    """The element that holds a view."""

    id: str
    tag: str
    attributes: dict[str, str | None]
    # It stands inside of another view.
    nested: bool = False

    @property
    def session(self) -> str:
        """Signed by the server."""
        return self.attributes.get(SESSION) or ""

    @property
    def static(self) -> str | None:
        """Signed by the server; None if there is none."""
        return self.attributes.get(STATIC) or None

    @property
    def is_main(self) -> bool:
        """Whether the URL leads to it."""
        return MAIN in self.attributes

    @property
    def is_sticky(self) -> bool:
        """Whether it outlives live navigation."""
        return STICKY in self.attributes

    def become(self, tag: str, attributes: dict[str, Any]) -> None:
        """Take over what the container of another view says: all but what the client keeps of it."""
        kept = {name: self.attributes[name] for name in (SESSION, STATIC, MAIN) if name in self.attributes}
        news = {name: None if value is True else str(value) for name, value in attributes.items()}
        self.attributes = {"id": self.id, **kept, **news}
        self.tag = tag


def container(element: Any) -> Container:
    """That element."""
    parent = element.parent
    nested = parent is not None and any(SESSION in each.attributes for each in _outwards(parent))
    return Container(element.id or "", element.tag, dict(element.attributes), nested)


def _outwards(element: Any) -> Iterator[Any]:
    while element is not None and element.is_element_node:
        yield element
        element = element.parent


@dataclass(slots=True)
class Title:
    """The ``title`` element, and what is put around a view's own title."""

    text: str = ""
    prefix: str = ""
    default: str = ""
    suffix: str = ""

    def show(self, title: str | None) -> None:
        """A view has another title now; blank: the default."""
        text = title if title and title.strip() else self.default
        if text:
            self.text = f"{self.prefix}{text}{self.suffix}"


def mark(view_id: str) -> str:
    """Stands in a shell where the view does in the page."""
    return f"[[the live view {view_id}]]"


@dataclass(slots=True)
class Page:
    """An HTML page, and its URL as the browser shows it: ``/path/?query``."""

    url: str
    status: int
    html: str
    containers: list[Container] = field(default_factory=list)
    csrf: str = ""
    tracked: list[str] = field(default_factory=list)
    title: Title = field(default_factory=Title)

    # The ids of the views that stand in no other.
    roots: list[str] = field(default_factory=list)
    _dom: Dom | None = None
    _shell: str | None = None

    @property
    def shell(self) -> str:
        """The page with a mark at the place of each view that stands in no other."""
        if self._shell is None:
            dom = self._dom or Dom(self.html, closed=True)
            self._dom = None
            for dom_id in self.roots:
                element = dom.by_id(dom_id)
                if element is not None:
                    element.replace_with(mark(dom_id))
            self._shell = dom.root.html or ""
        return self._shell


def read(url: str, origin: str, response: Any) -> Page:
    """What a response says; it need not hold a live view, nor be HTML."""
    page = Page(url, response.status_code, "")
    if getattr(response, "streaming", False) or "html" not in response.get("Content-Type", ""):
        return page
    page.html = response.content.decode(response.charset or "utf-8")
    dom = page._dom = Dom(page.html, closed=True)
    for element in reversed(dom.find(NOTED)):
        _note(page, element, origin + url)
    page.containers.reverse()
    page.tracked.reverse()
    page.roots = [each.id for each in page.containers if not each.nested]
    return page


def _note(page: Page, element: Any, base: str) -> None:
    attributes = element.attributes
    if SESSION in attributes:
        page.containers.append(container(element))
    elif element.tag == "title":
        page.title = _title(element)
    elif "phx-track-static" in attributes:
        page.tracked.append(urljoin(base, attributes.get("src") or attributes.get("href") or ""))
    else:
        page.csrf = attributes.get("content") or ""


def _title(element: Any) -> Title:
    return Title(
        " ".join(element.text(deep=True).split()),
        attribute(element, "data-prefix") or "",
        attribute(element, "data-default") or "",
        attribute(element, "data-suffix") or "",
    )
