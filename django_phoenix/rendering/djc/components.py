"""`{% component %}`: which class it is, with which arguments and fills, is known only at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.rendering.fills import caller_layer
from django_phoenix.rendering.nodes import register_node_handler
from django_phoenix.rendering.parts import Hosted

from .bodies import compile_body
from .bridge import ComponentNode
from .lifecycle import ComponentTag
from .params import compile_params, resolved

if TYPE_CHECKING:
    from django_phoenix.rendering.parts import Content
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.scope import Scope
    from django_phoenix.rendering.source import Function


def component_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    if c.gathering is not None:  # a component's body is looked through for fills
        return
    params = compile_params(c, scope, node)
    body = compile_body(c, scope, node)
    tag = ComponentTag(
        node,
        body,
        positional=len(params.positional),
        named=tuple(params.named),
        simple=params.simple,
        autoescape=scope.autoescape,
    )

    def arguments(fn: Function) -> str:
        values = params.values(fn) if params.simple else resolved(c, scope, node, fn)
        layer = caller_layer(c, fn, scope)
        return ", ".join(["", values, layer, *(c.variable(fn, name) for name in body.free)])

    content.items.append(Hosted(c.module.constant("C", tag), arguments, culprit=c.culprit(node)))


register_node_handler(ComponentNode, component_node, settable=frozenset({"tag", "end_tag"}))
