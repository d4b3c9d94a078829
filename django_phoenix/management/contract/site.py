"""All that is checked: the pages of live routes, the components in them, templates asked for by path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import Template

from django_phoenix.live.page import PLAIN_LAYOUT, find_template, frame_of, load_template, template_engine
from django_phoenix.live.routes import LiveRoute
from django_phoenix.live.session import DEFAULT
from django_phoenix.management.checks.live_pages import distinct_routes

from .assemble import Assembly
from .component_classes import (
    component_of,
    component_template,
    imported_live_components,
    is_live_component,
    registered_components,
)
from .html import Tags
from .nested_views import view_of
from .parse import Library
from .source import Source
from .structure import is_document, offers
from .unit import Kind, Unit

# What making a page raises if its templates are not there or wrong: other system checks tell of it.
UNUSABLE = (TemplateDoesNotExist, TemplateSyntaxError, ImproperlyConfigured)


class Site:
    """Reads everything once."""

    def __init__(self) -> None:
        self.library = Library()
        self.engine = template_engine().engine
        self.pages: list[Unit] = []
        # Of pages, by their view: why they cannot be put together.
        self.unreadable: dict[str, Exception] = {}
        self.all_units: list[Unit] = []
        self._tags: dict[Source, Tags] = {}
        self._by_owner: dict[type[Any], Unit] = {}

    def tags_of(self, source: Source) -> Tags:
        """The HTML tags of a template."""
        if source not in self._tags:
            self._tags[source] = Tags(source)
        return self._tags[source]

    def units(self, templates: Iterable[Template] = ()) -> list[Unit]:
        """Pages, then components, then those of ``templates`` that are not part of them."""
        self.pages = [page for route in distinct_routes() for page in self._pages(route)]
        self.pages += self._nested(self.pages)
        self.all_units = units = self.pages + self._components(self.pages)
        read = {source for unit in units for source in unit.sources}
        for template in templates:
            if self.library.source(template) not in read:
                units.append(self._loose(template))
        return units

    # -- pages

    def _pages(self, route: LiveRoute) -> Iterator[Unit]:
        """One for each template that the view may show."""
        try:
            view = route.view_class(**route.initkwargs)
            templates = list(_templates_of(view))
        except UNUSABLE as error:
            self._note(route, error)
            return
        layout, block = frame_of(view, route.live_session)
        for template in templates:
            try:
                yield self._page(route, template, layout, block)
            except UNUSABLE as error:
                self._note(route, error)

    def _nested(self, pages: list[Unit]) -> list[Unit]:
        """The views that tags in pages show, those in them, and so on, as far as no URL leads to them."""
        routed = {page.owner for page in pages}
        found: dict[type[Any], list[Unit]] = {}
        waiting = list(pages)
        while waiting:
            page = waiting.pop()
            for view_class in dict.fromkeys(view_of(use.node) for use in page.uses):
                if view_class is None or view_class in routed:
                    continue
                if view_class not in found:
                    found[view_class] = list(self._nested_pages(view_class))
                    waiting += found[view_class]
                for unit in found[view_class]:
                    unit.around.append(page)
        return [unit for units in found.values() for unit in units]

    def _nested_pages(self, view_class: type[Any]) -> Iterator[Unit]:
        """One for each template; they have no layout."""
        try:
            view = view_class()
            _, block = frame_of(view, DEFAULT)
            for template in _templates_of(view):
                owner = _owner_of_text(view_class, template)
                assembly = Assembly(self.library, self.engine)
                steps = assembly.template(template, owner)
                if offers(steps, block):
                    assembly = Assembly(self.library, self.engine, block)
                    steps = assembly.template(template, owner)
                yield self._unit("page", view_class, assembly, steps, views={view_class})
        except UNUSABLE as error:
            self.unreadable[f"{view_class.__module__}.{view_class.__qualname__}"] = error

    def _note(self, route: LiveRoute, error: Exception) -> None:
        self.unreadable[f"{route.view_class.__module__}.{route.view_class.__qualname__}"] = error

    def _page(self, route: LiveRoute, template: Template, layout: str | None, block: str) -> Unit:
        assembly = Assembly(self.library, self.engine, block)
        owner = _owner_of_text(route.view_class, template)
        steps = assembly.template(template, owner)
        if not offers(steps, block) and not is_document(steps):
            assembly = Assembly(self.library, self.engine, block)
            steps = assembly.page(template, load_template(layout or PLAIN_LAYOUT), owner)
        return self._unit("page", route.view_class, assembly, steps, routes=[route], views={route.view_class})

    # -- components

    def _components(self, pages: list[Unit]) -> list[Unit]:
        """Every component met in the pages, with the views that show it; then others that are registered."""
        for page in pages:
            self._follow(page, page.views, set())
        for component in (*registered_components(), *imported_live_components()):
            self.component_unit(component)
        return list(self._by_owner.values())

    def _follow(self, unit: Unit, views: set[type[Any]], seen: set[Unit]) -> None:
        for use in unit.uses:
            component = component_of(use.node)
            inner = None if component is None else self.component_unit(component)
            if inner is not None and inner not in seen:
                seen.add(inner)
                inner.views |= views
                self._follow(inner, views, seen)

    def component_unit(self, component: type[Any]) -> Unit | None:
        if component in self._by_owner:
            return self._by_owner[component]
        try:
            template = component_template(component)
        except UNUSABLE:
            return None
        if template is None:
            return None
        kind: Kind = "live_component" if is_live_component(component) else "component"
        assembly = Assembly(self.library, self.engine)
        steps = assembly.template(template, _owner_of_text(component, template))
        unit = self._by_owner[component] = self._unit(kind, component, assembly, steps)
        return unit

    # -- templates

    def _loose(self, template: Template) -> Unit:
        assembly = Assembly(self.library, self.engine)
        steps = assembly.template(template)
        unit = self._unit("template", None, assembly, steps)
        unit.whole = is_document(steps)
        return unit

    def _unit(self, kind: Kind, owner: type[Any] | None, assembly: Assembly, steps: Any, **more: Any) -> Unit:
        return Unit(
            kind,
            owner,
            self,
            steps,
            assembly.sources,
            assembly.incomplete,
            problems=assembly.problems,
            **more,
        )


def _templates_of(view: Any) -> Iterator[Template]:
    """The view's own template, and those that its ``render()`` names."""
    yield find_template(view)
    code = getattr(view.render, "__code__", None)
    for name in code.co_consts if code is not None and not hasattr(view.render, "is_default") else ():
        if isinstance(name, str) and "." in name and " " not in name:
            try:
                yield load_template(name)
            except UNUSABLE:
                continue


def _owner_of_text(owner: type[Any], template: Template) -> type | None:
    """The class in whose source a template's text stands; None if it is a file."""
    for base in owner.__mro__:
        text = vars(base).get("template")
        if isinstance(text, str) and text == template.source:
            return base
    return None
