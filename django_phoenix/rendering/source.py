"""Python source under construction: functions that know which variables they need from outside."""

from __future__ import annotations

import linecache
from collections.abc import Hashable, Iterable
from contextlib import contextmanager
from types import CodeType
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.template.base import Node, Template


Culprit = tuple["Template", "Node"]
Lines = list[tuple[str, "Culprit | None"]]

CULPRITS = "CULPRITS"  # a name in generated code: for each line of it, what of the template it does


class Function:
    """One generated function. Names used but not defined in it become parameters, in order of first use."""

    def __init__(self, name: str, first: tuple[str, ...], *, dynamic: bool = False) -> None:
        self.name = name
        self.first = first  # the parameters that every function of this kind has
        self.dynamic = dynamic  # reads names of the context at the moment of use, since a tag may write them
        self.free: dict[str, None] = {}
        self.own: set[str] = set(first)
        self.lines: Lines = []
        self.culprit: Culprit | None = None
        self.depth = 1
        self.prefetched: dict[tuple[str, str], str] = {}  # (variable, attribute) -> variable that may hold it
        self.pending: list[str] = []  # cells to be appended to `out`

    def emit(self, line: str) -> None:
        self.lines.append(("    " * self.depth + line, self.culprit))

    @contextmanager
    def block(self, line: str) -> Iterator[None]:
        self.emit(line)
        self.depth += 1
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.emit("pass")
        self.depth -= 1

    @contextmanager
    def aside(self) -> Iterator[Lines]:
        """Lines emitted inside go into a list of their own, to be placed later."""
        outer, self.lines = self.lines, []
        yield self.lines
        self.lines = outer

    def use(self, name: str) -> str:
        if name not in self.own:
            self.free[name] = None
        return name

    def define(self, name: str) -> str:
        self.own.add(name)
        return name

    def remember(self, *cells: str) -> None:
        self.pending += cells

    def flush(self) -> None:
        """Write the cells gathered so far, before someone else appends his."""
        if len(self.pending) == 1 and not self.pending[0].startswith("*"):
            self.emit(f"out.append({self.pending[0]})")
        elif self.pending:
            self.emit(f"out += ({', '.join(self.pending)},)")
        self.pending = []

    def text(self, parameters: Iterable[str] | None = None) -> Lines:
        names = [*self.first, *(self.free if parameters is None else parameters)]
        return [(f"def {self.name}({', '.join(names)}):", None), *self.lines, ("", None)]


class Module:
    """All functions of one program, and the objects they name."""

    def __init__(self, name: str, helpers: dict[str, Any]) -> None:
        self.name = name
        self.namespace = dict(helpers)
        self.lines: Lines = []
        self.count = 0
        self._constants: dict[Hashable, str] = {}
        self._shared: dict[tuple[str, ...], str] = {}

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def constant(self, prefix: str, value: Any) -> str:
        """A name under which generated code finds this object.

        Text of users gets into code only so, or by repr.
        """
        key = (prefix, type(value), value if type(value) in (str, SafeString, int) else id(value))
        name = self._constants.get(key)
        if name is None:
            name = self._constants[key] = self.fresh(prefix)
            self.namespace[name] = value
        return name

    def add(self, function: Function, parameters: Iterable[str] | None = None) -> None:
        self.lines += function.text(parameters)

    def share(self, function: Function) -> str:
        """Add a function, or take one of the same text; errors in it are the caller's. Return its name."""
        text = tuple(line for line, _ in function.lines)
        name = self._shared.get((*function.first, *text))
        if name is None:
            name = self._shared[(*function.first, *text)] = function.name
            self.add(function)
        return name

    def run(self) -> dict[str, Any]:
        source = "\n".join(line for line, _ in self.lines)
        code: CodeType = compile(source, self.name, "exec", dont_inherit=True)
        linecache.cache[self.name] = (len(source), None, source.splitlines(keepends=True), self.name)
        self.namespace[CULPRITS] = [culprit for _, culprit in self.lines]
        exec(code, self.namespace)
        return self.namespace


def forget(name: str) -> None:
    """Drop the source kept for tracebacks."""
    linecache.cache.pop(name, None)
