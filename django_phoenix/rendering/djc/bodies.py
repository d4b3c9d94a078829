"""What stands between `{% component %}` and `{% endcomponent %}`: which fills it gives.

Mostly that is known when the template is compiled. Fills in loops and conditions, or with computed names,
are gathered each time: the body is run once as a block whose fills note themselves. Where tags that we do not
know stand around fills, django-components finds them, and shows them itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import TextNode
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    ForNode,
    IfNode,
    LoadNode,
    WithNode,
)
from django.template.library import InclusionNode
from django.template.loader_tags import IncludeNode

from django_phoenix.rendering.chain import literal_include
from django_phoenix.rendering.fills import fill_code, layer_within
from django_phoenix.rendering.frames import DEFAULT, context_of
from django_phoenix.rendering.html import flatten
from django_phoenix.rendering.live_components import LiveComponentNode
from django_phoenix.rendering.nodes import register_node_handler
from django_phoenix.rendering.parts import Effect
from django_phoenix.rendering.scope import Scope

from .bridge import ComponentNode, FillNode, Slot, normalize_slot_fills, resolve_fills
from .content import Gathered, gather, slot_of
from .params import compile_params

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.template.base import Node as TemplateNode

    from django_phoenix.rendering.frames import FillCode, Names
    from django_phoenix.rendering.parts import Content
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.rendered import Block
    from django_phoenix.rendering.runtime import Runtime
    from django_phoenix.rendering.source import Function

FILL_ARGUMENTS = {0, "name", "data", "fallback", "default"}
TRANSPARENT = (IfNode, ForNode, WithNode, AutoEscapeControlNode)  # what fills may stand in

Slots = dict[str, "Slot[Any]"]


class Body:
    """A body whose fills are known when the template is compiled."""

    def __init__(self, codes: list[FillCode]) -> None:
        self.codes = codes
        self.reads = paths_read(codes)
        self.free: Iterable[str] = ()

    def slots(self, rt: Runtime, names: Names, component: str, free: tuple[Any, ...]) -> Slots:
        """The fills for one use of the component, whose tag sees these names."""
        return {code.name: slot_of(rt, code, names, component) for code in self.codes}


class GatheredBody(Body):
    """A body that has to be run to know its fills; without any it is the default fill as a whole."""

    run: Callable[..., Any]  # (rt, out, *free)

    def __init__(self, default: FillCode, block: Block, free: Iterable[str]) -> None:
        super().__init__([default])
        self.reads = None
        self.block = block
        self.free = free

    def slots(self, rt: Runtime, names: Names, component: str, free: tuple[Any, ...]) -> Slots:
        outer, rt.gathered = rt.gathered, Gathered(rt, names, component)
        fresh = len(rt.fresh)
        try:
            tree = self.run(rt, [], *free)
            found = rt.gathered.slots
        finally:
            rt.gathered = outer
            del rt.fresh[fresh:]
        if not found:
            return super().slots(rt, names, component, free)
        tree["s"] = self.block
        if flatten(tree).strip():
            raise TemplateSyntaxError(
                f"Illegal content passed to component '{component}'. "
                "Explicit 'fill' tags cannot occur alongside other text. "
                "The component body rendered content: {content}"
            )
        return dict(normalize_slot_fills(found, component))


class ForeignBody(Body):
    """A body that only django-components can look through: it also shows those fills."""

    def __init__(self, node: Any) -> None:
        super().__init__([])
        self.reads = None
        self.node = node

    def slots(self, rt: Runtime, names: Names, component: str, free: tuple[Any, ...]) -> Slots:
        hidden = {} if rt.frame is None else rt.frame.hidden()
        context = context_of(rt, [{**names, **hidden}, {}])
        return dict(normalize_slot_fills(resolve_fills(context, self.node, component), component))


def paths_read(codes: list[FillCode]) -> tuple[tuple[str, ...], ...] | None:
    """What of the caller's names the fills depend on; None if they depend on anything else."""
    reads: dict[tuple[str, ...], None] = {}
    for code in codes:
        if code.reads is None:
            return None
        reads.update(dict.fromkeys(code.reads))
    return tuple(reads)


def compile_body(c: Compiler, scope: Scope, node: Any) -> Body:
    """Compile what stands in a component's tag."""
    nodes = list(node.nodelist)
    fills = list(fills_below(nodes))
    if any(may_include_fills(c, each, set()) for each in nodes) or not all(map(is_simple(c, scope), fills)):
        return ForeignBody(node)
    if not fills:
        if all(map(is_blank, nodes)):
            return Body([])
        return Body([fill_code(c, scope, node, DEFAULT, node.nodelist)])
    codes = fixed_fills(c, scope, nodes)
    if codes is not None:
        return Body(codes)
    if not all(stands_in_the_open(each) for each in nodes):
        return ForeignBody(node)
    return gathered_body(c, scope, node)


def gathered_body(c: Compiler, scope: Scope, node: Any) -> Body:
    inner = c.child(scope, (id(node), "body"))
    outer, c.gathering = c.gathering, inner
    code = c.code(inner, node.nodelist, node)
    c.gathering = outer
    default = fill_code(c, scope, node, DEFAULT, node.nodelist)
    body = GatheredBody(default, code.block, code.free)
    if not c.is_rehearsal:
        c.module.bind(body, "run", code.full)
    return body


# -- which kind of body


def fixed_fills(c: Compiler, scope: Scope, nodes: list[Any]) -> list[FillCode] | None:
    """The fills of a body that holds nothing else, under literal names; None if it is not so simple."""
    if not all(isinstance(each, FillNode) or is_silent(each) for each in nodes):
        return None
    fills = [each for each in nodes if isinstance(each, FillNode)]
    known = [fixed_arguments(c, scope, each) for each in fills]
    names = [arguments and arguments["name"] for arguments in known]
    if None in known or len(set(names)) < len(names):
        return None
    return [
        fill_code(c, scope, each, nodes=each.nodelist, **arguments)
        for each, arguments in zip(fills, known, strict=True)
        if arguments is not None
    ]


def fixed_arguments(c: Compiler, scope: Scope, node: Any) -> dict[str, Any] | None:
    """Name, data and fallback of a fill, if they are literal and right."""
    params = compile_params(c, scope, node)
    known: dict[Any, Any] = params.literals
    if len(known) != len(params.positional) + len(params.named) or not known.keys() <= FILL_ARGUMENTS:
        return None
    if len(params.positional) + ("name" in known) != 1 or ("fallback" in known and "default" in known):
        return None
    name = known.get("name", known.get(0))
    data, fallback = known.get("data"), known.get("fallback", known.get("default"))
    aliases = [alias for alias in (data, fallback) if alias is not None]
    if type(name) is not str or not all(type(alias) is str and alias.isidentifier() for alias in aliases):
        return None
    if len(set(aliases)) < len(aliases):
        return None
    return {"name": name, "data": data, "fallback": fallback}


def is_simple(c: Compiler, scope: Scope) -> Callable[[Any], bool]:
    return lambda fill: compile_params(c, scope, fill).simple


def fills_below(nodes: Any) -> Iterator[Any]:
    """The fills of this body, not those of components in it."""
    for node in nodes:
        if isinstance(node, FillNode):
            yield node
        elif not isinstance(node, (ComponentNode, LiveComponentNode)):
            for below in nodelists(node):
                yield from fills_below(below)


def stands_in_the_open(node: TemplateNode) -> bool:
    """Whether only tags that we compile stand around fills."""
    if isinstance(node, (FillNode, ComponentNode, LiveComponentNode)) or not any(fills_below([node])):
        return True
    return isinstance(node, TRANSPARENT) and all(
        stands_in_the_open(each) for below in nodelists(node) for each in below
    )


def may_include_fills(c: Compiler, node: Any, seen: set[str]) -> bool:
    """Whether fills may come out of a template that is included by its name."""
    if isinstance(node, ComponentNode):
        return False
    name = None
    if type(node) is IncludeNode:
        name = literal_include(node)
    elif isinstance(node, InclusionNode) and isinstance(node.filename, str):
        name = node.filename
    if name is None:
        return any(may_include_fills(c, each, seen) for below in nodelists(node) for each in below)
    if name in seen:
        return False
    seen.add(name)
    try:
        nodes = c.template.engine.get_template(name).nodelist
    except (TemplateDoesNotExist, TemplateSyntaxError):  # of which Django tells when the tag is rendered
        return False
    return any(fills_below(nodes)) or any(may_include_fills(c, each, seen) for each in nodes)


def nodelists(node: Any) -> Iterator[Any]:
    if isinstance(node, IfNode):
        yield from (nodelist for _, nodelist in node.conditions_nodelists)
        return
    for attribute in node.child_nodelists:
        below = getattr(node, attribute, None)
        if below:
            yield below


def is_blank(node: Any) -> bool:
    return isinstance(node, TextNode) and not node.s.strip()


def is_silent(node: Any) -> bool:
    return is_blank(node) or isinstance(node, (CommentNode, LoadNode))


# -- fills that note themselves


def fill_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    around = c.gathering
    if around is None:
        name = c.constant(misplaced)
        content.items.append(Effect(lambda fn: fn.emit(f"{name}()"), culprit=c.culprit(node)))
        return
    params = compile_params(c, scope, node)
    code = fill_code(c, around, node, "", node.nodelist)

    def perform(fn: Function) -> None:
        named = ", ".join(f"{key!r}: {emit(fn)}" for key, emit in params.named.items())
        positional = "".join(f"{emit(fn)}, " for emit in params.positional)
        layer = layer_within(c, fn, scope, around)
        fn.emit(f"{c.constant(gather)}(rt, {c.constant(code)}, ({positional}), {{{named}}}, {layer})")

    content.items.append(Effect(perform, culprit=c.culprit(node)))


def misplaced() -> None:
    raise TemplateSyntaxError(
        "FillNode.render() (AKA {% fill ... %} block) cannot be rendered outside of a Component context. "
        "Make sure that the {% fill %} tags are nested within {% component %} tags."
    )


register_node_handler(FillNode, fill_node)
