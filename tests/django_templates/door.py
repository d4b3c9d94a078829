"""Have `Template.render` (and that of partials) render by the compiler, and count what went which way.

"compiled": runs of generated code for a whole template; of these, "wholly" had no part left to Django.
"by Django": runs of a template's nodes by Django itself.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.template import base
from django.template.base import NodeList, Template
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render

from django_phoenix.rendering.compiler import compile_template
from tests.django_templates.pairs import Pairs

counts: Counter[str] = Counter()


def compiled_render(template: Template, context: Any) -> str:
    if context.template is None:
        with context.bind_template(template):
            context.template_name = template.name
            return bound_render(template, context)
    return bound_render(template, context)


def bound_render(template: Template, context: Any) -> str:
    if not hasattr(template, "engine"):  # a partial that was not loaded by its name
        template.engine = context.template.engine
    counts["compiled"] += 1
    if Template._render is instrumented_test_render:
        template_rendered.send(sender=template, template=template, context=context)
    compiled = compile_template(template)
    html = compiled.html(context, keep_names=True)
    counts["wholly"] += not any(program.opaque_parts for program in compiled.programs())
    return html


def partial_render(partial: Any, context: Any) -> str:
    return compiled_render(partial, context)


class CountedNodes(NodeList):
    """A template's own nodes, which count when Django renders them itself."""

    def render(self, context: Any) -> Any:
        counts["by Django"] += 1
        return super().render(context)


original_compile = Template.compile_nodelist


def counted_nodelist(template: Template) -> NodeList:
    nodes = original_compile(template)
    counted = CountedNodes(nodes)
    counted.contains_nontext = nodes.contains_nontext
    return counted


def count() -> None:
    """Only count, so as to know that the counter counts."""
    Template.compile_nodelist = counted_nodelist  # type: ignore[method-assign]


def install() -> None:
    count()
    Template.render = compiled_render  # type: ignore[method-assign]
    if hasattr(base, "PartialTemplate"):
        base.PartialTemplate.render = partial_render  # type: ignore[method-assign]


def watch() -> Pairs:
    """Let Django render, and look at each render again as the first of pairs."""
    django_render = Template.render
    pairs = Pairs(django_render)

    def render(template: Template, context: Any) -> str:
        html: str = django_render(template, context)
        pairs.take(template, context)
        return html

    Template.render = render  # type: ignore[method-assign]
    return pairs
