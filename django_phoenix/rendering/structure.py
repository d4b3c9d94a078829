"""Handlers for what holds other nodes: `{% if %}`, `{% with %}`, `{% autoescape %}`, `{% block %}`, `{%
include %}`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.defaulttags import AutoEscapeControlNode, CycleNode, IfNode, TemplateLiteral, WithNode
from django.template.loader_tags import BlockNode, IncludeNode

from .chain import literal_include
from .choice import Choice
from .expressions import check, check_condition, condition, is_path, root_of, value
from .include import Include
from .nodes import handles, register_node_handler
from .parts import BlockCode, Content, Effect, Hosted, Nested
from .scope import BlockName
from .source import Function

if TYPE_CHECKING:
    from django.template.base import FilterExpression

    from .program import Compiler
    from .scope import Scope


@handles(AutoEscapeControlNode)
def autoescape_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    inner = c.child(scope, scope.key)  # it has no layer of its own
    inner.autoescape = bool(node.setting)

    def switch(to: bool) -> Callable[[Function], None]:
        return lambda fn: fn.emit(f"rt.context.autoescape = {to}")

    if scope.dynamic:
        content.items.append(Effect(switch(inner.autoescape)))
    c.fill(content, inner, node.nodelist)
    if scope.dynamic:
        content.items.append(Effect(switch(scope.autoescape)))


@handles(IfNode)
def if_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    codes = [c.code(scope, nodelist, node) for _, nodelist in node.conditions_nodelists]
    if c.is_rehearsal:
        return
    branches: list[BlockCode | None] = [None if code.empty else code for code in codes]
    for test, _ in node.conditions_nodelists:
        check_condition(test)
    tests = [
        (test, number if branches[number] is not None else -1)
        for number, (test, _) in enumerate(node.conditions_nodelists)
    ]
    (test, answer), *others = tests
    choose: Callable[[Function], str]
    if len(others) < 2 and all(other is None for other, _ in others):
        choose = partial(choose_one, c, scope, test, answer, others[0][1] if others else -1)
    else:
        choose = chooser(c, scope, node, tests)
    content.items.append(Choice(choose, branches, culprit=c.culprit(node), tests=tests, scope=scope))


def choose_one(c: Compiler, scope: Scope, test: Any, answer: int, otherwise: int, fn: Function) -> str:
    """Emit the choice of a branch; return the variable that holds its number."""
    chosen = fn.define(c.module.fresh("b"))
    expression: Any = test.value if type(test) is TemplateLiteral else None
    if fn.compact and expression is not None and not expression.filters and is_path(expression):
        variable = expression.var
        root = root_of(c, fn, scope, variable)
        if root is not None:
            holds = f"holds(rt, {root}, {variable.lookups[1:]!r})"
            fn.emit(f"{chosen} = {answer} if {holds} else {otherwise}")
            return chosen
    fn.emit(f"{chosen} = {otherwise}")
    if type(test) is not TemplateLiteral:  # operators let no exception through
        fn.emit(f"if {condition(c, fn, scope, test)}: {chosen} = {answer}")
        return chosen
    with fn.block("try:"):
        fn.emit(f"if {condition(c, fn, scope, test)}: {chosen} = {answer}")
    with fn.block("except VariableDoesNotExist:"):
        fn.emit("pass")
    return chosen


def chooser(
    c: Compiler, scope: Scope, node: IfNode, tests: list[tuple[Any, int]]
) -> Callable[[Function], str]:
    """The same for several conditions, in a function of its own."""
    fn = Function(c.module.fresh("choose"), ("rt",), dynamic=scope.dynamic)
    fn.culprit = c.culprit(node)
    for test, answer in tests:
        if test is None:
            fn.emit(f"return {answer}")
            break
        with fn.block("try:"):
            found = condition(c, fn, scope, test)
            fn.emit(f"if {found}: return {answer}")
        with fn.block("except VariableDoesNotExist:"):
            fn.emit("pass")
    else:
        fn.emit("return -1")
    c.module.add(fn)

    def choose(caller: Function) -> str:
        chosen = caller.define(c.module.fresh("b"))
        caller.emit(f"{chosen} = {fn.name}({c.arguments(caller, 'rt', free=fn.free)})")
        caller.reads.absorb(fn.reads)
        return chosen

    return choose


@handles(WithNode)
def with_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    for expression in node.extra_context.values():
        check(expression)
    inner = c.child(scope, (id(node), "with"))
    variables = {name: c.bind(inner, name) for name in node.extra_context}
    code = c.code(inner, node.nodelist, node)

    def enter(fn: Function) -> None:
        found = {name: value(c, fn, scope, expression) for name, expression in node.extra_context.items()}
        if inner.dynamic:
            fn.emit(f"push(rt, {{{', '.join(f'{name!r}: {code}' for name, code in found.items())}}})")
            return
        for name, code in found.items():
            fn.emit(f"{fn.define(variables[name])} = {code}")

    def leave(fn: Function) -> None:
        if inner.dynamic:
            fn.emit("pop(rt)")

    bound = map(c.context_variable, variables) if inner.dynamic else variables.values()
    nest(c, content, node, code, enter, leave, tuple(bound))


def nest(
    c: Compiler,
    content: Content,
    node: Any,
    code: BlockCode,
    enter: Callable[[Function], None],
    leave: Callable[[Function], None],
    binds: tuple[str, ...] = (),
) -> None:
    if code.parts or code.effects:
        content.items.append(Nested(code, enter, leave, culprit=c.culprit(node), binds=binds))
        return
    content.items.append(Effect(enter, culprit=c.culprit(node), quiet=True))
    content.text(code.block.statics[0])
    content.items.append(Effect(leave, culprit=c.culprit(node), quiet=True))


def writes_upward(c: Compiler, node: IncludeNode, seen: set[str]) -> bool:
    """Whether an included template holds `{% cycle … as name %}`, which changes that name where it stands."""
    name = literal_include(node)
    if name is None or name in seen:
        return False
    seen.add(name)
    try:
        nodes = c.template.engine.get_template(name).nodelist
    except (TemplateDoesNotExist, TemplateSyntaxError):  # of which Django tells when the tag is rendered
        return False
    cycles = [each for each in nodes.get_nodes_by_type(CycleNode) if isinstance(each, CycleNode)]
    includes = [each for each in nodes.get_nodes_by_type(IncludeNode) if isinstance(each, IncludeNode)]
    return any(each.variable_name for each in cycles) or any(
        writes_upward(c, each, seen) for each in includes
    )


@handles(IncludeNode)
def include_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    for expression in (node.template, *node.extra_context.values()):
        check(expression)
    c.include(node)
    if writes_upward(c, node, set()):
        c.mark(scope)
    name = c.module.constant("I", Include(node, scope.autoescape))

    def arguments(fn: Function) -> str:
        template = value(c, fn, scope, node.template)
        own = [
            f"{key!r}: {value(c, fn, scope, expression)}" for key, expression in node.extra_context.items()
        ]
        layer = f"{{{', '.join(own)}}}"
        if not node.isolated_context and not scope.dynamic:
            visible = c.layer(fn, scope)
            layer = f"{{**{visible}, {', '.join(own)}}}" if own else visible
        return f", {template}, {layer}"

    content.items.append(Hosted(name, arguments, culprit=c.culprit(node)))


def register_template_node(
    node_class: type,
    expressions: Callable[[Any], list[Any]],
    template: Callable[[Any], str],
    layer: Callable[..., dict[str, Any]],
) -> None:
    """Compile a tag that shows a template, by name, which sees nothing but `layer(node, *values)`.

    The values are those of the expressions. The node has `isolated_context`, as `{% include … only %}`.
    """

    def handler(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
        found = [check(expression) for expression in expressions(node)]
        name = c.module.constant("I", Include(node, scope.autoescape))

        def arguments(fn: Function) -> str:
            values = ", ".join([c.constant(node), *(value(c, fn, scope, each) for each in found)])
            return f", {c.constant(template(node))}, {c.constant(layer)}({values})"

        content.items.append(Hosted(name, arguments, culprit=c.culprit(node)))

    register_node_handler(node_class, handler)


@handles(BlockNode)
def block_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    depth = c.popped.get(node.name, 0)
    definition = c.definition(node.name, depth) if len(c.chain) > 1 else None
    block(c, content, scope, node, definition or node, node.name, depth)


def block(
    c: Compiler, content: Content, scope: Scope, node: Any, definition: BlockNode, name: str, depth: int
) -> None:
    inner = c.child(scope, (id(node), id(definition), depth))
    if len(c.chain) > 1:
        inner.names["block"] = BlockName(definition, depth + 1)
    elif not inner.dynamic:
        inner.names["block"] = BlockName(definition, -1)
    c.popped[name] = depth + 1
    code = c.code(inner, c.owned(definition), definition)
    c.popped[name] = depth
    constant = c.module.constant("N", node)
    outer = c.module.fresh("outer")

    def enter(fn: Function) -> None:
        if inner.dynamic:
            fn.emit(f"{fn.define(outer)} = enter_block(rt, {constant})")

    def leave(fn: Function) -> None:
        if inner.dynamic:
            fn.emit(f"leave_block(rt, {name!r}, {outer})")

    nest(c, content, node, code, enter, leave)


def super_of(scope: Scope, expression: FilterExpression) -> BlockName | None:
    """The block meant by a bare `{{ block.super }}`."""
    if expression.filters or not is_path(expression) or expression.var.lookups != ("block", "super"):
        return None
    found = scope.find("block")
    return found if isinstance(found, BlockName) and found.depth >= 0 else None


def super_block(c: Compiler, content: Content, scope: Scope, node: Any, bound: BlockName) -> None:
    name = bound.node.name
    definition = c.definition(name, bound.depth)
    if definition is not None:
        current = c.popped.get(name, 0)
        block(c, content, scope, bound.node, definition, name, bound.depth)
        c.popped[name] = current
