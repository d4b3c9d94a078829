"""The classes of components: those that tags show, and those that there are."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.template.base import Template

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.component_tag import component_of as find_live_component
from django_phoenix.live.page import find_template
from django_phoenix.live_component import LiveComponent
from django_phoenix.rendering.live_components import LiveComponentNode

from .literals import path_in


def component_of(node: Any) -> type[Any] | None:
    """The class that ``{% component %}`` or ``{% live_component %}`` shows; None if only rendering tells."""
    registry = getattr(node, "registry", None)
    if registry is not None and hasattr(node, "name"):
        try:
            found: type[Any] = registry.get(node.name)
        except Exception:  # django-components' own "not registered"
            return None
        return found
    path = live_component_path(node)
    if path is None:
        return None
    try:
        return find_live_component(path)
    except (LiveViewError, ValueError):  # ValueError: a path such as "."
        return None


def live_component_path(node: Any) -> str | None:
    """The literal dotted path of a ``{% live_component %}`` tag; None for other tags and for variables."""
    return path_in(node, LiveComponentNode)


def is_live_component(component: type[Any]) -> bool:
    return issubclass(component, LiveComponent)


def component_template(component: type[Any]) -> Template | None:
    """The template of a component's class. None if a method chooses it."""
    if is_live_component(component):
        return find_template(object.__new__(component))
    chooses = ("get_template", "get_template_name", "get_template_string")
    if any(name in vars(base) for base in component.__mro__ for name in chooses if _is_sites(base)):
        return None
    template = getattr(component, "_template", None)
    return template if isinstance(template, Template) else None


def _is_sites(base: type) -> bool:
    return base.__module__.partition(".")[0] not in ("django_components", "builtins")


def registered_components() -> Iterator[type[Any]]:
    """Every class of django-components that the site has registered, those of packages left out."""
    if not apps.is_installed("django_components"):
        return
    for registry in import_module("django_components").all_registries():
        for component in registry.all().values():
            if _is_sites(component):
                yield component


def imported_live_components() -> Iterator[type[Any]]:
    """Every LiveComponent of the site's apps that has been imported; a variable may hold it."""
    for component in subclasses_of(LiveComponent):
        if apps.get_containing_app_config(component.__module__) is not None:
            yield component


def subclasses_of(base: type[Any]) -> Iterator[type[Any]]:
    """All those that have been imported, near ones and far ones."""
    for each in base.__subclasses__():
        yield each
        yield from subclasses_of(each)
