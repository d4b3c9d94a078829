"""One short handler per node class of Django's templates.

A handler is given the compiler, the content of the block being written, the scope, and the node. It is found along the
node's class and its bases; a subclass that overrides anything of the class we know is unknown to us. Whatever has no
handler is opaque: Django renders it, and its text is compared.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.template.base import TextNode, Variable, VariableNode
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    CsrfTokenNode,
    ForNode,
    IfNode,
    LoadNode,
    TemplateLiteral,
    TemplateTagNode,
    URLNode,
    VerbatimNode,
    WithNode,
)
from django.template.library import InclusionNode, SimpleNode
from django.template.loader_tags import BlockNode, IncludeNode
from django.templatetags.static import StaticNode

from .expressions import (
    NotCompilable,
    check,
    condition,
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
from .include import Include
from .keyed import Loop
from .parts import (
    BlockCode,
    Choice,
    Content,
    Effect,
    Hosted,
    Nested,
    Repeated,
    Shown,
    Text,
    write_diff,
    write_full,
)
from .purity import HARMLESS
from .scan import write_scan
from .scope import BlockName, Local, LoopVariables
from .source import Function

if TYPE_CHECKING:
    from django.template.base import FilterExpression
    from django.template.base import Node as TemplateNode

    from .program import Compiler
    from .scope import Scope

Handler = Callable[["Compiler", Content, "Scope", Any], None]

handlers: dict[type, Handler] = {}


def register_node_handler(node_class: type, handler: Handler) -> None:
    """Compile nodes of this class (and of subclasses that override nothing of it) by this handler.

    The handler calls `content.text`, appends a `Part` to `content.items`, or raises `NotCompilable` to leave one node
    to Django.
    """
    handlers[node_class] = handler


def handles(node_class: type) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        register_node_handler(node_class, handler)
        return handler

    return register


def handler_for(node_class: type) -> Handler | None:
    for cls in node_class.__mro__:
        if cls in handlers:
            return handlers[cls] if keeps(node_class, cls) else None
    return None


def keeps(node_class: type, handled: type) -> bool:
    """Whether a class leaves everything as it is in the base that we know."""
    own: set[str] = set()
    for cls in node_class.__mro__[: node_class.__mro__.index(handled)]:
        own.update(cls.__dict__)
    return not any(name in own and not name.startswith("__") for name in dir(handled))


def compile_node(c: Compiler, content: Content, scope: Scope, node: TemplateNode) -> None:
    handler = handler_for(type(node))
    before = len(content.items), content.items[-1:]
    try:
        if handler is None:
            raise NotCompilable
        handler(c, content, scope, node)
    except NotCompilable:
        del content.items[before[0] :]
        opaque(c, content, scope, node)


def opaque(c: Compiler, content: Content, scope: Scope, node: TemplateNode) -> None:
    c.opaque(node)
    c.mark(scope)
    name = c.module.constant("N", node)
    how = "rendered_in_a_thread" if may_hide_queries(c, node) else "rendered_by_django"
    content.items.append(Text(lambda fn: f"{how}(rt, {name})", culprit=c.culprit(node)))


def may_hide_queries(c: Compiler, node: TemplateNode) -> bool:
    """Whether the node holds an `{% if %}` with operators, or may do so in a template that it includes."""
    if isinstance(node, InclusionNode):
        if not isinstance(node.filename, str):
            return True
        return any(may_hide_queries(c, inner) for inner in c.template.engine.get_template(node.filename).nodelist)
    if node.get_nodes_by_type((IncludeNode, InclusionNode)):
        return True
    ifs = node.get_nodes_by_type(IfNode)
    return any(type(test) is not TemplateLiteral for each in ifs for test, _ in each.conditions_nodelists if test)


# -- text


@handles(TextNode)
def text_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    content.text(node.s)


@handles(VerbatimNode)
def verbatim_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    content.text(node.content)


@handles(TemplateTagNode)
def templatetag_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    content.text(node.mapping.get(node.tagtype, ""))


@handles(LoadNode)
@handles(CommentNode)
def silent_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    pass


# -- variables


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
    if not expression.filters:
        plain_variable(c, content, scope, node, expression)
    else:
        filtered_variable(c, content, scope, node, expression)


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
            show_name(scope),
            1,
            certain=scope.autoescape,
            culprit=c.culprit(node),
            paths=[expression.var],
            scope=scope,
        )
    )


def filtered_variable(
    c: Compiler, content: Content, scope: Scope, node: Any, expression: FilterExpression
) -> None:
    paths = paths_of(expression)
    count = len(paths)
    names = [f"a{n}" for n in range(count)]
    main = names[0] if is_path(expression) else literal_main(c, expression)
    rest = names[1:] if is_path(expression) else names
    fn = Function(c.module.fresh("show"), ("rt", *names))
    fn.culprit = c.culprit(node)
    filtered(c, fn, expression, main, rest, "o", scope.autoescape)
    fn.emit(f"return {show_name(scope)}(rt, o)")
    c.module.add(fn)
    certain = scope.autoescape and all(function in HARMLESS for function, _ in expression.filters)

    def reads(caller: Function) -> list[str]:
        found = read_all(c, caller, scope, expression)
        return found.all() if is_path(expression) else found.rest

    if count and is_pure(expression):
        content.items.append(
            Shown(
                reads, fn.name, count, certain=certain, culprit=c.culprit(node), paths=paths, scope=scope
            )
        )
        return

    def make(caller: Function) -> str:
        return f"{fn.name}({', '.join(['rt', *reads(caller)])})"

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
    code = f"conditional_escape({call})" if scope.autoescape else call
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
    name = function_of(c, node, args, f"conditional_escape({call})" if scope.autoescape else f"joined({call})")
    content.items.append(Text(lambda fn: f"{name}({', '.join(['rt', *reads(fn)])})", culprit=c.culprit(node)))


def register_pure_node(
    node_class: type, expressions: Callable[[Any], list[Any]], text: Callable[..., str]
) -> None:
    """Compile a tag that only reads these filter expressions, and whose text depends on their values alone.

    `text(rt, node, *values)` gives the text, escaped. It is called only when a value has changed, or may have.
    """

    def handler(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
        found = [check(expression) for expression in expressions(node)]

        def reads(fn: Function) -> list[str]:
            return [value(c, fn, scope, expression) for expression in found]

        args = [f"a{n}" for n in range(len(found))]
        call = f"{c.constant(text)}({', '.join(['rt', c.constant(node), *args])})"
        shown(c, content, scope, node, reads, args, call, plain_paths(found))

    register_node_handler(node_class, handler)


@handles(StaticNode)
def static_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    if type(node).url is not StaticNode.url or type(node).handle_simple != StaticNode.handle_simple:
        raise NotCompilable
    check(node.path)

    def reads(fn: Function) -> list[str]:
        return [value(c, fn, scope, node.path)]

    call = "conditional_escape(static(rt, a0))" if c.autoescape else "static(rt, a0)"
    if node.varname is not None:
        fn = name_writer(c, scope, node.varname, reads, ["a0"], call)
        content.items.append(Effect(fn, culprit=c.culprit(node)))
        return
    name = function_of(c, node, ["a0"], call)
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
    name = function_of(c, node, args, code)
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


def function_of(c: Compiler, node: Any, args: list[str], code: str) -> str:
    fn = Function(c.module.fresh("show"), ("rt", *args))
    fn.culprit = c.culprit(node)
    fn.emit(f"return {code}")
    c.module.add(fn)
    return fn.name


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


# -- structure


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
    branches: list[BlockCode | None] = [None if code.empty else code for code in codes]
    fn = Function(c.module.fresh("choose"), ("rt",), dynamic=scope.dynamic)
    fn.culprit = c.culprit(node)
    for number, (test, _) in enumerate(node.conditions_nodelists):
        answer = number if branches[number] is not None else -1
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
        return chosen

    tests = [
        (test, number if branches[number] is not None else -1)
        for number, (test, _) in enumerate(node.conditions_nodelists)
    ]
    content.items.append(Choice(choose, branches, culprit=c.culprit(node), tests=tests, scope=scope))


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

    nest(c, content, node, code, enter, leave)


def nest(
    c: Compiler,
    content: Content,
    node: Any,
    code: BlockCode,
    enter: Callable[[Function], None],
    leave: Callable[[Function], None],
) -> None:
    if code.parts or code.effects:
        content.items.append(Nested(code, enter, leave, culprit=c.culprit(node)))
        return
    content.items.append(Effect(enter, culprit=c.culprit(node)))
    content.text(code.block.statics[0])
    content.items.append(Effect(leave, culprit=c.culprit(node)))


@handles(ForNode)
def for_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    check(node.sequence)
    inner = c.child(scope, (id(node), "for"))
    loop = Loop(c.place(node))
    loop.variables, loop.is_reversed, loop.dynamic = tuple(node.loopvars), bool(node.is_reversed), inner.dynamic
    forloop = LoopVariables(
        c.module.fresh("i"), c.module.fresh("n"), c.module.fresh("layer"), scope.loop()
    )
    inner.names["forloop"] = forloop
    variables = [c.bind(inner, name) for name in node.loopvars]
    body = c.content(inner, node.nodelist_loop)
    around = c.child(scope, (id(node), "for"))
    empty = c.code(around, node.nodelist_empty, node)
    loop.block = c.block(body, c.place(node))
    loop.empty = None if empty.empty else empty.block
    free = write_loop(c, loop, body, empty, forloop, variables)
    name = c.module.constant("L", loop)

    def parent(fn: Function) -> str:
        if not loop.layered:
            return "None"
        if forloop.parent is not None and not inner.dynamic:
            return fn.use(forloop.parent.layer)
        return context_name(c, fn, "forloop")

    content.items.append(
        Repeated(
            partial(for_values, c, scope, node),
            loop,
            name,
            free,
            parent,
            all(part.certain for part in body.parts()) and c.balanced(body) and (empty.empty or empty.balanced),
            culprit=c.culprit(node),
        )
    )


def for_values(c: Compiler, scope: Scope, node: Any, fn: Function) -> str:
    return value(c, fn, scope, node.sequence, ignore_failures=True)


def write_loop(
    c: Compiler, loop: Loop, body: Content, empty: BlockCode, forloop: LoopVariables, variables: list[str]
) -> dict[str, None]:
    """Write the functions of a loop; all take the same variables from outside."""
    i, n, layer = forloop.index, forloop.length, forloop.layer
    rows = Function(c.module.fresh("rows"), ("rt", "out", "items", i, n, layer), dynamic=loop.dynamic)
    row = Function(c.module.fresh("row"), ("rt", "mem", "at", "item", i, n, layer), dynamic=loop.dynamic)
    for fn in (rows, row):
        fn.own.update(variables)
    rows.depth = 2
    with rows.aside() as entry:
        write_full(c, rows, body, "entry = ")
    with row.aside() as difference:
        loop.width = write_diff(c, row, body)
    loop.layered = loop.dynamic or forloop.asked
    rows.depth = 1
    rows.emit("entries = []")
    with rows.block("for item in items:"):
        begin_row(rows, loop, forloop, variables)
        rows.lines += entry
        end_row(rows, loop)
        rows.emit("entries.append(entry)")
        rows.emit(f"{i} += 1")
    rows.emit("return entries")
    begin_row(row, loop, forloop, variables)
    row.lines += difference[:-1]
    end_row(row, loop)
    row.lines += difference[-1:]
    scan = None if loop.dynamic else write_scan(c, body, loop.width, forloop, variables)
    free = rows.free | row.free | empty.free | (scan.free if scan else {})
    if scan:
        c.module.add(scan, free)
    c.module.add(rows, free)
    c.module.add(row, free)
    functions = {"rows": rows.name, "row": row.name} | ({"scan": scan.name} if scan else {})
    if loop.empty is not None:
        functions |= {"empty_full": empty_call(c, empty, free, "out"), "empty_diff": empty_call(c, empty, free, "mem, at")}
    c.loops.append((loop, functions))
    return free


def empty_call(c: Compiler, empty: BlockCode, free: dict[str, None], first: str) -> str:
    """The `{% empty %}` clause, as a function that takes the variables of the whole loop."""
    fn = Function(c.module.fresh("empty"), ("rt", *first.split(", ")))
    target = empty.full if first == "out" else empty.diff
    fn.emit(f"return {target}({', '.join(['rt', first, *empty.free])})")
    c.module.add(fn, free)
    return fn.name


def begin_row(fn: Function, loop: Loop, forloop: LoopVariables, variables: list[str]) -> None:
    if loop.layered:
        fn.emit(f"turn({forloop.layer}, {forloop.index}, {forloop.length})")
    if loop.dynamic:
        fn.emit(f"bind(rt, {loop.variables!r}, item)")
    elif len(variables) == 1:
        fn.emit(f"{variables[0]} = item")
    else:
        fn.emit(f"{', '.join(variables)} = unpack(item, {len(variables)})")


def end_row(fn: Function, loop: Loop) -> None:
    if loop.dynamic and len(loop.variables) > 1:
        fn.emit("pop(rt)")


# -- templates in templates


@handles(IncludeNode)
def include_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    for expression in (node.template, *node.extra_context.values()):
        check(expression)
    c.include(node)
    name = c.module.constant("I", Include(node, scope.autoescape))

    def arguments(fn: Function) -> str:
        template = value(c, fn, scope, node.template)
        own = [f"{key!r}: {value(c, fn, scope, expression)}" for key, expression in node.extra_context.items()]
        layer = f"{{{', '.join(own)}}}"
        if not node.isolated_context and not scope.dynamic:
            visible = c.layer(fn, scope)
            layer = f"{{**{visible}, {', '.join(own)}}}" if own else visible
        return f", {template}, {layer}"

    content.items.append(Hosted(name, arguments, culprit=c.culprit(node)))


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
