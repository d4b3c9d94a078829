"""What nodes and finished pages are, seen from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.template.base import FilterExpression, Node, TextNode
from django.template.loader_tags import BlockNode, ExtendsNode

from django_phoenix.rendering.live_components import LiveComponentNode

from .source import Source, Step, Text, Use

DOCUMENT = re.compile(r"<\s*(?:html|body|!doctype)\b", re.IGNORECASE)


def bound_inside(node: Any) -> set[str]:
    """Names that a tag binds for its own body."""
    names = set(getattr(node, "extra_context", None) or ())
    if getattr(node, "countervar", None):
        names.add(node.countervar)
    return names


def is_component_part(node: Node) -> bool:
    """Whether a node is a tag of django-components or our own ``{% live_component %}``."""
    theirs = any(base.__module__.startswith("django_components.") for base in type(node).__mro__)
    return theirs or isinstance(node, LiveComponentNode)


def extends_of(source: Source) -> ExtendsNode | None:
    for node in source.template.nodelist:
        if not isinstance(node, TextNode):
            return node if isinstance(node, ExtendsNode) else None
    return None


def is_block_super(expression: FilterExpression) -> bool:
    return getattr(expression.var, "lookups", None) == ("block", "super")


# -- what a page is made of


def offers(steps: Iterable[Step], block: str) -> bool:
    """Whether a block of this name is shown."""
    return any(
        (isinstance(use.node, BlockNode) and use.node.name == block)
        or any(offers(body.steps, block) for body in use.bodies)
        for use in steps
        if isinstance(use, Use)
    )


def is_document(steps: Iterable[Step]) -> bool:
    """Whether it is a whole HTML page."""
    for step in steps:
        if isinstance(step, Text):
            if DOCUMENT.search(step.source.text, step.start, step.end):
                return True
        elif any(is_document(body.steps) for body in step.bodies):
            return True
    return False
