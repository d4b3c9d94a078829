"""Django's node tree into Python functions, once per template.

`Compiler` writes one *program*: a template with the chain it extends, for one autoescape setting. It runs over the
nodes twice if it meets a tag of unknown behaviour: the first run finds out which scopes such tags stand in, the second
one writes those scopes so that the tags find, and may change, a real context (see `scope`).
"""

from __future__ import annotations

import itertools
import logging
import weakref
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.template.base import TextNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode, construct_relative_path

from . import parts, roots
from .nodes import compile_node
from .rendered import Block
from .runtime import HELPERS
from .scope import BlockName, Local, LoopVariables, Scope
from .source import Function, Module, forget

if TYPE_CHECKING:
    from django.template.base import Node as TemplateNode
    from django.template.base import Template

    from .keyed import Loop
    from .source import Culprit

logger = logging.getLogger("django_phoenix.rendering")

numbers = itertools.count(1)


@dataclass(eq=False)
class Program:
    """The generated code of a template and its chain."""

    chain: tuple[Template, ...]
    block: Block
    width: int
    full: Callable[..., Any]
    diff: Callable[..., Any]
    dynamic: bool  # tags may write into the context
    reads: frozenset[str]  # names of the context that it reads, as far as known
    includes: list[str]  # names of the templates it includes by literal names
    opaque_parts: list[tuple[str, int, str]]
    blocks: list[dict[str, BlockNode]] | None
    region: str | None
    source: str = field(repr=False)


class Compiler:
    """Writes one program."""

    def __init__(self, chain: tuple[Template, ...], autoescape: bool, region: str | None) -> None:
        self.chain = chain
        self.template = chain[0]
        self.autoescape = autoescape
        self.region = region
        self.blocks = overriding_blocks(chain)
        self.marks: set[Hashable] = set()
        self.loops: list[tuple[Loop, dict[str, str]]] = []
        self.start()

    def start(self) -> None:
        name = f"<django_phoenix {next(numbers)}: {str(self.template.name)!a}>"
        self.module = Module(name, HELPERS)
        self.names: dict[str, str] = {}
        self.loops = []
        self.opaque_parts: list[tuple[str, int, str]] = []
        self.includes: list[str] = []
        self.popped: dict[str, int] = {}
        self.owner = self.chain[0]
        self.new_marks: set[Hashable] = set()

    # -- the program

    def program(self) -> Program:
        code = self.write()
        while not self.new_marks <= self.marks:
            self.marks |= self.new_marks
            self.start()
            code = self.write()
        return self.finish(code)

    def write(self) -> parts.BlockCode:
        scope = Scope("root", dynamic="root" in self.marks, autoescape=self.autoescape)
        if self.region is not None:
            return self.region_code(scope)
        return self.code(scope, self.top_nodes())

    def region_code(self, scope: Scope) -> parts.BlockCode:
        assert self.region is not None
        block_node = self.definition(self.region, 0)
        assert block_node is not None
        with_block = self.child(scope, (id(block_node), "region"))
        with_block.names["block"] = BlockName(block_node, 1 if len(self.chain) > 1 else -1)
        self.popped[self.region] = 1
        return self.code(with_block, self.owned(block_node), block_node)

    def top_nodes(self) -> Iterable[TemplateNode]:
        """What is rendered of a chain: of each child only the text before its `{% extends %}`, then the root."""
        for template in self.chain:
            self.owner = template
            for node in template.nodelist:
                if isinstance(node, ExtendsNode) and len(self.chain) > 1:
                    break
                yield node

    def finish(self, code: parts.BlockCode) -> Program:
        dynamic = "root" in self.marks
        first = Function("root_full", ("rt", "out"), dynamic=dynamic)
        later = Function("root_diff", ("rt", "mem", "at"), dynamic=dynamic)
        for fn, target in ((first, code.full), (later, code.diff)):
            opening = dynamic and self.region is not None
            if opening:
                region = self.module.constant("N", self.definition(str(self.region), 0))
                fn.emit(f"outer = enter_block(rt, {region})")
            call = self.arguments(fn, *fn.first, free=code.free)
            names = [name for name, variable in self.names.items() if variable in fn.free]
            if names:
                fn.emit("names = rt.names")
            for name in names:
                fn.emit(f"{self.names[name]} = names.get({name!r}, MISSING)")
            fn.emit(f"return {target}({call})")
            self.module.add(fn, ())
        namespace = self.module.run()
        for loop, functions in self.loops:
            for attribute, name in functions.items():
                setattr(loop, attribute, namespace[name])
        program = Program(
            chain=self.chain,
            block=code.block,
            width=code.width,
            full=namespace["root_full"],
            diff=namespace["root_diff"],
            dynamic=dynamic,
            reads=frozenset(self.names),
            includes=self.includes,
            opaque_parts=self.opaque_parts,
            blocks=self.blocks if len(self.chain) > 1 else None,
            region=self.region,
            source="\n".join(line for line, _ in self.module.lines),
        )
        weakref.finalize(program, forget, self.module.name)
        return program

    # -- blocks of code

    def code(
        self, scope: Scope, nodes: Iterable[TemplateNode], at: TemplateNode | None = None
    ) -> parts.BlockCode:
        """Compile nodes into a block with its own fingerprint."""
        return parts.write(self, self.content(scope, nodes), scope.dynamic, self.place(at))

    def content(self, scope: Scope, nodes: Iterable[TemplateNode]) -> parts.Content:
        content = parts.Content()
        self.fill(content, scope, nodes)
        return content

    def fill(self, content: parts.Content, scope: Scope, nodes: Iterable[TemplateNode]) -> None:
        for node in nodes:
            compile_node(self, content, scope, node)

    def block(self, content: parts.Content, name: str) -> Block:
        statics = content.statics()
        certain = all(part.certain for part in content.parts())
        return Block(statics, root=certain and roots.is_one_root(statics), name=name)

    def balanced(self, content: parts.Content) -> bool:
        return all(part.certain for part in content.parts()) and roots.is_balanced(content.statics())

    # -- calls between generated functions

    def arguments(self, fn: Function, *first: str, free: Iterable[str]) -> str:
        """The arguments of a call, where names of the context are looked up now if they may have been written."""
        return ", ".join([*first, *(self.variable(fn, name) for name in free)])

    def tuple_of(self, fn: Function, free: Iterable[str]) -> str:
        return f"({''.join(f'{self.variable(fn, name)}, ' for name in free)})"

    def variable(self, fn: Function, variable: str) -> str:
        if fn.dynamic and variable in self.context_names:
            fn.define(variable)
            fn.emit(f"{variable} = lookup(rt, {self.context_names[variable]!r})")
        return fn.use(variable)

    def full_call(self, fn: Function, code: parts.BlockCode) -> str:
        block = self.module.constant("B", code.block)
        return f"node(rt, {code.full}({self.arguments(fn, 'rt', 'out', free=code.free)}), {block})"

    def context_variable(self, name: str) -> str:
        if name not in self.names:
            self.names[name] = self.module.fresh("n")
        return self.names[name]

    @property
    def context_names(self) -> dict[str, str]:
        return {variable: name for name, variable in self.names.items()}

    def constant(self, value: Any) -> str:
        return self.module.constant("K", value)

    # -- scopes

    def child(self, scope: Scope, key: Hashable) -> Scope:
        return Scope(key, scope, dynamic=key in self.marks, autoescape=scope.autoescape)

    def bind(self, scope: Scope, name: str) -> str:
        variable = self.module.fresh("v")
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

    def owned(self, node: TemplateNode) -> Iterable[TemplateNode]:
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
        token = getattr(node, "token", None)
        if token is None:
            return 0
        if token.position is not None:
            return self.owner.source.count("\n", 0, token.position[0]) + 1
        return int(token.lineno)

    def include(self, node: IncludeNode) -> None:
        name = literal_include(node)
        if name is not None:
            self.includes.append(name)

    def opaque(self, node: TemplateNode) -> None:
        name = self.owner.name or self.owner.origin.name
        self.opaque_parts.append((str(name), self.line(node), describe(node)))


def literal_include(node: IncludeNode) -> str | None:
    """The name of the template that is always included here."""
    target = node.template
    if target.is_var or target.filters or not isinstance(target.var, str):
        return None
    return construct_relative_path(node.origin.template_name, str(target.var))


def describe(node: TemplateNode) -> str:
    token = getattr(node, "token", None)
    contents = f" {{% {token.contents} %}}" if token is not None else ""
    return f"{type(node).__module__}.{type(node).__qualname__}{contents}"


def overriding_blocks(chain: tuple[Template, ...]) -> list[dict[str, BlockNode]]:
    """For each template of a chain its blocks by name, as `{% extends %}` gathers them."""
    found = []
    for template in chain:
        extends = extends_node(template)
        if extends is not None and len(chain) > 1:
            found.append(dict(extends.blocks))
        else:
            found.append({node.name: node for node in template.nodelist.get_nodes_by_type(BlockNode)})
    return found


def extends_node(template: Template) -> ExtendsNode | None:
    """`{% extends %}` of a template: it is the first thing that is not text."""
    for node in template.nodelist:
        if not isinstance(node, TextNode):
            return node if isinstance(node, ExtendsNode) else None
    return None
