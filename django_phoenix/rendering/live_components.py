"""`{% live_component %}`: a place in the tree where a live component is shown, as its cid."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError

from .expressions import NotCompilable, check, value
from .fills import caller_layer, fill_code
from .frames import DEFAULT, Fill, FillCode, names_here
from .nodes import register_node_handler
from .parts import Content, Hosted
from .rendered import UNCHANGED, ComponentRef

if TYPE_CHECKING:
    from django.template.base import Node as TemplateNode

    from .frames import Names
    from .program import Compiler
    from .runtime import Runtime
    from .scope import Scope
    from .source import Function

# The fills in the body of a tag: by name, or raises NotCompilable.
BodyCompiler = Callable[["Compiler", "Scope", Any], list[FillCode]]


def whole_body(c: Compiler, scope: Scope, node: Any) -> list[FillCode]:
    """Without a component system all of it is one fill."""
    if not "".join(getattr(each, "s", "…") for each in node.nodelist).strip():
        return []
    return [fill_code(c, scope, node, DEFAULT, node.nodelist)]


body_compilers: list[BodyCompiler] = [whole_body]


def compile_bodies_by(compiler: BodyCompiler) -> None:
    """From now on bodies are what a component system takes them for."""
    body_compilers[:] = [compiler]


def register_live_component(node_class: type[TemplateNode], refuse: Callable[[Any], Exception]) -> None:
    """Compile the tag: nodes with `target`, `id`, `arguments` (expressions by name) and `nodelist`.

    `refuse` makes the error for a body whose fills only rendering could tell.
    """

    def handler(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
        for expression in (node.target, node.id, *node.arguments.values()):
            check(expression)
        try:
            codes = body_compilers[0](c, scope, node) if node.nodelist else []
        except NotCompilable:
            raise refuse(node) from None
        place = c.module.constant("P", Place(c.place(node), codes))

        def arguments(fn: Function) -> str:
            target, id = (value(c, fn, scope, each) for each in (node.target, node.id))
            items = [f"{name!r}: {value(c, fn, scope, each)}" for name, each in node.arguments.items()]
            layer = f", {caller_layer(c, fn, scope)}" if codes else ""
            return f", {target}, {id}, {{{', '.join(items)}}}{layer}"

        content.items.append(Hosted(place, arguments, certain=True, culprit=c.culprit(node)))

    register_node_handler(node_class, handler)


class Place:
    """One tag of a compiled template. Remembered: the cid shown there."""

    __slots__ = ("codes", "name")

    def __init__(self, name: str, codes: list[FillCode]) -> None:
        self.name = name  # "template:line"
        self.codes = codes  # what stands in the tag's body

    def full(self, rt: Runtime, *shown: Any) -> tuple[ComponentRef, ComponentRef]:
        ref = self.show(rt, *shown)
        return ref, ref

    def diff(self, rt: Runtime, memory: Any, *shown: Any) -> tuple[Any, ComponentRef]:
        ref = self.show(rt, *shown)
        return (UNCHANGED if ref is memory else ref), ref

    def show(
        self, rt: Runtime, target: Any, id: Any, arguments: dict[str, Any], layer: Names | None = None
    ) -> ComponentRef:
        if rt.components is None:
            raise LiveViewError(
                f"{self.name}: {{% live_component %}} needs a live view around it; this template is rendered "
                "without one."
            )
        fills: dict[str, Any] | None = None
        if self.codes:
            # The component is rendered later than this, and again without this.
            names = names_here(rt, layer)
            fills = {code.name: Fill(code, names, rt.frame).kept() for code in self.codes}
        return rt.components.show_component(target, id, arguments, fills, self.name)


class RenderSlot:
    """One `{% render_slot %}` of a live component's template. Remembered: the fill's block and cells."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def full(self, rt: Runtime) -> tuple[Any, Any]:
        fill = self.fill(rt)
        return ("", None) if fill is None else fill.show(rt, self.names(fill), fill.frame)

    def diff(self, rt: Runtime, memory: Any) -> tuple[Any, Any]:
        fill = self.fill(rt)
        if fill is None:
            return (UNCHANGED if memory is None else ""), None
        return fill.renew(rt, memory, self.names(fill), fill.frame)

    def fill(self, rt: Runtime) -> Fill | None:
        found = None if rt.frame is None else rt.frame.fills.get(self.name)
        return found if isinstance(found, Fill) else None

    def names(self, fill: Fill) -> Names:
        return fill.names if fill.captured is None else {**fill.names, **fill.captured}


def register_render_slot(node_class: type[TemplateNode]) -> None:
    """Compile the tag: nodes with a `name`."""

    def handler(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
        slot = c.module.constant("R", RenderSlot(node.name))
        content.items.append(Hosted(slot, lambda fn: "", culprit=c.culprit(node)))

    register_node_handler(node_class, handler)
