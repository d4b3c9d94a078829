"""The handler for `{% for %}`: writes the functions that a `keyed.Loop` runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.template.defaulttags import ForNode

from .block_functions import write_diff, write_full
from .expressions import check, context_name, value
from .keyed import Loop
from .keying import key_path
from .nodes import handles
from .parts import BlockCode, Content, Repeated
from .reads import Reads
from .scan import Scan, prefetch, write_scan
from .scope import LoopVariables
from .source import Function, Lines, writing

if TYPE_CHECKING:
    from .program import Compiler
    from .scope import Scope


@handles(ForNode)
def for_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    check(node.sequence)
    inner = c.child(scope, (id(node), "for"))
    forloop = LoopVariables(c.module.fresh("i"), c.module.fresh("n"), c.module.fresh("layer"), scope.loop())
    inner.names["forloop"] = forloop
    variables = [c.bind(inner, name) for name in node.loopvars]
    body = c.content(inner, node.nodelist_loop)
    empty = c.code(c.child(scope, inner.key), node.nodelist_empty, node)
    if c.is_rehearsal:
        return
    loop = Loop(c.place(node), c.block(body, c.place(node)))
    loop.path = key_path(node.sequence)
    loop.variables = tuple(node.loopvars)
    loop.is_reversed = bool(node.is_reversed)
    loop.dynamic = inner.dynamic
    loop.empty = None if empty.empty else empty.block
    free = LoopWriter(c, loop, forloop, variables).write(body, empty)

    content.items.append(
        Repeated(
            partial(for_values, c, scope, node),
            loop,
            c.module.constant("L", loop),
            free,
            partial(parent_layer, c, loop, forloop),
            c.balanced(body) and (empty.empty or empty.balanced),
            culprit=c.culprit(node),
            variables=tuple(variables),
            entry=body,
            empty=empty,
            body=what_is_read(c, body, empty, {*variables, forloop.index, forloop.length, forloop.layer}),
        )
    )


def what_is_read(c: Compiler, body: Content, empty: BlockCode, own: set[str]) -> Reads:
    """What a loop reads from outside, beside its sequence."""
    reads = Reads()
    for item in body.items:
        if not isinstance(item, str):
            reads.absorb(item.reads_of)
            item.reads_of.settle(c.pool)
    reads.absorb(empty.reads)
    reads.names -= own
    reads.settle(c.pool)
    return reads


def for_values(c: Compiler, scope: Scope, node: Any, fn: Function) -> str:
    return value(c, fn, scope, node.sequence, ignore_failures=True)


def parent_layer(c: Compiler, loop: Loop, forloop: LoopVariables, fn: Function) -> str:
    """What becomes `forloop.parentloop`, if somebody may ask for it as a whole."""
    if not loop.layered:
        return "None"
    if forloop.parent is not None and not loop.dynamic:
        return fn.use(forloop.parent.layer)
    return context_name(c, fn, "forloop")


class LoopWriter:
    """Writes the functions of a loop; all take the same variables from outside, after their own."""

    def __init__(self, c: Compiler, loop: Loop, forloop: LoopVariables, variables: list[str]) -> None:
        self.c = c
        self.loop = loop
        self.forloop = forloop
        self.variables = variables
        self.free: dict[str, None] = {}

    def write(self, body: Content, empty: BlockCode) -> dict[str, None]:
        """Add all functions to the module; return what they need from outside."""
        scan = None if self.loop.dynamic else write_scan(self.c, body, self.forloop, self.variables)
        cold = self.c.is_big and not self.loop.dynamic
        rows, entry = self.rows(body, scan, cold=cold)
        row, difference = self.row(body, compact=cold and scan is not None)
        self.loop.layered = self.loop.dynamic or self.forloop.asked  # known only now
        self.loop.indexed, self.loop.counted = self.forloop.indexed, self.forloop.counted
        self.finish_rows(rows, entry)
        self.finish_row(row, difference)

        functions = {"rows": rows, "row": row}
        if scan:
            functions["scan"] = scan.fn
        free = {name: None for fn in functions.values() for name in fn.free} | empty.free
        if self.loop.empty is not None:
            functions["empty_full"] = self.empty(empty.full, "out", empty)
            functions["empty_diff"] = self.empty(empty.diff, "mem, at", empty)
        for fn in functions.values():
            self.c.module.add(fn, free)
        if cold:
            self.free = free
            self.loop.warm_up = partial(self.warm_up, body, scan)
        self.c.loops.append((self.loop, {attribute: fn.name for attribute, fn in functions.items()}))
        return free

    # -- complete entries

    def warm_up(self, body: Content, scan: Scan | None) -> None:
        """Write the function anew, longer but faster: it is worth it now."""
        with writing:
            rows, entry = self.rows(body, scan, cold=False)
            self.finish_rows(rows, entry)
            assert rows.free.keys() <= self.free.keys()
            self.c.module.add(rows, self.free)
            self.c.module.bind(self.loop, "rows", rows.name)

    def rows(self, body: Content, scan: Scan | None, *, cold: bool) -> tuple[Function, Lines]:
        """The function for complete entries; while it is `cold`, the shortest one."""
        fn = self.function("rows", ("rt", "out", "items"))
        fn.hot, fn.compact = not cold, cold
        fn.depth = 2
        with fn.aside() as entry:
            if scan and not cold:
                prefetch(self.c, fn, scan)
            write_full(self.c, fn, body, "entry = ")
        fn.depth = 1
        return fn, entry

    def finish_rows(self, fn: Function, entry: Lines) -> None:
        fn.emit("entries = []")
        fn.emit("cls = None")
        with fn.block("for item in items:"):
            self.begin(fn)
            fn.lines += entry
            self.end(fn)
            fn.emit("entries.append(entry)")
            fn.emit(f"{self.forloop.index} += 1")
        fn.emit("return entries")

    # -- the difference of one entry

    def row(self, body: Content, *, compact: bool) -> tuple[Function, Lines]:
        fn = self.function("row", ("rt", "mem", "at", "item"))
        fn.compact = compact
        with fn.aside() as difference:
            self.loop.width = write_diff(self.c, fn, body)
        return fn, difference

    def finish_row(self, fn: Function, difference: Lines) -> None:
        self.begin(fn)
        fn.lines += difference[:-1]
        self.end(fn)
        fn.lines += difference[-1:]  # its `return`

    # -- what all have in common

    def function(self, name: str, first: tuple[str, ...]) -> Function:
        own = self.forloop.index, self.forloop.length, self.forloop.layer
        fn = Function(self.c.module.fresh(name), (*first, *own), dynamic=self.loop.dynamic)
        fn.own.update(self.variables)
        return fn

    def begin(self, fn: Function) -> None:
        """Bind the variables of the loop to the item."""
        forloop, variables = self.forloop, self.variables
        if self.loop.layered:
            fn.emit(f"turn({forloop.layer}, {forloop.index}, {forloop.length})")
        if self.loop.dynamic:
            fn.emit(f"bind(rt, {self.loop.variables!r}, item)")
        elif len(variables) == 1:
            fn.emit(f"{variables[0]} = item")
        else:
            fn.emit(f"{', '.join(variables)} = unpack(item, {len(variables)})")

    def end(self, fn: Function) -> None:
        if self.loop.dynamic and len(self.variables) > 1:
            fn.emit("pop(rt)")

    def empty(self, target: str, first: str, empty: BlockCode) -> Function:
        """The `{% empty %}` clause, as a function that takes the variables of the whole loop."""
        fn = Function(self.c.module.fresh("empty"), ("rt", *first.split(", ")))
        fn.emit(f"return {target}({', '.join(['rt', first, *empty.free])})")
        return fn
