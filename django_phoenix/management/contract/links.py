"""Where live links lead: of ``{% live_patch %}``, ``{% live_navigate %}``, of commands, and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.urls import Resolver404, get_resolver, resolve
from django.urls.resolvers import LocalePrefixPattern, URLResolver

from django_phoenix.live.routes import is_live, live_routes
from django_phoenix.templatetags.phoenix import LinkNode

from .bindings import COMMANDS, EVENTS
from .commands import commands_of_json, commands_of_tag
from .component_calls import call_of, part_of
from .elements import Element
from .literals import value_of
from .source import Place, Use

PATCH, NAVIGATE, POST = "patch", "navigate", "post"


@dataclass(frozen=True)
class Link:
    """A live link. ``target`` is a path or, if ``is_name``, the name of a URL with its arguments."""

    kind: str
    target: str
    place: Place
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)

    @property
    def is_name(self) -> bool:
        return not self.target.startswith(("/", "?", "#"))


def link_of_tag(use: Use) -> Link | None:
    """Of ``{% live_patch %}``, ``{% live_navigate %}`` or ``{% live_post %}`` with a literal target."""
    node = use.node
    if not isinstance(node, LinkNode):
        return None
    target, *values = map(value_of, node.expressions)
    if not isinstance(target, str):
        return None
    positional = len(values) - len(node.names)
    kwargs = dict(zip(node.names, values[positional:], strict=True))
    kind = {"patch": PATCH, "redirect": NAVIGATE}.get(node.kind, POST)
    return Link(kind, target, use.place, values[:positional], kwargs)


def links_of_commands(use: Use) -> Iterator[Link]:
    """Of ``{% js navigate "/x/" %}``. Commands take paths only."""
    for method, arguments in commands_of_tag(use.node):
        given = arguments.get("href", arguments.get(None))
        href = None if given is None else value_of(given)
        if method in (PATCH, NAVIGATE) and isinstance(href, str):
            yield Link(method, href, use.place)


def links_of_component(use: Use) -> Iterator[Link]:
    """Of ``{% component "core.button" navigate="/x/" %}``, and others of the core set."""
    node: Any = use.node
    if part_of(node) != "component" or not str(node.name).startswith("core."):
        return
    for kind, href in call_of(node.params).kwargs.items():
        if kind in (PATCH, NAVIGATE) and isinstance(href, str) and href:
            yield Link(kind, href, use.place.find(kind))


def links_of_element(element: Element) -> Iterator[Link]:
    """Those written by hand: ``data-phx-link``, and commands as JSON."""
    kind = {"patch": PATCH, "redirect": NAVIGATE}.get(element.static("data-phx-link") or "")
    href, attribute = element.static("href"), element.get("href")
    if kind and href and attribute is not None:
        yield Link(kind, href, attribute.place)
    for attribute in element.attributes:
        value = (attribute.value or "").strip()
        if attribute.name in EVENTS | COMMANDS and not attribute.dynamic and value.startswith("["):
            yield from _links_of_json(value, attribute.place)


def _links_of_json(value: str, place: Place) -> Iterator[Link]:
    try:
        commands = commands_of_json(value)
    except (ValueError, TypeError):
        return  # another rule tells of it
    for name, options in commands:
        if name in (PATCH, NAVIGATE) and isinstance(options.get("href"), str):
            yield Link(name, options["href"], place)


# -- where they lead


@dataclass(frozen=True)
class Destination:
    """What stands at a link's target. ``views``: the live views there; empty: something else."""

    found: bool = True
    views: frozenset[type[Any]] = frozenset()
    certain: bool = True


def destination(link: Link) -> Destination:
    """Where a link leads; of a name, without its arguments."""
    if link.is_name:
        views = frozenset(_views_by_name().get(link.target, ()))
        # Routes are known by the namespace of the instance, names may have that of the app.
        return Destination(views=views, certain=bool(views) or ":" not in link.target)
    path = link.target.partition("#")[0].partition("?")[0]
    if not path:
        return Destination(certain=False)
    try:
        match = resolve(path)
    except Resolver404:
        return Destination(found=False, certain=not _has_languages())
    view_class: Any = getattr(match.func, "view_class", None)
    return Destination(views=frozenset({view_class} if is_live(view_class) else ()))


_named: WeakKeyDictionary[URLResolver, dict[str, set[type[Any]]]] = WeakKeyDictionary()


def _views_by_name() -> dict[str, set[type[Any]]]:
    """The live views of the URLconf by the names of their routes."""
    resolver = get_resolver()
    if resolver not in _named:
        views = _named[resolver] = {}
        for route in live_routes():
            if route.name:
                views.setdefault(route.name, set()).add(route.view_class)
    return _named[resolver]


def _has_languages() -> bool:
    """Whether the middleware may lead paths without a language to one with it."""
    return any(isinstance(each.pattern, LocalePrefixPattern) for each in get_resolver().url_patterns)
