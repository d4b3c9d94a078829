"""Handlers for the partials of Django 6: `{% partialdef %}` and `{% partial %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template import defaulttags
from django.template.loader_tags import BlockNode

from .expressions import NotCompilable
from .nodes import PARTIAL_NODES, handles
from .parts import BlockCode, Content
from .structure import nest

if TYPE_CHECKING:
    from .program import Compiler
    from .scope import Scope
    from .source import Function


def partialdef_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    if node.inline:
        c.fill(content, scope, node.nodelist)


def partial_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    """The partial sees, and may write, the names around it; only what tags note for themselves is its own."""
    try:
        partial = node.partial_mapping[node.partial_name]
    except KeyError:  # of which Django tells when the tag is rendered
        raise NotCompilable from None
    if len(c.chain) > 1 and partial.nodelist.get_nodes_by_type(BlockNode):
        raise NotCompilable  # in a partial, blocks are not overridden
    code = partial_code(c, scope, node, partial)

    def enter(fn: Function) -> None:
        if scope.dynamic:
            fn.emit("rt.context.render_context.push()")

    def leave(fn: Function) -> None:
        if scope.dynamic:
            fn.emit("rt.context.render_context.pop()")

    nest(c, content, node, code, enter, leave)


def partial_code(c: Compiler, scope: Scope, node: Any, partial: Any) -> BlockCode:
    """Written once for each scope, or partials that show others twice would double the code at each step."""
    key = id(partial), id(scope), *c.popped.items()
    if key not in c.partials:
        c.partials[key] = scope, None
        c.partials[key] = scope, c.code(scope, partial.nodelist, node)
    code = c.partials[key][1]
    if code is None:  # it shows itself, under some condition
        raise NotCompilable
    return code


if PARTIAL_NODES:
    handles(defaulttags.PartialDefNode)(partialdef_node)
    handles(defaulttags.PartialNode)(partial_node)
