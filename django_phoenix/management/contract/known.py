"""Which names the context of a page or component has: assigns, context processors, what we add ourselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.contrib.auth.context_processors import auth
from django.contrib.messages.context_processors import messages
from django.template import context_processors

from django_phoenix.live.spec import spec_of

from .assigned import Assigned, assigned_by
from .mappings import keys_returned
from .site import Site
from .unit import Unit

# In every context of a live view.
ALWAYS = frozenset({"True", "False", "None", "csrf_token", "view"})
# Of the processors that everybody has, without reading their source.
PROCESSORS: dict[Any, set[str]] = {
    auth: {"user", "perms"},
    messages: {"messages", "DEFAULT_MESSAGE_LEVELS"},
    context_processors.request: {"request"},
    context_processors.debug: {"debug", "sql_queries"},
}


@dataclass
class Known:
    """The names of one context. ``open``: there may be others."""

    names: set[str] = field(default_factory=set)
    open: bool = False
    # What the class itself has assigned; of a page.
    assigned: Assigned = field(default_factory=Assigned)

    def has(self, name: str) -> bool:
        return self.open or name in self.names


def names_of_processors(processors: Iterable[Callable[..., Any]]) -> Known:
    """What the context processors add."""
    known = Known()
    for processor in processors:
        keys = PROCESSORS.get(processor) if _is_hashable(processor) else None
        if keys is None:
            keys = keys_returned(getattr(processor, "__func__", processor))
        if keys is None:
            known.open = True
        else:
            known.names |= keys
    return known


def _is_hashable(thing: Any) -> bool:
    return type(thing).__hash__ is not None


def names_of_page(unit: Unit) -> Known:
    """The names of a live view's page."""
    assert unit.owner is not None
    processors = names_of_processors(unit.site.engine.template_context_processors)
    spec = spec_of(unit.owner)
    guards = [*spec.guards, *(guard for route in unit.routes for guard in route.live_session.on_mount)]
    assigned = assigned_by(unit.owner, guards)
    names = ALWAYS | processors.names | assigned.names | declared_names(spec.declaration)
    if assigned.streams or assigned.open_streams:
        names |= {"streams"}
    if assigned.uploads or assigned.open_uploads:
        names |= {"uploads"}
    return Known(set(names), processors.open or assigned.open, assigned)


def declared_names(declaration: Any) -> set[str]:
    """What a nested ``class Assigns`` declares."""
    inherited = {
        name for klass in declaration.type.__mro__[:-1] for name in vars(klass) if not name.startswith("_")
    }
    return {*declaration.annotations, *inherited}


_pages: WeakKeyDictionary[Unit, Known] = WeakKeyDictionary()


def known_in(page: Unit) -> Known:
    """The names of a page, read once."""
    known = _pages.get(page)
    if known is None:
        known = _pages[page] = names_of_page(page)
    return known


def pages_showing(site: Site, path: str) -> list[Unit]:
    """The pages of which a template is a part."""
    return [page for page in site.pages if any(source.path == path for source in page.sources)]
