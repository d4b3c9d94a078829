"""A template with function components in a live page, and as Django shows it, random ids aside."""

from __future__ import annotations

import re
from typing import Any

from django.template import Context, Template

from django_phoenix.rendering.compiler import RenderState, compile_template
from tests.support.wire_grammar import WireTree

LIBRARIES = "{% load component_tags core_components phoenix %}"
IDS = re.compile(r' data-djc-id-\w+=""')
# What django-components makes of `<input>`.
VOID = re.compile(r"(?<! )/>")


def django_html(template: Template, values: dict[str, Any]) -> str:
    return VOID.sub(">", IDS.sub("", template.render(Context(values))))


class LivePage:
    """Renders values one after the other, by diffs; each page is compared with Django's."""

    def __init__(self, source: str) -> None:
        self.template = Template(LIBRARIES + source)
        self.compiled = compile_template(self.template)
        self.state = RenderState()
        self.tree = WireTree()

    def show(self, **values: Any) -> Any:
        """The diff; after it the client has what Django shows for these values."""
        context = Context(values)
        context.template = self.template
        render = self.compiled.render(context, self.state)
        self.tree.merge(render.diff)
        render.commit()
        assert IDS.sub("", self.tree.html()) == django_html(self.template, values)
        return render.diff
