"""What a template became, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_phoenix.rendering.anatomy import BlockView, PartView
    from django_phoenix.rendering.compiler import CompiledTemplate

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
            names=sorted({name.partition(".")[0] for part in parts for name in part.reads}),
        )


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
    yield (
        f"  {summary.parts} dynamic parts, {summary.always} of them evaluated at every render "
        f"({summary.opaque} opaque); {summary.statics} bytes of statics, sent once"
    )
    yield f"  reads: {', '.join(summary.names) or 'nothing'}"
    yield ""
    yield f"  {'line':>5}  {'':6}  {'':{WIDTH}}  reads"
    yield from of_block(view, summary.template, 0, with_statics)


def of_block(block: BlockView, template: str, depth: int, with_statics: bool) -> Iterator[str]:
    if block.label:
        yield f"  {'':5}  {'':6}  {'  ' * (depth - 1)}- {block.label}"
    place = block.name.rpartition(":")[0]
    if place != template:
        yield f"  {'':5}  {'':6}  {'  ' * depth}[{place}]"
    for piece in block.pieces():
        if not isinstance(piece, str):
            yield from of_part(piece, place, depth, with_statics)
        elif with_statics and piece:
            yield f"  {'':5}  {'':6}  {'  ' * depth}{shortened(piece, WIDTH)!r}"


def of_part(part: PartView, template: str, depth: int, with_statics: bool) -> Iterator[str]:
    source = shortened("  " * depth + (part.source or part.kind), WIDTH)
    always = "always" if part.always else ""
    yield f"  {part.line or '':>5}  {always:6}  {source:{WIDTH}}  {', '.join(part.reads)}".rstrip()
    if part.why:
        yield f"  {'':5}  {'':6}  {'  ' * depth}^ {part.why}"
    for inner in part.blocks:
        yield from of_block(inner, template, depth + 1, with_statics)


def shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
