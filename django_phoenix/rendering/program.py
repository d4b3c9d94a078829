"""Django's node tree into Python functions, once per template.

`Compiler` writes one *program*: a template with the chain it extends, for one autoescape setting. It runs
over the nodes twice if it meets a tag of unknown behaviour: the first run finds out which scopes such tags
stand in, the second one writes those scopes so that the tags find, and may change, a real context.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode

from . import roots
from .block_functions import write_block
from .chain import Blocks, extends_node, is_literal, literal_include, overriding_blocks
from .errors import line_of
from .nodes import compile_node
from .parts import BlockCode, Content
from .rendered import Block
from .runtime import HELPERS
from .scope import BlockName, Local, LoopVariables, Scope
from .source import Function, Module, forget

if TYPE_CHECKING:
    from django.template.base import Node as TemplateNode
    from django.template.base import Template

    from .dirty import Tracker
    from .keyed import Loop
    from .nodes import Roots
    from .reads import Pool
    from .source import Culprit

numbers = itertools.count(1)

FEW = 3  # names, up to which it is faster to look for each than to put all together
BIG = 8000  # characters of source, from which on what runs seldom is written in the shortest way


@dataclass(eq=False)
class Program:
    """The generated code of a template and its chain."""

    chain: tuple[Template, ...]
    block: Block
    dynamic: bool  # tags may write into the context
    settled: bool  # the chain does not depend on the context
    includes: list[str]  # names of the templates it includes by literal names
    opaque_parts: list[tuple[str, int, str]]
    blocks: Blocks | None  # what the chain defines, if it is one
    module: Module = field(repr=False)
    compiler: Compiler = field(repr=False)
    code: BlockCode = field(repr=False)
    full: Callable[..., Any] = field(init=False, repr=False)
    diff: Callable[..., Any] = field(init=False, repr=False)
    tracker: Tracker | Literal[False] | None = None  # None: not yet; False: comparing names would not pay
    followed: int = 0  # how often the program has been compared

    @property
    def source(self) -> str:
        """The generated code, of which much may not have been compiled yet."""
        return self.module.source()


class Compiler:
    """Writes one program."""

    def __init__(
        self, chain: tuple[Template, ...], autoescape: bool, region: str | None, roots: Roots | None = None
    ) -> None:
        self.chain = chain
        self.template = chain[0]
        self.autoescape = autoescape
        self.region = region
        self.roots = roots or {}
        self.blocks = overriding_blocks(chain)
        self.is_big = sum(len(template.source) for template in chain) > BIG
        self.marks: set[Hashable] = set()
        self.loops: list[tuple[Loop, dict[str, str]]] = []
        self.start()

    def start(self) -> None:
        name = f"<django_phoenix {next(numbers)}: {str(self.template.name)!a}>"
        self.module = Module(name, HELPERS)
        self.names: dict[str, str] = {}  # name in the context -> Python variable
        self.context_names: dict[str, str] = {}  # and back
        self.bound_names: dict[str, str] = {}  # Python variable -> name that `with` or `for` bind
        self.loops = []
        self.opaque_parts: list[tuple[str, int, str]] = []
        self.opaque_nodes: set[int] = set()
        self.pool: Pool = {}
        self.includes: list[str] = []
        self.popped: dict[str, int] = {}
        self.partials: dict[Hashable, tuple[Scope, BlockCode | None]] = {}
        self.owner = self.chain[0]
        self.gathering: Scope | None = None  # of a component's tag whose body is being looked through
        self.depth = 0
        self.hosts = False  # other programs are run within this one
        self.shows_names = False  # to others, all that there are: templates that it includes, unknown tags
        self.new_marks: set[Hashable] = set()

    # -- the program

    def program(self) -> Program:
        code = self.write()
        while not self.new_marks <= self.marks:
            self.marks |= self.new_marks
            self.start()
            code = self.write()
        return self.finish(code)

    def write(self) -> BlockCode:
        scope = Scope("root", dynamic="root" in self.marks, autoescape=self.autoescape)
        if self.region is not None:
            return self.region_code(scope)
        return self.code(scope, self.top_nodes())

    def region_code(self, scope: Scope) -> BlockCode:
        assert self.region is not None
        block_node = self.definition(self.region, 0)
        assert block_node is not None
        with_block = self.child(scope, (id(block_node), "region"))
        with_block.names["block"] = BlockName(block_node, 1 if len(self.chain) > 1 else -1)
        self.popped[self.region] = 1
        return self.code(with_block, self.owned(block_node), block_node)

    def top_nodes(self) -> Iterable[TemplateNode]:
        """What a chain renders: of each child only what stands before `{% extends %}`, then the root."""
        for template in self.chain:
            self.owner = template
            for node in template.nodelist:
                if isinstance(node, ExtendsNode) and len(self.chain) > 1:
                    break
                yield node

    def finish(self, code: BlockCode) -> Program:
        self.entrance("root_full", ("rt", "out"), code.full, code.free)
        self.entrance("root_diff", ("rt", "mem", "at"), code.diff, code.free)
        for loop, functions in self.loops:
            for attribute, name in functions.items():
                self.module.bind(loop, attribute, name)
        program = Program(
            chain=self.chain,
            block=code.block,
            dynamic="root" in self.marks,
            settled=all(extends is None or is_literal(extends) for extends in map(extends_node, self.chain)),
            includes=self.includes,
            opaque_parts=self.opaque_parts,
            blocks=self.blocks if len(self.chain) > 1 else None,
            module=self.module,
            compiler=self,
            code=code,
        )
        self.module.bind(program, "full", "root_full")
        self.module.bind(program, "diff", "root_diff")
        weakref.finalize(program, forget, self.module.name)
        return program

    def entrance(
        self,
        name: str,
        first: tuple[str, ...],
        target: str,
        free: Iterable[str],
        numbers: dict[str, int] | None = None,
    ) -> None:
        """A function through which the program is entered: it reads the names that the program needs.

        `numbers` tells for each variable its place among the tracked values, if those are at hand.
        """
        fn = Function(name, first, dynamic="root" in self.marks)
        if fn.dynamic and self.region is not None:
            region = self.module.constant("N", self.definition(self.region, 0))
            fn.emit(f"enter_block(rt, {region})")
        call = self.arguments(fn, *first, free=free)
        needed = [each for each, variable in self.names.items() if variable in fn.free]
        few = numbers is None and len(needed) <= FEW
        if not few:
            fn.emit("names = rt.names" if numbers is None else "values = rt.watch.values")
        for each in needed:
            variable = self.names[each]
            if few:
                found = f"named(rt, {each!r})"
            else:
                found = f"names.get({each!r}, MISSING)" if numbers is None else f"values[{numbers[variable]}]"
            fn.emit(f"{variable} = {found}")
        fn.emit(f"return {target}({call})")
        self.module.add(fn, ())

    @property
    def is_rehearsal(self) -> bool:
        """Whether this run is known to be in vain: it only goes on to find out what else has to be marked."""
        return not self.new_marks <= self.marks

    # -- blocks of code

    def code(self, scope: Scope, nodes: Iterable[TemplateNode], at: TemplateNode | None = None) -> BlockCode:
        """Compile nodes into a block with its own fingerprint."""
        self.depth += 1
        content = self.content(scope, nodes)
        self.depth -= 1
        compact = self.is_big and scope.loop() is None
        return write_block(self, content, scope.dynamic, self.place(at), compact=compact)

    def content(self, scope: Scope, nodes: Iterable[TemplateNode]) -> Content:
        content = Content()
        self.fill(content, scope, nodes)
        return content

    def fill(self, content: Content, scope: Scope, nodes: Iterable[TemplateNode]) -> None:
        for node in nodes:
            compile_node(self, content, scope, node)

    def block(self, content: Content, name: str) -> Block:
        statics = content.statics()
        certain = all(part.certain for part in content.parts())
        return Block(statics, root=certain and roots.is_one_root(statics), name=name)

    def balanced(self, content: Content) -> bool:
        return all(part.certain for part in content.parts()) and roots.is_balanced(content.statics())

    # -- calls between generated functions

    def arguments(self, fn: Function, *first: str, free: Iterable[str]) -> str:
        """The arguments of a call; names of the context are looked up now if they may have been written."""
        return ", ".join([*first, *(self.variable(fn, name) for name in free)])

    def tuple_of(self, fn: Function, free: Iterable[str]) -> str:
        return f"({''.join(f'{self.variable(fn, name)}, ' for name in free)})"

    def variable(self, fn: Function, variable: str) -> str:
        if fn.dynamic and variable in self.context_names:
            fn.reads.names.add(variable)
            fn.define(variable)
            fn.emit(f"{variable} = lookup(rt, {self.context_names[variable]!r})")
        return fn.use(variable)

    def full_call(self, fn: Function, code: BlockCode) -> str:
        block = self.module.constant("B", code.block)
        return f"node(rt, {code.full}({self.arguments(fn, 'rt', 'out', free=code.free)}), {block})"

    def context_variable(self, name: str) -> str:
        if name not in self.names:
            variable = self.names[name] = self.module.fresh("n")
            self.context_names[variable] = name
        return self.names[name]

    def constant(self, value: Any) -> str:
        return self.module.constant("K", value)

    # -- scopes

    def child(self, scope: Scope, key: Hashable) -> Scope:
        return Scope(key, scope, dynamic=key in self.marks, autoescape=scope.autoescape)

    def bind(self, scope: Scope, name: str) -> str:
        variable = self.module.fresh("v")
        self.bound_names[variable] = name
        scope.names[name] = Local(variable)
        return variable

    def mark(self, scope: Scope) -> None:
        """A tag here may read or write any name: this scope and those around it need a real context."""
        for each in scope.chain():
            self.new_marks.add(each.key)

    def layer(self, fn: Function, scope: Scope) -> str:
        """A dict display of all that the template itself has bound here."""
        items = []
        for name, binding in scope.visible().items():
            if isinstance(binding, Local):
                items.append(f"{name!r}: {fn.use(binding.variable)}")
            elif isinstance(binding, LoopVariables):
                items.append(f"{name!r}: {fn.use(binding.ask())}")
            else:
                items.append(f"{name!r}: block_value(rt, {self.constant(binding)})")
        return f"{{{', '.join(items)}}}"

    # -- the chain of templates

    def definition(self, name: str, depth: int) -> BlockNode | None:
        """The definition of a block after `depth` more derived ones."""
        found = [blocks[name] for blocks in self.blocks if name in blocks]
        return found[depth] if depth < len(found) else None

    def owned(self, node: BlockNode) -> Iterable[TemplateNode]:
        """The contents of a block; errors in it belong to the template that defines it."""
        outer, self.owner = self.owner, self.template_of(node)
        yield from node.nodelist
        self.owner = outer

    def template_of(self, node: TemplateNode) -> Template:
        for template, blocks in zip(self.chain, self.blocks, strict=True):
            if any(node is block for block in blocks.values()):
                return template
        return self.owner

    # -- places, for people

    def culprit(self, node: TemplateNode) -> Culprit:
        return self.owner, node

    def place(self, node: TemplateNode | None) -> str:
        line = self.line(node) if node is not None else 1
        return f"{self.owner.name or self.owner.origin.name}:{line}"

    def line(self, node: TemplateNode) -> int:
        return line_of(self.owner, getattr(node, "token", None))

    def include(self, node: IncludeNode) -> None:
        name = literal_include(node)
        if name is not None:
            self.includes.append(name)
        if not node.isolated_context:
            self.shows_names = True

    def opaque(self, node: TemplateNode) -> None:
        name = self.owner.name or self.owner.origin.name
        self.opaque_parts.append((str(name), self.line(node), describe(node)))


def describe(node: TemplateNode) -> str:
    token = getattr(node, "token", None)
    contents = f" {{% {token.contents} %}}" if token is not None else ""
    return f"{type(node).__module__}.{type(node).__qualname__}{contents}"
