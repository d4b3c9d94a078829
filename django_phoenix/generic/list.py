"""A page about many objects, page by page (django.views.generic.list)."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.http import Http404
from django.views.generic.list import MultipleObjectMixin

from django_phoenix.generic.base import GenericLive, object_name
from django_phoenix.live.forms import TARGET, key_path, sent_names
from django_phoenix.params import Params, event


class PageLink(NamedTuple):
    """One entry of ``page_links``. ``url`` is None for the page that is shown, and for a gap."""

    label: str
    url: str | None
    is_current: bool = False


class ListLive(MultipleObjectMixin, GenericLive):  # type: ignore[type-arg]
    """Shows what a queryset holds: ``model`` or ``queryset``, ``ordering``, ``paginate_by`` as in ListView.

    The template sees ``object_list``, and the same as ``book_list``; with ``paginate_by`` also ``page_obj``,
    ``paginator``, ``is_paginated``, and ``page_links``, ``previous_page_url``, ``next_page_url`` for links
    that patch: the page's number stands in the URL (``?page=2``).

    The event ``filter``, of a form with ``phx-change="filter" method="get"``, puts the form into the URL,
    where ``get_queryset()`` finds it in ``self.request.GET``.
    """

    template_name_suffix = "_list"

    @classmethod
    def template_names(cls) -> set[str]:
        """The list under its names, and the links to its pages."""
        pages = {"paginator", "page_obj", "is_paginated", "page_links", "previous_page_url", "next_page_url"}
        return {*super().template_names(), *pages, "object_list", object_name(cls, "_list")}

    def handle_params(self, params: dict[str, Any], uri: str) -> Any:
        """Take what the URL of now asks for. Raises Http404 for a page that does not exist."""
        self.load()

    def load(self) -> None:
        """Ask the database again, for example after a broadcast that something has changed."""
        self.object_list = self.get_queryset()
        if not self.get_allow_empty() and not self.object_list.exists():
            raise Http404(f"{type(self).__name__} has nothing to list, and allow_empty is False.")
        self.show()

    def get_context_data(self, *, object_list: Any = None, **kwargs: Any) -> dict[str, Any]:
        """The names for the template."""
        values: dict[str, Any] = super().get_context_data(object_list=object_list, **kwargs)
        page = values.get("page_obj")
        return values if page is None else {**values, **self._links(page)}

    @event
    def filter(self, params: Params) -> None:
        """Show what a form asks for, at its first page."""
        query = self.request.GET.copy()
        # What was changed and sends nothing: a box, of which none is ticked any more.
        emptied = [name for name in query if key_path(name) == params.get(TARGET)]
        for name in dict.fromkeys([*sent_names(params), *emptied]):
            query.setlist(name, [value for value in params.getlist(name) if value != ""])
            if not query.getlist(name):
                del query[name]
        query.pop(self.page_kwarg, None)
        self.push_patch(f"?{query.urlencode()}" if query else self.request.path, replace=True)

    def _links(self, page: Page[Any]) -> dict[str, Any]:
        paginator: Paginator[Any] = page.paginator
        entries = paginator.get_elided_page_range(page.number)
        return {
            "page_links": tuple(self._link(entry, page) for entry in entries),
            "previous_page_url": self._page_url(page.previous_page_number()) if page.has_previous() else None,
            "next_page_url": self._page_url(page.next_page_number()) if page.has_next() else None,
        }

    def _link(self, entry: Any, page: Page[Any]) -> PageLink:
        """Of a page's number, or of the dots for those left out."""
        if not isinstance(entry, int):
            return PageLink(str(entry), None)
        is_current = entry == page.number
        return PageLink(str(entry), None if is_current else self._page_url(entry), is_current)

    def _page_url(self, number: int) -> str:
        query = self.request.GET.copy()
        query[self.page_kwarg] = str(number)
        return f"?{query.urlencode()}"
