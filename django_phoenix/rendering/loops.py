"""The handler for `{% for %}`: writes the functions that a `keyed.Loop` runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.template.defaulttags import ForNode

from .expressions import check, context_name, value
from .keyed import Loop
from .nodes import handles
from .parts import BlockCode, Content, Repeated, write_diff, write_full
from .scan import prefetch, write_scan
from .scope import LoopVariables
from .source import Function

if TYPE_CHECKING:
    from .program import Compiler
    from .scope import Scope


@handles(ForNode)
def for_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    check(node.sequence)
    inner = c.child(scope, (id(node), "for"))
    loop = Loop(c.place(node))
    loop.variables, loop.is_reversed, loop.dynamic = (
        tuple(node.loopvars),
        bool(node.is_reversed),
        inner.dynamic,
    )
    forloop = LoopVariables(c.module.fresh("i"), c.module.fresh("n"), c.module.fresh("layer"), scope.loop())
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
            all(part.certain for part in body.parts())
            and c.balanced(body)
            and (empty.empty or empty.balanced),
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
    scan = None if loop.dynamic else write_scan(c, body, forloop, variables)
    rows.depth = 2
    with rows.aside() as entry:
        if scan:
            prefetch(c, rows, scan)
        write_full(c, rows, body, "entry = ")
    with row.aside() as difference:
        loop.width = write_diff(c, row, body)
    loop.layered = loop.dynamic or forloop.asked
    rows.depth = 1
    rows.emit("entries = []")
    rows.emit("cls = None")
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
    free = rows.free | row.free | empty.free | (scan.fn.free if scan else {})
    if scan:
        c.module.add(scan.fn, free)
    c.module.add(rows, free)
    c.module.add(row, free)
    functions = {"rows": rows.name, "row": row.name} | ({"scan": scan.fn.name} if scan else {})
    if loop.empty is not None:
        functions |= {
            "empty_full": empty_call(c, empty, free, "out"),
            "empty_diff": empty_call(c, empty, free, "mem, at"),
        }
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
