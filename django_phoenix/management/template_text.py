"""What a template became, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_phoenix.rendering.anatomy import BlockView, PartView
    from django_phoenix.rendering.compiler import CompiledTemplate
    from django_phoenix.rendering.program import Program

WIDTH = 60  # of the column that shows the template's own text


@dataclass
class Summary:
    """The figures of a template."""

    template: str
    live_block: str | None
    parts: int
    always: int  # parts that are evaluated at every render
    opaque: int
    statics: int  # bytes, sent once
    names: list[str]  # that it reads

    @classmethod
    def of(cls, compiled: CompiledTemplate, view: BlockView) -> Summary:
        parts = list(walk(view))
        return cls(
            template=str(compiled.template.name or compiled.template.origin.name),
            live_block=compiled.compiled().compiler.region,
            parts=sum(part.kind != "effect" for part in parts),
            always=sum(part.always for part in parts),
            opaque=sum(part.kind == "opaque" for part in parts),
            statics=sum(block.size for block in blocks(view)),
            names=names_of(compiled.compiled()),
        )


def names_of(program: Program) -> list[str]:
    """The names of the context that a program reads, without those that includes read beside."""
    names = program.compiler.context_names
    return sorted(names[variable] for variable in program.code.reads.names & names.keys())


def walk(block: BlockView) -> Iterator[PartView]:
    for part in block.parts:
        yield part
        for inner in part.blocks:
            yield from walk(inner)


def blocks(block: BlockView) -> Iterator[BlockView]:
    yield block
    for part in block.parts:
        for inner in part.blocks:
            yield from blocks(inner)


def lines(summary: Summary, view: BlockView, *, with_statics: bool = False) -> Iterator[str]:
    where = f", block {summary.live_block!r}" if summary.live_block else ""
    yield f"{summary.template}{where}"
    dynamics = f"{summary.parts} dynamic part{'s' * (summary.parts != 1)}"
    yield (
        f"  {dynamics}, {summary.always} of them evaluated at every render ({summary.opaque} opaque); "
        f"{summary.statics} bytes of statics, sent once"
    )
    yield f"  reads: {', '.join(summary.names) or 'nothing'}"
    yield ""
    yield row("line", "", "", "reads")
    yield from Writer(summary.template, with_statics=with_statics).block(view, 0)


def row(line: object, when: str, what: str, reads: str) -> str:
    return f"  {line:>5}  {when:6}  {what:{WIDTH}}  {reads}".rstrip()


class Writer:
    """Writes the tree below the heading, and says where another template begins."""

    def __init__(self, template: str, *, with_statics: bool) -> None:
        self.template = template
        self.with_statics = with_statics

    def block(self, block: BlockView, depth: int) -> Iterator[str]:
        if block.label:
            yield row("", "", f"{'  ' * (depth - 1)}- {block.label}", "")
        for piece in block.pieces():
            if not isinstance(piece, str):
                yield from self.part(piece, depth)
            elif self.with_statics and piece:
                yield row("", "", "  " * depth + repr(shortened(piece, WIDTH)), "")

    def part(self, part: PartView, depth: int) -> Iterator[str]:
        indent = "  " * depth
        if part.template != self.template:
            self.template = part.template
            yield row("", "", f"{indent}[{part.template}]", "")
        source = shortened(indent + (part.source or part.kind), WIDTH)
        yield row(part.line or "", "always" if part.always else "", source, ", ".join(part.reads))
        if part.why:
            yield row("", "", f"{indent}^ {part.why}", "")
        for inner in part.blocks:
            yield from self.block(inner, depth + 1)


def shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
