"""What a template became: its blocks, their parts, what each reads, and what is evaluated always and why.

For people who want to know what a page costs; see `manage.py phx_template`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import FilterExpression, VariableNode
from django.template.defaulttags import IfNode, NowNode
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode
from django.templatetags.static import StaticNode

from .chain import literal_include
from .choice import Choice
from .compiler import compile_template
from .errors import line_of, text_of
from .include import Include
from .nodes import DEPTH, handler_for
from .parts import Effect, Hosted, Nested, Part, Repeated
from .purity import PURE
from .reads import ANYWHERE, Reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .parts import BlockCode, Content
    from .program import Compiler, Program
    from .rendered import Block


@dataclass
class BlockView:
    """A piece of template with a fingerprint of its own: texts around parts."""

    name: str  # "template:line"
    label: str  # which branch it is, or ""
    statics: list[str]
    size: int  # of the statics, bytes as JSON
    parts: list[PartView]

    def pieces(self) -> Iterator[str | PartView]:
        """Statics and parts in the order of the template."""
        statics = iter(self.statics)
        yield next(statics)
        for part in self.parts:
            yield part
            if part.kind != "effect":
                yield next(statics)


@dataclass
class PartView:
    """One part of a block."""

    kind: str  # text, if, for, with, include, component, opaque, or effect, which shows nothing
    template: str
    line: int
    source: str  # as it stands in the template
    reads: list[str]  # names, with the paths that are followed from them
    always: bool  # evaluated at every render
    why: str  # it is, or ""
    blocks: list[BlockView] = field(default_factory=list)


def anatomy(program: Program) -> BlockView:
    """The program as data. Included templates are shown where they are named literally."""
    return Anatomist(program, frozenset()).block(program.code, "")


class Anatomist:
    """Describes the parts of one program."""

    def __init__(self, program: Program, outer: frozenset[Program]) -> None:
        self.c: Compiler = program.compiler
        self.outer = outer | {program}
        self.names = {**self.c.context_names, **self.c.bound_names}

    def block(self, code: BlockCode, label: str) -> BlockView:
        return self.described(code.block, code.content, label)

    def described(self, block: Block, content: Content, label: str) -> BlockView:
        items = [item for item in content.items if not isinstance(item, str)]
        parts = [self.part(item) for item in items if isinstance(item, Part) or not item.quiet]
        return BlockView(block.name, label, list(block.statics), block.size, parts)

    def part(self, item: Part | Effect) -> PartView:
        template, node = item.culprit or (self.c.template, None)
        reads = own_reads(item)
        is_opaque = id(node) in self.c.opaque_nodes
        why = reason(item, node, reads, is_opaque)
        return PartView(
            kind_of(item, node, is_opaque),
            str(template.name or template.origin.name),
            line_of(template, getattr(node, "token", None)),
            source_of(template, node),
            self.readable(reads),
            bool(why),
            why,
            self.blocks(item),
        )

    def readable(self, reads: Reads) -> list[str]:
        """The reads as they are written in templates."""
        found = []
        for variable in reads.names | reads.local | reads.paths.keys():
            name = self.names.get(variable)
            if name is None:
                continue
            paths = reads.paths.get(variable, set()) - {ANYWHERE}
            found += [".".join((name, *path)) for path in paths] if paths else [name]
        return sorted(found)

    # -- what is in it

    def blocks(self, item: Part | Effect) -> list[BlockView]:
        if isinstance(item, Nested):
            return [self.block(item.code, "")]
        if isinstance(item, Choice):
            labels = ["if", *["elif"] * len(item.branches)]
            labels = [
                "else" if test is None else label
                for (test, _), label in zip(item.tests, labels, strict=False)
            ]
            return [
                self.block(code, label)
                for code, label in zip(item.branches, labels, strict=True)
                if code is not None
            ]
        if isinstance(item, Repeated):
            return self.entries(item)
        if isinstance(item, Hosted):
            return self.included(self.c.module.namespace[item.name])
        return []

    def entries(self, loop: Repeated) -> list[BlockView]:
        found = []
        if loop.entry is not None:
            found.append(self.described(loop.loop.block, loop.entry, "each"))
        if loop.empty is not None and not loop.empty.empty:
            found.append(self.block(loop.empty, "empty"))
        return found

    def included(self, include: Any) -> list[BlockView]:
        name = literal_include(include.node) if type(include) is Include else None
        if name is None:
            return []
        try:
            program = compile_template(self.c.template.engine.get_template(name)).compiled()
        except (TemplateDoesNotExist, TemplateSyntaxError):  # of which Django tells when the tag is rendered
            return []
        if program in self.outer:
            return []
        return [Anatomist(program, self.outer).block(program.code, "")]


def own_reads(item: Part | Effect) -> Reads:
    """What a part reads by itself, not what its contents read."""
    if isinstance(item, Nested):
        return item.entering
    if isinstance(item, Choice):
        return item.choosing
    if isinstance(item, Repeated):
        return item.sequence
    if isinstance(item, Hosted):
        return item.given
    return item.reads_of


def kind_of(item: Part | Effect, node: Any, is_opaque: bool) -> str:
    if isinstance(item, Effect):
        return "effect"
    if is_opaque:
        return "opaque"
    if isinstance(item, Hosted):
        return "include" if isinstance(node, IncludeNode) else "component"
    return {Nested: "with", Choice: "if", Repeated: "for"}.get(type(item), "text")


def reason(item: Part | Effect, node: Any, reads: Reads, is_opaque: bool) -> str:
    """Why a part is evaluated at every render; "" if it is not, or if that is a matter of its own parts."""
    if isinstance(item, Effect):
        return "it writes a name, which tags below may read"
    if is_opaque and handler_for(type(node)) is None:
        return f"the compiler does not know {type(node).__name__}, so Django renders it"
    if is_opaque:
        return f"Django renders this form of it, or what stands more than {DEPTH} blocks deep"
    if isinstance(item, Hosted) or not reads.impure:
        return ""
    if isinstance(node, SimpleNode):
        return f"{node.func.__name__}() may answer differently each time"
    if isinstance(node, StaticNode):
        return "the storage of static files is asked each time"
    if isinstance(node, NowNode):
        return "a clock never stands still"
    return impure_filters(node) or "what it shows may change by itself"


def impure_filters(node: Any) -> str:
    """The filters at a node that may answer differently for the same values."""
    functions = [function for each in expressions_of(node) for function, _ in each.filters]
    names = {function.__name__ for function in functions if function not in PURE}
    if not names:
        return ""
    return f"filter {', '.join(sorted(names))}: not known to answer the same for the same values"


def expressions_of(node: Any) -> Iterator[FilterExpression]:
    if isinstance(node, IfNode):
        yield from (each for test, _ in node.conditions_nodelists for each in operands(test))
    elif node is not None:
        yield from (each for each in vars(node).values() if isinstance(each, FilterExpression))


def operands(test: Any) -> Iterator[FilterExpression]:
    """The filter expressions of one condition."""
    if isinstance(getattr(test, "value", None), FilterExpression):
        yield test.value
    for side in ("first", "second"):
        if getattr(test, side, None) is not None:
            yield from operands(getattr(test, side))


def source_of(template: Any, node: Any) -> str:
    token = getattr(node, "token", None)
    if token is None:
        return ""
    text = text_of(template, token)
    return f"{{{{ {text} }}}}" if isinstance(node, VariableNode) else f"{{% {text} %}}"
