"""Handlers for what shows a text: variables, `{% url %}`, `{% static %}`, `{% csrf_token %}`, simple tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.template.base import VariableNode
from django.template.defaulttags import CsrfTokenNode, URLNode
from django.template.library import SimpleNode
from django.templatetags.static import StaticNode

from .expressions import (
    NotCompilable,
    check,
    constant_text,
    context_name,
    filtered,
    is_path,
    is_pure,
    paths_of,
    plain_paths,
    read,
    read_all,
    value,
)
from .nodes import handles, register_node_handler
from .parts import Content, Effect, Hosted, Shown, Text
from .purity import HARMLESS
from .scope import Local
from .source import Function
from .structure import super_block, super_of
from .text import reveal, reveal_raw
from .trees import Anything

if TYPE_CHECKING:
    from django.template.base import FilterExpression, Variable

    from .program import Compiler
    from .scope import Scope


@handles(VariableNode)
def variable_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    expression = check(node.filter_expression)
    constant = constant_text(expression)
    if constant is not None:
        content.text(constant)
        return
    block = super_of(scope, expression)
    if block is not None:
        super_block(c, content, scope, node, block)
        return
    if shows_tree(scope, expression):
        name = c.constant(Anything(reveal if scope.autoescape else reveal_raw))
        content.items.append(
            Hosted(name, lambda fn: f", {value(c, fn, scope, expression)}", culprit=c.culprit(node))
        )
    elif not expression.filters:
        plain_variable(c, content, scope, node, expression)
    else:
        filtered_variable(c, content, scope, node, expression)


def shows_tree(scope: Scope, expression: FilterExpression) -> bool:
    if expression.filters or not is_path(expression) or len(expression.var.lookups or ()) != 1:
        return False
    return scope.may_be_tree(expression.var.lookups[0])


def show_name(scope: Scope) -> str:
    return "show" if scope.autoescape else "show_raw"


def plain_variable(
    c: Compiler, content: Content, scope: Scope, node: Any, expression: FilterExpression
) -> None:
    if not is_path(expression):
        code = value(c, Function("", ()), scope, expression)
        make = f"{show_name(scope)}(rt, {code})"
        content.items.append(Text(lambda fn: make, certain=scope.autoescape, culprit=c.culprit(node)))
        return

    def reads(fn: Function) -> list[str]:
        found = read(c, fn, scope, expression.var)
        if found in fn.own:  # not a constant, not a counter
            fn.emit(f"if {found} is MISSING: {found} = missing(rt, {expression.var.var!r})")
        return [found]

    content.items.append(
        Shown(
            reads,
            "reveal" if scope.autoescape else "reveal_raw",
            1,
            certain=scope.autoescape,
            culprit=c.culprit(node),
            paths=[expression.var],
            scope=scope,
            shows_missing=True,
        )
    )


def filtered_variable(
    c: Compiler, content: Content, scope: Scope, node: Any, expression: FilterExpression
) -> None:
    paths: list[Variable | None] = [*paths_of(expression)]
    count = len(paths)
    names = [f"a{n}" for n in range(count)]
    main = names[0] if is_path(expression) else literal_main(c, expression)
    rest = names[1:] if is_path(expression) else names
    fn = Function(c.module.fresh("show"), ("rt", *names))
    filtered(c, fn, expression, main, rest, "o", scope.autoescape)
    fn.emit(f"return {show_name(scope)}(rt, o)")
    show = c.module.share(fn)
    certain = scope.autoescape and all(function in HARMLESS for function, _ in expression.filters)

    def reads(caller: Function) -> list[str]:
        found = read_all(c, caller, scope, expression)
        return found.all() if is_path(expression) else found.rest

    if count and is_pure(expression):
        content.items.append(
            Shown(reads, show, count, certain=certain, culprit=c.culprit(node), paths=paths, scope=scope)
        )
        return

    def make(caller: Function) -> str:
        return f"{show}({', '.join(['rt', *reads(caller)])})"

    content.items.append(Text(make, certain=certain, culprit=c.culprit(node)))


def literal_main(c: Compiler, expression: FilterExpression) -> str:
    if not expression.is_var:
        return c.constant(expression.var)
    variable: Variable = expression.var
    return c.constant(variable.literal)


@handles(CsrfTokenNode)
def csrf_token_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    def reads(fn: Function) -> list[str]:
        found = scope.find("csrf_token")
        token = fn.use(found.variable) if isinstance(found, Local) else context_name(c, fn, "csrf_token")
        result = fn.define(c.module.fresh("r"))
        fn.emit(f"{result} = {token}")
        return [result]

    content.items.append(Shown(reads, "csrf_input", 1, culprit=c.culprit(node)))


@handles(URLNode)
def url_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    expressions = [*node.args, *node.kwargs.values(), node.view_name]
    for expression in expressions:
        check(expression)

    def reads(fn: Function) -> list[str]:
        return [value(c, fn, scope, expression) for expression in expressions]

    args = [f"a{n}" for n in range(len(expressions))]
    positional, named = args[: len(node.args)], args[len(node.args) : -1]
    kwargs = ", ".join(f"{name!r}: {arg}" for name, arg in zip(node.kwargs, named, strict=True))
    function = "url" if node.asvar is None else "url_or_nothing"
    call = f"{function}(rt, {args[-1]}, [{', '.join(positional)}], {{{kwargs}}})"
    if node.asvar:
        fn = name_writer(c, scope, node.asvar, reads, args, call)
        content.items.append(Effect(fn, culprit=c.culprit(node)))
        return
    code = f"escape({call})" if scope.autoescape else call
    shown(c, content, scope, node, reads, args, code, plain_paths(expressions))


@handles(SimpleNode)
def simple_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    """A tag made of a function: called at every render, but it need not see the context."""
    if node.takes_context:
        raise NotCompilable
    expressions = [*node.args, *node.kwargs.values()]
    for expression in expressions:
        check(expression)
    c.opaque(node)
    args = [f"a{n}" for n in range(len(expressions))]
    named = [f"**{{{key!r}: {arg}}}" for key, arg in zip(node.kwargs, args[len(node.args) :], strict=True)]
    call = f"{c.constant(node.func)}({', '.join([*args[: len(node.args)], *named])})"

    def reads(fn: Function) -> list[str]:
        return [value(c, fn, scope, expression) for expression in expressions]

    if node.target_var is not None:
        perform = name_writer(c, scope, node.target_var, reads, args, call)
        content.items.append(Effect(perform, culprit=c.culprit(node)))
        return
    text = f"conditional_escape({call})" if scope.autoescape else f"joined({call})"
    name = function_of(c, args, f"settled(rt, {text})")
    content.items.append(Text(lambda fn: f"{name}({', '.join(['rt', *reads(fn)])})", culprit=c.culprit(node)))


def register_pure_node(
    node_class: type, expressions: Callable[[Any], list[Any]], text: Callable[..., str]
) -> None:
    """Compile a tag that only reads these filter expressions, and whose text depends on their values alone.

    `text(rt, node, *values)` gives the text, escaped. It is called only when a value has changed, or may
    have.
    """

    def handler(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
        found = [check(expression) for expression in expressions(node)]
        reads, args, call = call_of(c, scope, text, node, found)
        shown(c, content, scope, node, reads, args, call, plain_paths(found))

    register_node_handler(node_class, handler)


def register_naming_node(
    node_class: type,
    expressions: Callable[[Any], list[Any]],
    name: Callable[[Any], str],
    make: Callable[..., Any],
) -> None:
    """Compile a tag that only gives a name to a value: `make(rt, node, *values)`, of these expressions."""

    def handler(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
        found = [check(expression) for expression in expressions(node)]
        perform = name_writer(c, scope, name(node), *call_of(c, scope, make, node, found))
        content.items.append(Effect(perform, culprit=c.culprit(node)))

    register_node_handler(node_class, handler)


def call_of(
    c: Compiler, scope: Scope, function: Callable[..., Any], node: Any, expressions: list[FilterExpression]
) -> tuple[Callable[[Function], list[str]], list[str], str]:
    """How to read the expressions, names for their values, and the call that takes them."""

    def reads(fn: Function) -> list[str]:
        return [value(c, fn, scope, expression) for expression in expressions]

    args = [f"a{n}" for n in range(len(expressions))]
    return reads, args, f"{c.constant(function)}({', '.join(['rt', c.constant(node), *args])})"


@handles(StaticNode)
def static_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    if type(node).url is not StaticNode.url or type(node).handle_simple != StaticNode.handle_simple:
        raise NotCompilable
    check(node.path)

    def reads(fn: Function) -> list[str]:
        return [value(c, fn, scope, node.path)]

    call = "conditional_escape(static(rt, a0))" if scope.autoescape else "static(rt, a0)"
    if node.varname is not None:
        fn = name_writer(c, scope, node.varname, reads, ["a0"], call)
        content.items.append(Effect(fn, culprit=c.culprit(node)))
        return
    name = function_of(c, ["a0"], call)
    content.items.append(
        Text(lambda fn: f"{name}(rt, {reads(fn)[0]})", certain=scope.autoescape, culprit=c.culprit(node))
    )


def shown(
    c: Compiler,
    content: Content,
    scope: Scope,
    node: Any,
    reads: Callable[[Function], list[str]],
    args: list[str],
    code: str,
    paths: list[Variable | None] | None,
) -> None:
    name = function_of(c, args, code)
    part = (
        Shown(
            reads,
            name,
            len(args),
            certain=scope.autoescape,
            culprit=c.culprit(node),
            paths=paths,
            scope=scope,
        )
        if args
        else Text(lambda fn: f"{name}(rt)", certain=scope.autoescape, culprit=c.culprit(node))
    )
    content.items.append(part)


def function_of(c: Compiler, args: list[str], code: str) -> str:
    fn = Function(c.module.fresh("show"), ("rt", *args))
    fn.emit(f"return {code}")
    return c.module.share(fn)


def name_writer(
    c: Compiler,
    scope: Scope,
    name: str,
    reads: Callable[[Function], list[str]],
    args: list[str],
    code: str,
) -> Callable[[Function], None]:
    """`{% … as name %}`: written into the context, so the scopes around have to be real ones."""
    c.mark(scope)

    def perform(fn: Function) -> None:
        for arg, found in zip(args, reads(fn), strict=True):
            fn.emit(f"{fn.define(arg)} = {found}")
        fn.emit(f"rt.context[{name!r}] = {code}")

    return perform
