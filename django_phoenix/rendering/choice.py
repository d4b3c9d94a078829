"""`{% if %}` as code: which branch shows, and what of it is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .branches import Branch, Branches
from .parts import Part
from .reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable

    from .parts import BlockCode
    from .program import Compiler
    from .scope import Scope
    from .source import Culprit, Function
    from .variants import VariantWriter


@dataclass
class Choice(Part):
    """`{% if %}`: the number of the branch that shows (-1: nothing), then the cells of that branch."""

    choose: Callable[[Function], str]
    branches: list[BlockCode | None]
    culprit: Culprit | None = None
    tests: list[tuple[Any, int]] = field(default_factory=list)  # condition (None: else) -> number
    scope: Scope | None = None
    _filler: tuple[str, dict[str, None]] | None = None

    def __post_init__(self) -> None:
        self.width = 1 + max((code.width for code in self.live()), default=0)
        self.writes = any(code.writes for code in self.live())
        self.certain = all(code.balanced for code in self.live())

    def live(self) -> list[BlockCode]:
        return [code for code in self.branches if code is not None]

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        chosen = self.choose(fn)
        fn.flush()
        result = fn.define(c.module.fresh("x"))
        if fn.hot:
            self._fill(c, fn, chosen, f"{result} = ")
        else:
            filler, free = self.filler(c)
            fn.emit(f"{result} = {filler}.fill({c.arguments(fn, 'rt', 'out', chosen, free=free)})")
        return result

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        with fn.reading() as choosing:
            chosen = self.choose(fn)
        self.choosing = choosing
        if fn.compact:
            branches, free = self.filler(c)
            arguments = ("rt", "d", repr(slot), "mem", f"at + {at}", chosen)
            fn.emit(f"{branches}.renew({c.arguments(fn, *arguments, free=free)})")
        else:
            with fn.block(f"if {chosen} == mem[at + {at}]:"):
                self._compare(c, fn, chosen, at, slot)
            self._refill(c, fn, chosen, at, slot)
        fn.reads.absorb(self.gathered())

    def gathered(self) -> Reads:
        """What it reads, by what its branches are known to read."""
        reads = Reads()
        for each in (self.choosing, *[code.reads for code in self.live()]):
            reads.absorb(each)
        return reads

    def some(self, w: VariantWriter, fn: Function, at: int, slot: str, touched: set[str]) -> None:
        branches = [
            (number, w.block(code, touched))
            for number, code in enumerate(self.branches)
            if code is not None and (code.parts or code.effects)
        ]
        if not self.choosing.touches(touched):
            chosen = fn.define(w.c.module.fresh("b"))
            fn.emit(f"{chosen} = mem[at + {at}]")
            self._compare_some(w.c, fn, chosen, at, slot, branches)
            return
        chosen = self.choose(fn)
        with fn.block(f"if {chosen} == mem[at + {at}]:"):
            self._compare_some(w.c, fn, chosen, at, slot, branches)
        self._refill(w.c, fn, chosen, at, slot)

    def _compare_some(
        self,
        c: Compiler,
        fn: Function,
        chosen: str,
        at: int,
        slot: str,
        branches: list[tuple[int, Function | None]],
    ) -> None:
        for number, branch in branches:
            if branch is not None:
                with fn.block(f"if {chosen} == {number}:"):
                    call = c.arguments(fn, "rt", "mem", f"at + {at + 1}", free=branch.free)
                    fn.emit(f"x = {branch.name}({call})")
                    fn.emit(f"if x: d[{slot!r}] = x")

    def _refill(self, c: Compiler, fn: Function, chosen: str, at: int, slot: str) -> None:
        with fn.block("else:"):
            filler, free = self.filler(c)
            arguments = ("rt", "mem", f"at + {at}", str(self.width), f"{filler}.fill", chosen)
            fn.emit(f"d[{slot!r}] = refill({c.arguments(fn, *arguments, free=free)})")

    def filler(self, c: Compiler) -> tuple[str, dict[str, None]]:
        """The name of the object that shows a branch for the first time, and what that needs."""
        if self._filler is None:
            free = {name: None for code in self.live() for name in code.free}
            order = list(free)
            branches = Branches(self.width)
            for number, code in enumerate(self.branches):
                if code is not None:
                    padding = (None,) * (self.width - 1 - code.width)
                    picks = tuple(order.index(name) for name in code.free)
                    branch = branches.shown[number] = Branch(code.block, picks, padding)
                    c.module.bind(branch, "full", code.full)
                    if code.parts or code.effects:
                        c.module.bind(branch, "diff", code.diff)
            self._filler = c.module.constant("C", branches), free
        return self._filler

    def _compare(self, c: Compiler, fn: Function, chosen: str, at: int, slot: str) -> None:
        word = "if"
        for number, code in enumerate(self.branches):
            if code is None or not (code.parts or code.effects):
                continue
            with fn.block(f"{word} {chosen} == {number}:"):
                call = c.arguments(fn, "rt", "mem", f"at + {at + 1}", free=code.free)
                fn.emit(f"x = {code.diff}({call})")
                fn.emit(f"if x: d[{slot!r}] = x")
            word = "elif"

    def _fill(self, c: Compiler, fn: Function, chosen: str, result: str) -> None:
        word = "if"
        for number, code in enumerate(self.branches):
            if code is None:
                continue
            with fn.block(f"{word} {chosen} == {number}:"):
                padding = [None] * (self.width - 1 - code.width)
                if code.width == 0:
                    fn.emit(f"out += {(number, *padding)!r}")
                    fn.emit(f"{result}{c.full_call(fn, code)}")
                elif not padding:
                    fn.emit(f"out.append({number})")
                    fn.emit(f"{result}{c.full_call(fn, code)}")
                else:
                    fn.emit(f"out.append({number})")
                    fn.emit(f"x = {c.full_call(fn, code)}")
                    fn.emit(f"out += {tuple(padding)!r}")
                    fn.emit(f"{result}x")
            word = "elif"
        with fn.block("else:") if word == "elif" else fn.block("if True:"):
            fn.emit(f"out += {(-1, *[None] * (self.width - 1))!r}")
            fn.emit(f"{result}''")
