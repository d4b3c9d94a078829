"""Python source under construction: functions that know which variables they need from outside."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Hashable, Iterable
from contextlib import contextmanager
from threading import RLock
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString

from .reads import Reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.template.base import Node, Template


Culprit = tuple["Template", "Node"]
Lines = list[tuple[str, "Culprit | None"]]

CULPRITS = (
    "LINES OF THIS MODULE"  # a name in generated code: all its lines, each with what of the template it does
)


writing = RLock()  # held to add to a program that is already in use


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
        self.hot = False  # runs once for each entry of a loop: rather fast than short
        self.compact = False  # runs seldom: rather short than fast
        self.prefetched: dict[tuple[str, str], str] = {}  # (variable, attribute) -> variable that may hold it
        self.pending: list[str] = []  # cells to be appended to `out`
        self.reads = Reads()  # of the part that is being written

    def emit(self, line: str) -> None:
        self.lines.append(("    " * self.depth + line, self.culprit))

    def block(self, line: str) -> Indented:
        self.emit(line)
        return Indented(self)

    @contextmanager
    def aside(self) -> Iterator[Lines]:
        """Lines emitted inside go into a list of their own, to be placed later."""
        outer, self.lines = self.lines, []
        yield self.lines
        self.lines = outer

    @contextmanager
    def reading(self) -> Iterator[Reads]:
        """What is read inside is gathered by itself."""
        outer, self.reads = self.reads, Reads()
        yield self.reads
        self.reads = outer

    def use(self, name: str) -> str:
        if name in self.own:
            self.reads.local.add(name)
        else:
            self.free[name] = None
            self.reads.names.add(name)
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
        return [(f"def {self.name}({', '.join(names)}):", None), *self.lines]


class Indented:
    """The body of a compound statement."""

    __slots__ = ("fn", "start")

    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.start = len(fn.lines)

    def __enter__(self) -> None:
        self.fn.depth += 1

    def __exit__(self, *error: object) -> None:
        if len(self.fn.lines) == self.start:
            self.fn.emit("pass")
        self.fn.depth -= 1


class Module:
    """All functions of one program, and the objects they name."""

    def __init__(self, name: str, helpers: dict[str, Any]) -> None:
        self.name = name
        self.lines: Lines = []
        self.namespace = {**helpers, CULPRITS: self.lines}
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
        start = len(self.lines)
        self.lines += function.text(parameters)
        self.namespace[function.name] = Late(self, function.name, start, len(self.lines))

    def share(self, function: Function) -> str:
        """Add a function, or take one of the same text; errors in it are the caller's. Return its name."""
        text = tuple(line for line, _ in function.lines)
        name = self._shared.get((*function.first, *text))
        if name is None:
            name = self._shared[(*function.first, *text)] = function.name
            self.add(function)
        return name

    def bind(self, owner: Any, attribute: str, name: str) -> None:
        """Have a function of this module as an attribute of some object."""
        function = self.namespace[name]
        if type(function) is Late:
            function.places.append((owner, attribute))
        setattr(owner, attribute, function)

    def source(self) -> str:
        return "".join(f"{line}\n" for line, _ in self.lines)


class Late:
    """A function that is compiled when it is first called: of a template many never are, or much later.

    Then it takes its own place.
    """

    __slots__ = ("end", "made", "module", "name", "places", "start")

    def __init__(self, module: Module, name: str, start: int, end: int) -> None:
        self.module = module
        self.name = name
        self.start = start
        self.end = end
        self.places: list[tuple[Any, str]] = []
        self.made: Callable[..., Any] | None = None  # whoever took it before it was compiled calls it again

    def __call__(self, *arguments: Any) -> Any:
        return (self.made or self.function())(*arguments)

    def function(self) -> Callable[..., Any]:
        module = self.module
        text = "\n".join([line for line, _ in module.lines[self.start : self.end]])
        outer: CodeType = compile(text, module.name, "exec", dont_inherit=True)
        (code,) = (constant for constant in outer.co_consts if type(constant) is CodeType)
        code = code.replace(co_firstlineno=self.start + 1)
        function = self.made = FunctionType(code, module.namespace)
        module.namespace[self.name] = function
        for owner, attribute in self.places:
            setattr(owner, attribute, function)
        return function


def show_source(name: str, lines: Lines) -> None:
    """Let tracebacks show the lines of generated code."""
    if name not in linecache.cache:
        text = [f"{line}\n" for line, _ in lines]
        linecache.cache[name] = (sum(map(len, text)), None, text, name)


def forget(name: str) -> None:
    """Drop the source kept for tracebacks."""
    linecache.cache.pop(name, None)
