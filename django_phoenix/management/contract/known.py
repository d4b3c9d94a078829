"""Which names the context of a page or component has: assigns, context processors, what we add ourselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.contrib.auth.context_processors import auth
from django.contrib.messages.context_processors import messages
from django.template import context_processors

from django_phoenix.live.spec import component_spec_of, spec_of
from django_phoenix.rendering.live_components import LiveComponentNode

from .assigned import Assigned, assigned_by
from .component_calls import part_of
from .component_classes import component_of, live_component_path
from .component_names import is_isolated, names_given
from .mappings import keys_returned
from .name_set import NameSet
from .site import Site
from .source import Source, Use
from .unit import Unit

# In every context of a live view.
ALWAYS = frozenset({"True", "False", "None", "csrf_token", "view", "flash"})
# Of the processors that everybody has, without reading their source.
PROCESSORS: dict[Any, set[str]] = {
    auth: {"user", "perms"},
    messages: {"messages", "DEFAULT_MESSAGE_LEVELS"},
    context_processors.request: {"request"},
    context_processors.debug: {"debug", "sql_queries"},
}


@dataclass
class Known(NameSet):
    """The names of one context."""

    # What the class itself assigns.
    assigned: Assigned = field(default_factory=Assigned)


def names_of_processors(processors: Iterable[Callable[..., Any]]) -> NameSet:
    """What the context processors add."""
    found = NameSet()
    for processor in processors:
        keys = PROCESSORS.get(processor) if _is_hashable(processor) else None
        found.add(keys or keys_returned(getattr(processor, "__func__", processor)))
    return found


def _is_hashable(thing: Any) -> bool:
    return type(thing).__hash__ is not None


def names_of_page(unit: Unit) -> Known:
    """The names of a live view's page."""
    assert unit.owner is not None
    spec = spec_of(unit.owner)
    guards = [*spec.guards, *(guard for route in unit.routes for guard in route.live_session.on_mount)]
    assigned = assigned_by(unit.owner, guards)
    known = Known(set(ALWAYS), assigned=assigned)
    known.include(names_of_processors(unit.site.engine.template_context_processors))
    known.include(assigned)
    known.names |= declared_names(spec.declaration)
    if assigned.streams or assigned.open_streams:
        known.names.add("streams")
    if assigned.uploads or assigned.open_uploads:
        known.names.add("uploads")
    return known


def names_of_live_component(unit: Unit) -> Known:
    """Its own assigns, the arguments of its tags, what views send it, and the context processors' names."""
    assert unit.owner is not None
    assigned = assigned_by(unit.owner)
    known = Known({*ALWAYS, "component", "myself", "id"}, assigned=assigned)
    known.include(names_of_processors(unit.site.engine.template_context_processors))
    known.include(assigned)
    if assigned.streams or assigned.open_streams:
        known.names.add("streams")
    if assigned.uploads or assigned.open_uploads:
        known.names.add("uploads")
    known.names |= declared_names(component_spec_of(unit.owner).declaration)
    for other in unit.site.all_units:
        for use in other.uses:
            if isinstance(use.node, LiveComponentNode):
                shown = component_of(use.node)
                if shown is unit.owner:
                    known.names |= use.node.arguments.keys()
                # A variable may name this one, with any arguments.
                known.open |= shown is None and live_component_path(use.node) is None
        if other.kind == "page":
            known.names |= known_in(other).assigned.sent
    return known


def names_of_component(unit: Unit) -> Known:
    """What its class gives it; and unless it is isolated, whatever the pages around its tags have."""
    assert unit.owner is not None
    known = Known(set(ALWAYS) - {"view"})
    known.include(names_given(unit.owner))
    if hasattr(unit.owner, "declaration"):
        return known
    known.include(names_of_processors(unit.site.engine.template_context_processors))
    tags = component_tags(unit.site)
    if all(is_isolated(use.node) for use in tags):
        return known
    known.open |= not unit.views
    for page in unit.site.pages:
        if page.views & unit.views:
            known.include(known_in(page))
    for use in tags:
        known.names |= use.scope.names
        known.open |= use.scope.open
    return known


def component_tags(site: Site) -> list[Use]:
    """All tags of components: one sees what is bound around those that it stands in, however deep."""
    return [use for unit in site.all_units for use in unit.uses if part_of(use.node) == "component"]


def declared_names(declaration: Any) -> set[str]:
    """What a nested ``class Assigns`` declares."""
    inherited = {
        name for klass in declaration.type.__mro__[:-1] for name in vars(klass) if not name.startswith("_")
    }
    return {*declaration.annotations, *inherited}


_known: WeakKeyDictionary[Unit, Known] = WeakKeyDictionary()
READERS = {
    "page": names_of_page,
    "component": names_of_component,
    "live_component": names_of_live_component,
}


def known_in(unit: Unit) -> Known:
    """The names of a page or component, read once. Of any other template nothing is known."""
    known = _known.get(unit)
    if known is None:
        reader = READERS.get(unit.kind)
        known = _known[unit] = Known(open=True) if reader is None else reader(unit)
    return known


def units_showing(site: Site, source: Source) -> list[Unit]:
    """The live pages and the components of which a template is a part."""
    return [unit for unit in site.all_units if unit.kind != "template" and source in unit.sources]
