"""A page with components: each render is compared with what django-components itself makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from django.template import Context
from django_components import Component, RegistrySettings, registry

from django_phoenix.rendering.assets import Assets
from django_phoenix.rendering.diff import RenderState

from .views import View, engine

Behaviour = Literal["django", "isolated"]
BEHAVIOURS: tuple[Behaviour, ...] = ("django", "isolated")

# What random ids are for, comments that are taken out later, and how a void element is closed.
LEFT_OUT = re.compile(r' data-djc-[\w-]+=""|<!-- _RENDERED [^>]*-->')
SLASH = re.compile(r"<(br|img|input)([^>]*?)\s*/>")


def words(error: Exception) -> str:
    return re.sub(r" > \w+\(slot:\w+\)", "", str(error))


def plain(html: str) -> str:
    return SLASH.sub(r"<\1\2>", LEFT_OUT.sub("", html))


@contextmanager
def registered(components: dict[str, type[Component]], behaviour: Behaviour = "django") -> Iterator[None]:
    """Components under these names, all behaving so; others of these names are put back later."""
    before, registry._settings = registry._settings, RegistrySettings(context_behavior=behaviour)
    others = {name: registry.get(name) for name in components if registry.has(name)}
    replace(components)
    try:
        yield
    finally:
        registry._settings = before
        for name in components:
            registry.unregister(name)
        replace(others)


# In older releases a class that goes out of existence takes its name away from whatever has it by then.
kept: list[type[Component]] = []


def replace(components: dict[str, type[Component]]) -> None:
    kept.extend(components.values())
    for name, component in components.items():
        if registry.has(name):
            registry.unregister(name)
        registry.register(name, component)


class Page(View):
    """A view's template; `show` compares each page with that of django-components."""

    def show(self, /, **values: Any) -> Any:
        diff = super().show(**values)
        html = engine.from_string(self.source).render(Context(dict(values)))
        assert plain(self.page) == plain(html)
        return diff

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def error(self, **values: Any) -> Exception:
        """What goes wrong, which is what goes wrong in django-components, in the same words.

        Only the path to it may name a slot more: in django-components it depends on who renders what when.
        """
        with_us = self.failure(lambda: super(Page, self).show(**values))
        with_them = self.failure(lambda: engine.from_string(self.source).render(Context(dict(values))))
        assert (type(with_us), words(with_us)) == (type(with_them), words(with_them))
        return with_us

    def failure(self, render: Any) -> Exception:
        try:
            render()
        except Exception as error:
            return error
        raise AssertionError("nothing went wrong")


__all__ = ["Assets", "RenderState"]
