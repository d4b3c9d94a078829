"""The templates that a template extends, and which of them defines what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.base import TextNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode, construct_relative_path

if TYPE_CHECKING:
    from django.template.base import Template

Blocks = list[dict[str, BlockNode]]


def extends_node(template: Template) -> ExtendsNode | None:
    """`{% extends %}` of a template: it is the first thing that is not text."""
    for node in template.nodelist:
        if not isinstance(node, TextNode):
            return node if isinstance(node, ExtendsNode) else None
    return None


def is_literal(extends: ExtendsNode) -> bool:
    """Whether the parent is always the same, whatever the context."""
    expression: Any = extends.parent_name
    return not getattr(expression, "is_var", False) and not getattr(expression, "filters", ())


def overriding_blocks(chain: tuple[Template, ...]) -> Blocks:
    """For each template of a chain its blocks by name, as `{% extends %}` gathers them."""
    return [
        {
            node.name: node
            for node in template.nodelist.get_nodes_by_type(BlockNode)
            if isinstance(node, BlockNode)
        }
        for template in chain
    ]


def literal_include(node: IncludeNode) -> str | None:
    """The name of the template that is always included here, by an `{% include %}`.

    What another tag gives to its template (see register_template_node) is not found out by looking.
    """
    target: Any = node.template
    if isinstance(target, str) or target.is_var or target.filters or not isinstance(target.var, str):
        return None
    return relative(node, str(target.var))


def relative(node: IncludeNode, name: str) -> str:
    """A template's name as meant by a node, which may stand in a folder."""
    return construct_relative_path(getattr(node.origin, "template_name", None), name)
