"""The dynamic parts of a block, and the code that each becomes.

A block is written twice: `full` evaluates everything and gives a complete tree, `diff` compares with what is
remembered. Each part has `width` neighbouring cells in the memory of its block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .expressions import root_of
from .reads import Reads
from .rendered import Block
from .source import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.template.base import Variable

    from .keyed import Loop
    from .program import Compiler
    from .scope import Scope
    from .source import Culprit
    from .variants import VariantWriter


@dataclass
class BlockCode:
    """A compiled block: its fingerprint, the names of its two functions, what they need."""

    block: Block
    full: str
    diff: str
    free: dict[str, None]
    width: int
    content: Content
    parts: list[Part]
    effects: bool
    empty: bool  # no text, no dynamics, no effects
    balanced: bool  # every element that it opens it closes, whatever its parts show
    dynamic: bool = False  # its functions read names of the context at the moment of use
    reads: Reads = field(default_factory=Reads)
    writes: bool = False  # tags in it may write names of the context


class Part:
    """One dynamic part."""

    width = 1
    certain = False  # its text is certainly balanced HTML
    culprit: Culprit | None = None
    reads_of: Reads  # what its comparison depends on; known when that has been written
    writes = False  # it may write names of the context

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        """Emit the evaluation, remember its cells; return an expression for the value."""
        raise NotImplementedError

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        """Emit the comparison; it sets `d[slot]` where there is something new."""
        raise NotImplementedError

    def some(self, w: VariantWriter, fn: Function, at: int, slot: str, touched: set[str]) -> None:
        """Emit the comparison for a render in which only these variables have new values."""
        self.diff(w.c, fn, at, slot)


@dataclass
class Shown(Part):
    """Text that is a pure function `show` of the values read; the values are remembered."""

    reads: Callable[[Function], list[str]]
    show: str
    count: int
    certain: bool = True
    culprit: Culprit | None = None
    # The variables behind `reads` (None: a constant), if that is all.
    paths: list[Variable | None] | None = None
    scope: Scope | None = None
    shows_missing: bool = False  # a missing variable is shown as Django shows it, not passed on

    def __post_init__(self) -> None:
        self.width = self.count

    def root(self, c: Compiler, fn: Function) -> str | None:
        """For a short way to write it down: the variable behind the only value that it reads."""
        if not fn.compact or self.count != 1 or self.scope is None or not self.paths or not self.paths[0]:
            return None
        return root_of(c, fn, self.scope, self.paths[0])

    def looked_up(self, root: str) -> str:
        (path,) = self.paths or [None]
        assert path is not None
        assert path.lookups is not None
        name = path.var if self.shows_missing else None
        return f"{root}, {path.lookups[1:]!r}, {name!r}"

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        root = self.root(c, fn)
        if root is not None:
            fn.flush()
            text = fn.define(c.module.fresh("x"))
            fn.emit(f"{text} = shown(rt, out, {self.show}, {self.looked_up(root)})")
            return text
        reads = self.reads(fn)
        text = fn.define(c.module.fresh("x"))
        fn.emit(f"{text} = {self.show}(rt, {', '.join(reads)})")
        if len(reads) == 1:
            fn.remember(f"{reads[0]} if type({reads[0]}) in PLAIN else cell(rt, {reads[0]}, {text})")
        else:
            fn.remember(f"*cells(({', '.join(reads)}), {text})")
        return text

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        root = self.root(c, fn)
        if root is not None:
            fn.emit(f"renew_shown(rt, d, {slot!r}, {self.show}, mem, at + {at}, {self.looked_up(root)})")
            return
        reads = self.reads(fn)
        if len(reads) == 1:
            new = f"renew(rt, d, {slot!r}, {self.show}, mem, at + {at}, {reads[0]})"
            fn.emit(f"if {reads[0]} is not mem[at + {at}]: {new}")
            return
        differs = " or ".join(f"{read} is not mem[at + {at + n}]" for n, read in enumerate(reads))
        new = f"renew_by_many(rt, d, {slot!r}, {self.show}, mem, at + {at}, ({', '.join(reads)}))"
        fn.emit(f"if {differs}: {new}")


@dataclass
class Text(Part):
    """Text that has to be made at every render: impure, or made by Django."""

    make: Callable[[Function], str]
    certain: bool = False
    culprit: Culprit | None = None
    writes: bool = False

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        made = self.make(fn)
        text = fn.define(c.module.fresh("x"))
        fn.emit(f"{text} = {made}")
        fn.remember(f"Digest(hash({text}))")
        return text

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        fn.reads.impure = True
        fn.emit(f"renew_text(rt, d, {slot!r}, mem, at + {at}, {self.make(fn)})")


@dataclass
class Nested(Part):
    """A block that is always there, in a scope of its own: `{% with %}`, `{% block %}`."""

    code: BlockCode
    enter: Callable[[Function], None]
    leave: Callable[[Function], None]
    culprit: Culprit | None = None
    binds: tuple[str, ...] = ()  # the variables that it gives values for its contents

    def __post_init__(self) -> None:
        self.width = self.code.width
        self.writes = self.code.writes
        self.certain = self.code.balanced

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        self.enter(fn)
        fn.flush()
        result = fn.define(c.module.fresh("x"))
        fn.emit(f"{result} = {c.full_call(fn, self.code)}")
        self.leave(fn)
        return result

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        self._diff(c, fn, at, slot, self.code.diff, self.code.free)

    def _diff(self, c: Compiler, fn: Function, at: int, slot: str, target: str, free: Iterable[str]) -> None:
        with fn.reading() as entering:
            self.enter(fn)
        fn.emit(f"x = {target}({c.arguments(fn, 'rt', 'mem', f'at + {at}', free=free)})")
        self.leave(fn)
        fn.emit(f"if x: d[{slot!r}] = x")
        self.entering = entering
        fn.reads.absorb(self.gathered())

    def gathered(self) -> Reads:
        """What it reads, by what its contents are known to read."""
        reads = Reads()
        reads.absorb(self.entering)
        if self.code.reads.looks_into(self.binds):
            reads.look_anywhere()
        inner = Reads()
        inner.absorb(self.code.reads)
        if self.code.dynamic:  # what is bound here is not what the context has under the same name
            inner.impure = True
        else:
            inner.names.difference_update(self.binds)
        reads.absorb(inner)
        return reads

    def some(self, w: VariantWriter, fn: Function, at: int, slot: str, touched: set[str]) -> None:
        if self.code.dynamic or self.entering.touches(touched):
            touched = touched.union(self.binds)
        inner = w.block(self.code, touched)
        if inner is not None:
            self._diff(w.c, fn, at, slot, inner.name, inner.free)


@dataclass
class Repeated(Part):
    """`{% for %}`: one cell, which holds a `Keyed` or the memory of the `{% empty %}` clause."""

    values: Callable[[Function], str]
    loop: Loop
    name: str
    free: dict[str, None]
    parent: Callable[[Function], str]
    certain: bool
    culprit: Culprit | None = None
    variables: tuple[str, ...] = ()  # that an entry binds
    body: Reads = field(default_factory=Reads)  # what entries and `{% empty %}` read from outside
    entry: Content | None = None
    empty: BlockCode | None = None

    def __post_init__(self) -> None:
        self.writes = self.loop.dynamic

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        values, parent = self.values(fn), self.parent(fn)
        result, memory = fn.define(c.module.fresh("x")), fn.define(c.module.fresh("m"))
        free = c.tuple_of(fn, self.free)
        fn.emit(f"{result}, {memory} = {self.name}.full(rt, {values}, {parent}, {free})")
        fn.remember(memory)
        return result

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        with fn.reading() as sequence:
            values = self.values(fn)
        self.sequence = sequence
        if self.body.looks_into(self.variables):
            sequence.look_anywhere()
        fn.reads.absorb(sequence)
        fn.reads.absorb(self.body)
        fn.reads.impure = fn.reads.impure or self.loop.dynamic
        parent = self.parent(fn)
        free = c.tuple_of(fn, self.free)
        fn.emit(f"x = {self.name}.diff(rt, {values}, {parent}, {free}, mem, at + {at})")
        fn.emit(f"if x is not None: d[{slot!r}] = x")


@dataclass
class Hosted(Part):
    """A part that evaluates itself at run time; one cell.

    The object has `full(rt, …) -> (value, memory)` and `diff(rt, memory, …) -> (value or UNCHANGED, memory)`.
    It must not change what it remembered: a render may fail.
    """

    name: str
    arguments: Callable[[Function], str]
    certain: bool = False
    culprit: Culprit | None = None
    writes = True

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        arguments = self.arguments(fn)
        result, memory = fn.define(c.module.fresh("x")), fn.define(c.module.fresh("m"))
        fn.emit(f"{result}, {memory} = {self.name}.full(rt{arguments})")
        fn.remember(memory)
        return result

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        with fn.reading() as given:
            arguments = self.arguments(fn)
        self.given = given
        c.hosts = True
        fn.reads.absorb(given)
        fn.reads.impure = True
        fn.emit(f"x, m = {self.name}.diff(rt, mem[at + {at}]{arguments})")
        fn.emit(f"if m is not mem[at + {at}]: rt.journal.append((mem, at + {at}, m))")
        fn.emit(f"if x is not UNCHANGED: d[{slot!r}] = x")


@dataclass
class Effect:
    """Something done between two parts that shows nothing, such as writing a name."""

    perform: Callable[[Function], None]
    culprit: Culprit | None = None
    quiet: bool = False  # outside dynamic functions it only binds Python variables
    reads_of: Reads = field(default_factory=Reads)
    width = 0
    writes = True


@dataclass
class Content:
    """Static text, parts and effects of a block, in order."""

    items: list[str | Part | Effect] = field(default_factory=list)

    def text(self, text: str) -> None:
        if self.items and isinstance(self.items[-1], str):
            self.items[-1] += text
        elif text:
            self.items.append(text)

    def statics(self) -> tuple[str, ...]:
        statics = [""]
        for item in self.items:
            if isinstance(item, str):
                statics[-1] += item
            elif isinstance(item, Part):
                statics.append("")
        return tuple(statics)

    def parts(self) -> list[Part]:
        return [item for item in self.items if isinstance(item, Part)]
