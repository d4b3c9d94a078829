"""What stands between `{% component %}` and `{% endcomponent %}`: which fills it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.base import TextNode
from django.template.defaulttags import CommentNode, LoadNode

from django_phoenix.rendering.expressions import NotCompilable
from django_phoenix.rendering.fills import fill_code
from django_phoenix.rendering.frames import DEFAULT

from .bridge import ComponentNode, FillNode, Slot
from .content import slot_of
from .params import compile_params

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_phoenix.rendering.frames import FillCode, Names
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.runtime import Runtime
    from django_phoenix.rendering.scope import Scope

FILL_ARGUMENTS = {"name", "data", "fallback", "default"}


class Body:
    """A body whose fills are known when the template is compiled."""

    __slots__ = ("codes",)

    def __init__(self, codes: list[FillCode]) -> None:
        self.codes = codes

    def slots(self, rt: Runtime, names: Names, component_name: str) -> dict[str, Slot]:
        """The fills for one use of the component, whose tag sees these names."""
        return {code.name: slot_of(rt, code, names, component_name) for code in self.codes}


def compile_body(c: Compiler, scope: Scope, node: Any) -> Body:
    """Compile what stands in a component's tag. Raises NotCompilable where only rendering can tell."""
    nodes = list(node.nodelist)
    if not any(fills_below(nodes)):
        if all(map(is_blank, nodes)):
            return Body([])
        return Body([fill_code(c, scope, node, DEFAULT, node.nodelist)])
    fills = [each for each in nodes if isinstance(each, FillNode)]
    if not all(isinstance(each, FillNode) or is_silent(each) for each in nodes):
        raise NotCompilable
    codes = [fixed_fill(c, scope, each) for each in fills]
    if len({code.name for code in codes}) < len(codes):
        raise NotCompilable
    return Body(codes)


def fixed_fill(c: Compiler, scope: Scope, node: Any) -> FillCode:
    params = compile_params(c, scope, node)
    known = params.literals
    name = known.get("name", known.get(0))
    others = {key: value for key, value in known.items() if key not in (0, "name")}
    if len(known) != len(params.positional) + len(params.named) or type(name) is not str:
        raise NotCompilable
    if not others.keys() <= FILL_ARGUMENTS or ("fallback" in others and "default" in others):
        raise NotCompilable
    if not all(type(value) is str and value.isidentifier() for value in others.values()):
        raise NotCompilable
    code = fill_code(c, scope, node, name, node.nodelist)
    code.data, code.fallback = others.get("data"), others.get("fallback", others.get("default"))
    if code.data is not None and code.data == code.fallback:
        raise NotCompilable
    return code


def fills_below(nodes: Any) -> Iterator[Any]:
    """The fills of this body, not those of components in it."""
    for node in nodes:
        if isinstance(node, FillNode):
            yield node
        elif not isinstance(node, ComponentNode):
            for attribute in node.child_nodelists:
                yield from fills_below(getattr(node, attribute, None) or ())


def is_blank(node: Any) -> bool:
    return isinstance(node, TextNode) and not node.s.strip()


def is_silent(node: Any) -> bool:
    return is_blank(node) or isinstance(node, (CommentNode, LoadNode))
