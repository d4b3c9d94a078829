"""`{% live_component %}`: a place in the tree where a live component is shown, as its cid."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from django.template.base import FilterExpression, Node, NodeList, TextNode
from django.template.context import Context

from django_phoenix.exceptions import LiveViewError

from .expressions import check, value
from .fills import caller_layer, fill_code
from .frames import DEFAULT, Fill, FillCode, names_here
from .nodes import handles
from .parts import Content, Hosted
from .rendered import UNCHANGED, ComponentRef
from .resent import Resent

if TYPE_CHECKING:
    from .frames import Names
    from .program import Compiler
    from .runtime import Runtime
    from .scope import Scope
    from .source import Function


class LiveComponentNode(Node):
    """A live component's place. ``target`` gives its class or the class's name; ``nodelist`` is its body."""

    child_nodelists = ("nodelist",)
    # As the tags of django-components have them.
    tag = "live_component"
    contents = ""

    def __init__(
        self,
        target: FilterExpression,
        id: FilterExpression,
        arguments: dict[str, FilterExpression],
        nodelist: NodeList,
    ) -> None:
        self.target = target
        self.id = id
        self.arguments = arguments
        self.nodelist = nodelist

    def render(self, context: Context) -> NoReturn:
        raise LiveViewError(
            f"{place_of(self)}: {{% live_component %}} works in the template of a live view, and there not "
            "inside a tag that Django renders as one text (`manage.py phx_template` lists those)."
        )


class RenderSlotNode(Node):
    """Where a live component shows what stands in its tag."""

    child_nodelists = ()

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> NoReturn:
        raise LiveViewError(
            f"{place_of(self)}: {{% render_slot %}} shows the body of a {{% live_component %}}: it works in "
            "a live component's template."
        )


def place_of(node: Node) -> str:
    """``template:line``."""
    origin: Any = node.origin
    line = node.token.lineno if node.token else 0
    return f"{(origin.template_name or origin.name) if origin else 'template'}:{line}"


class Body(Protocol):
    """What stands in a tag, compiled."""

    free: Iterable[str]  # the variables that `fills` needs

    def fills(self, rt: Runtime, names: Names, free: tuple[Any, ...]) -> dict[str, Any]:
        """What it gives to slots, to be shown later; `names` are those at the tag."""


# None: it gives nothing.
BodyCompiler = Callable[["Compiler", "Scope", LiveComponentNode], Body | None]


class WholeBody:
    """All of it is one fill."""

    free: Iterable[str] = ()

    def __init__(self, code: FillCode) -> None:
        self.code = code

    def fills(self, rt: Runtime, names: Names, free: tuple[Any, ...]) -> dict[str, Any]:
        return {DEFAULT: Fill(self.code, names, rt.frame).kept()}


def whole_body(c: Compiler, scope: Scope, node: LiveComponentNode) -> Body | None:
    """Without a component system there is but one slot."""
    if all(isinstance(each, TextNode) and not each.s.strip() for each in node.nodelist):
        return None
    return WholeBody(fill_code(c, scope, node, DEFAULT, node.nodelist))


body_compilers: list[BodyCompiler] = [whole_body]


def compile_bodies_by(compiler: BodyCompiler) -> None:
    """From now on bodies are what a component system takes them for."""
    body_compilers[:] = [compiler]


@handles(LiveComponentNode)
def live_component_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    for expression in (node.target, node.id, *node.arguments.values()):
        check(expression)
    body = body_compilers[0](c, scope, node) if node.nodelist else None
    if c.is_rehearsal:
        return
    place = c.module.constant("P", Place(c.place(node), body))

    def arguments(fn: Function) -> str:
        target, id = (value(c, fn, scope, each) for each in (node.target, node.id))
        items = [f"{name!r}: {value(c, fn, scope, each)}" for name, each in node.arguments.items()]
        shown = f", {target}, {id}, {{{', '.join(items)}}}"
        if body is None:
            return shown
        return f"{shown}, {caller_layer(c, fn, scope)}, {c.tuple_of(fn, body.free)}"

    content.items.append(Hosted(place, arguments, certain=True, culprit=c.culprit(node)))


@handles(RenderSlotNode)
def render_slot_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    slot = c.module.constant("R", RenderSlot(node.name))
    content.items.append(Hosted(slot, lambda fn: "", culprit=c.culprit(node)))


class Place:
    """One tag of a compiled template. Remembered: the cid shown there."""

    __slots__ = ("body", "name")

    def __init__(self, name: str, body: Body | None) -> None:
        self.name = name  # "template:line"
        self.body = body

    def full(self, rt: Runtime, *shown: Any) -> tuple[ComponentRef, ComponentRef]:
        ref, _ = self.show(rt, None, *shown)
        return ref, ref

    def diff(self, rt: Runtime, memory: Any, *shown: Any) -> tuple[Any, ComponentRef]:
        ref, due = self.show(rt, memory, *shown)
        if ref is not memory:
            return ref, ref
        if due:
            rt.resent = True
            return Resent(ref), ref
        return UNCHANGED, ref

    def show(
        self,
        rt: Runtime,
        memory: Any,
        target: Any,
        id: Any,
        arguments: dict[str, Any],
        layer: Names | None = None,
        free: tuple[Any, ...] = (),
    ) -> tuple[ComponentRef, bool]:
        if rt.components is None:
            raise LiveViewError(
                f"{self.name}: {{% live_component %}} needs a live view around it; this template is rendered "
                "without one."
            )
        # The component is rendered later than this, and again without this.
        fills = None if self.body is None else self.body.fills(rt, names_here(rt, layer), free)
        return rt.components.show_component(target, id, arguments, fills, self.name, memory)


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
