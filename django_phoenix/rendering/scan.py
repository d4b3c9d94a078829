"""A fast look over the entries of a loop: which of them may show something new?

Written for loops whose entries read nothing but plain values of the item, or of the names around the loop.
It fetches all that an entry reads in one go and compares by identity with what is remembered. Identical
immutable values show the same text, so such an entry needs no further look; any doubt makes it a suspect,
to be compared part by part.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.template.base import Variable
from django.template.defaulttags import TemplateLiteral

from .choice import Choice
from .lookup import Fetch
from .parts import Content, Part, Shown
from .scope import COUNTERS, Local, LoopVariables
from .source import Function

if TYPE_CHECKING:
    from .program import Compiler
    from .scope import Scope

OPERATORS = {"or", "and", "in", "not in", "is", "is not", "==", "!=", ">", ">=", "<", "<="}


class NotScannable(Exception):
    """An entry reads something that cannot be looked at in advance."""


@dataclass
class Scan:
    """The code of one scan, line by line, and what it found out about the loop."""

    c: Compiler
    forloop: LoopVariables
    variables: list[str]
    fn: Function
    bits: dict[str, str] = field(default_factory=dict)  # attribute of the item -> Python variable
    conditional: set[str] = field(default_factory=set)
    depth: int = 0  # of branches

    # -- reading

    def read(self, variable: Variable, scope: Scope) -> str | None:
        """An expression for the value; None if it cannot differ from what it was."""
        if variable.lookups is None:
            return None
        name, *bits = variable.lookups
        found = scope.find(name)
        if isinstance(found, LoopVariables):
            if found is self.forloop and len(bits) == 1 and bits[0] in COUNTERS:
                return None
            raise NotScannable
        if found is not None and not isinstance(found, Local):
            raise NotScannable
        if found is not None and found.variable in self.variables:
            return self.item(found.variable, bits)
        if bits:
            raise NotScannable
        return self.fn.use(found.variable if found else self.c.context_variable(name))

    def item(self, variable: str, bits: list[str]) -> str:
        if not bits:
            return variable
        if len(bits) > 1 or len(self.variables) > 1:
            raise NotScannable
        if self.depth:
            self.conditional.add(bits[0])
        return self.bits.setdefault(bits[0], self.c.module.fresh("r"))

    # -- comparing

    def content(self, content: Content, at: int) -> None:
        for item in content.items:
            if isinstance(item, str):
                continue
            if not isinstance(item, Part):
                raise NotScannable
            self.part(item, at)
            at += item.width

    def part(self, part: Part, at: int) -> None:
        if isinstance(part, Shown) and part.paths is not None and part.scope is not None:
            reads = [self.read(path, part.scope) if path else None for path in part.paths]
            compared = [f"{read} is not m{at + n}" for n, read in enumerate(reads) if read is not None]
            if compared:
                self.suspect(" or ".join(compared))
        elif isinstance(part, Choice):
            self.choice(part, at)
        else:
            raise NotScannable

    def choice(self, choice: Choice, at: int) -> None:
        if choice.scope is None:
            raise NotScannable
        code = "-1"
        for test, answer in reversed(choice.tests):
            code = str(answer) if test is None else f"{answer} if {self.test(test, choice.scope)} else {code}"
        self.fn.emit(f"b = {code}")
        self.suspect(f"b != m{at}")
        self.depth += 1
        for number, branch in enumerate(choice.branches):
            if branch is not None and branch.parts:
                with self.fn.block(f"if m{at} == {number}:"):
                    self.content(branch.content, at + 1)
        self.depth -= 1

    def test(self, token: Any, scope: Scope) -> str:
        if type(token) is TemplateLiteral:
            return self.literal(token.value, scope)
        if token.id == "not":
            return f"(not {self.test(token.first, scope)})"
        if token.id not in OPERATORS:
            raise NotScannable
        return f"({self.test(token.first, scope)} {token.id} {self.test(token.second, scope)})"

    def literal(self, expression: Any, scope: Scope) -> str:
        if expression.filters:
            raise NotScannable
        if not expression.is_var:
            return self.c.constant(expression.var)
        variable = expression.var
        if variable.lookups is None:
            return self.c.constant(variable.literal)
        read = self.read(variable, scope)
        if read is None:
            return counter(self.forloop, variable.lookups[1])
        # A callable would be called; what is missing is None in a condition.
        self.suspect(f"type({read}) not in PLAIN or {read} is MISSING")
        return read

    def suspect(self, condition: str) -> None:
        self.fn.emit(f"if {condition}: found.append({self.forloop.index}); continue")


def counter(loop: LoopVariables, name: str) -> str:
    return COUNTERS[name].format(i=loop.index, n=loop.length)


def write_scan(c: Compiler, content: Content, forloop: LoopVariables, variables: list[str]) -> Scan | None:
    """The scan of a loop with these contents, to be added to the module; None if there can be none."""
    width = sum(part.width for part in content.parts())
    fn = Function(c.module.fresh("scan"), ("items", "mem", forloop.length))
    fn.own.update((*variables, forloop.index))
    scan = Scan(c, forloop, variables, fn)
    fn.depth = 3
    try:
        with fn.aside() as checks:
            scan.content(content, 0)
    except NotScannable:
        return None
    fn.depth = 1
    fn.emit("found = []")
    fn.emit("cells = iter(mem)")
    fn.emit("cls = None")
    fn.emit(f"{forloop.index} = -1")
    cells = "".join(f", m{n}" for n in range(width))
    with fn.block(f"for item{cells} in zip(items{', cells' * width}):"):
        fn.emit(f"{forloop.index} += 1")
        with fn.block("try:"):
            _begin(c, scan)
            fn.lines += checks
        # Whatever it is, the comparison part by part will meet it in its turn.
        with fn.block("except Exception:"):
            fn.emit(f"found.append({forloop.index})")
    fn.emit("return found")
    return scan


def prefetch(c: Compiler, fn: Function, scan: Scan) -> None:
    """Emit the reading, in one go, of what every entry reads; `ok` tells whether that gave plain values."""
    names = {bit: c.module.fresh("p") for bit in scan.bits if bit not in scan.conditional}
    if len(names) < 2:
        return
    fetch = c.module.constant("F", Fetch(tuple(names), beside=frozenset(scan.conditional)))
    with fn.block("if type(item) is not cls:"):
        fn.emit("cls = type(item)")
        fn.emit(f"fetch = {fetch}[cls]")
    with fn.block("try:"):
        fn.emit(f"{', '.join(names.values())} = fetch(item)")
        fn.emit(f"ok = {' and '.join(f'type({name}) in PLAIN' for name in names.values())}")
    with fn.block("except Exception:"):
        fn.emit("ok = False")
    fn.prefetched = {(scan.variables[0], bit): name for bit, name in names.items()}


def _begin(c: Compiler, scan: Scan) -> None:
    fn = scan.fn
    if len(scan.variables) == 1:
        fn.emit(f"{scan.variables[0]} = item")
    else:
        fn.emit(f"{', '.join(scan.variables)} = unpack(item, {len(scan.variables)})")
    if not scan.bits:
        return
    fetch = c.module.constant("F", Fetch(tuple(scan.bits), frozenset(scan.conditional)))
    with fn.block("if type(item) is not cls:"):
        fn.emit("cls = type(item)")
        fn.emit(f"fetch = {fetch}[cls]")
    fn.emit(f"{', '.join(scan.bits.values())} = fetch(item)")
