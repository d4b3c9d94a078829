"""A live template's life in a test: each render is checked against Django and against the wire's grammar."""

from __future__ import annotations

import json
from typing import Any

from django.template import Context, Engine, Template

from django_phoenix.rendering.compiler import RenderState, compile_region, compile_template
from tests.support.wire_grammar import WireTree

__all__ = ["Live", "RenderState", "compile_region", "compile_template", "django_html", "load"]

Values = dict[str, Any]
Diff = dict[str, Any]

LIBRARIES = {name: f"django.templatetags.{name}" for name in ("i18n", "l10n", "static", "tz")}
BUILTINS = [*LIBRARIES.values(), "django_phoenix.templatetags.phoenix", "tests.rendering.tags"]
INCLUSION = "({{ label }}/{{ level }})"


def make_engine(sources: dict[str, str], *, cached: bool = True, **options: Any) -> Engine:
    """An engine whose templates are `sources`, with the test tags built in."""
    memory = ("django.template.loaders.locmem.Loader", {"inclusion.html": INCLUSION, **sources})
    loader = ("django.template.loaders.cached.Loader", [memory]) if cached else memory
    builtins = [*Engine.default_builtins, *BUILTINS]
    engine = Engine(loaders=[loader], libraries=LIBRARIES, **options)
    engine.builtins = builtins
    engine.template_builtins = engine.get_template_builtins(builtins)
    return engine


def load(source: str | dict[str, str], **options: Any) -> Template:
    """The template "main" of `source`, which may be its text alone."""
    sources = {"main": source} if isinstance(source, str) else source
    return make_engine(sources, **options).get_template("main")


def django_html(template: Template, values: Values) -> str:
    return template.render(Context(dict(values), autoescape=template.engine.autoescape))


class Live:
    """One view's template and what is remembered for it; `values` is the view's own layer, like assigns."""

    def __init__(
        self, source: str | dict[str, str] | Template, values: Values | None = None, **options: Any
    ) -> None:
        self.template = load(source, **options) if isinstance(source, (str, dict)) else source
        self.compiled = compile_template(self.template)
        self.state = RenderState()
        self.values: Values = {} if values is None else values
        self.context = Context(autoescape=self.template.engine.autoescape)
        self.context.template = self.template
        self.context.dicts.append(self.values)
        self.tree = WireTree()
        self.diffs: list[Diff] = []
        self.pages: list[str] = []

    def render(self, *, commit: bool = True) -> Diff:
        """Render the values as they are; what comes back is the diff as the wire would carry it."""
        layers = [dict(layer) for layer in self.context.dicts]
        try:
            render = self.compiled.render(self.context, self.state)
        finally:
            assert [dict(layer) for layer in self.context.dicts] == layers, (
                "the context was not left as found"
            )
        assert_string_keys(render.diff)
        diff: Diff = json.loads(json.dumps(render.diff))
        if commit:
            render.commit()
            self._take_over(diff)
        return diff

    def show(self, /, **values: Any) -> Diff:
        """Make `values` the view's, render, and compare with Django's page."""
        self.values.clear()
        self.values.update(values)
        diff = self.render()
        assert self.pages[-1] == django_html(self.template, self.values)
        assert self.compiled.html(self.context) == self.pages[-1]
        return diff

    def _take_over(self, diff: Diff) -> None:
        self.tree.merge(diff)
        self.diffs.append(diff)
        self.pages.append(self.tree.html())


def assert_string_keys(value: Any) -> None:
    """JSON would turn number keys into strings silently."""
    if isinstance(value, dict):
        for key, item in value.items():
            assert type(key) is str, f"key {key!r} of a diff is not a string"
            assert_string_keys(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            assert_string_keys(item)
