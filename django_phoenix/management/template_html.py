"""What a template became, as a picture: one HTML page that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from django_phoenix.management.template_text import Summary
    from django_phoenix.rendering.anatomy import BlockView, PartView

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
pre, .source { font-family: ui-monospace, monospace; font-size: 13px; }
.static { color: GrayText; white-space: pre-wrap; font-family: ui-monospace, monospace; font-size: 13px; }
.part, .block { border: 1px solid; border-radius: 6px; padding: 2px 8px; margin: 4px 0 4px 1rem; }
.block { border: 0; border-left: 3px solid GrayText; border-radius: 0; }
.text { border-color: #2a9d5c; } .if, .with, .include, .component { border-color: #3b7dd8; }
.for { border-color: #8a5cd0; } .opaque { border-color: #d33; border-width: 2px; }
.effect { border-style: dashed; }
.always { background: color-mix(in srgb, #f0a000 18%, transparent); }
.reads::before { content: "reads "; color: GrayText; } .why { color: #b36b00; }
.line { color: GrayText; float: right; }
"""


def picture(summary: Summary, view: BlockView) -> SafeString:
    where = f", block {summary.live_block!r}" if summary.live_block else ""
    return format_html(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        "<style>{style}</style></head>\n<body><h1>{title}{where}</h1>\n"
        "<p>{parts} dynamic parts, {always} of them evaluated at every render ({opaque} opaque, in red); "
        "{statics} bytes of statics, in grey, sent once. It reads: {names}.</p>\n{root}</body></html>",
        title=summary.template,
        where=where,
        style=mark_safe(STYLE),
        parts=summary.parts,
        always=summary.always,
        opaque=summary.opaque,
        statics=summary.statics,
        names=", ".join(summary.names) or "nothing",
        root=of_block(view),
    )


def of_block(block: BlockView) -> SafeString:
    label = format_html("<b>{}</b> ", block.label) if block.label else ""
    pieces = format_html_join("", "{}", ((of_piece(piece),) for piece in block.pieces()))
    return format_html('<div class="block">{}<small>{}</small>{}</div>\n', label, block.name, pieces)


def of_piece(piece: str | PartView) -> SafeString:
    if not isinstance(piece, str):
        return of_part(piece)
    return format_html('<div class="static">{}</div>', piece) if piece.strip() else mark_safe("")


def of_part(part: PartView) -> SafeString:
    return format_html(
        '<div class="part {kind}{always}"><span class="line">line {line}</span>'
        '<span class="source">{source}</span> {reads}{why}{blocks}</div>',
        kind=part.kind,
        always=" always" if part.always else "",
        line=part.line,
        source=part.source or part.kind,
        reads=format_html('<small class="reads">{}</small>', ", ".join(part.reads)) if part.reads else "",
        why=format_html('<div class="why"><small>always: {}</small></div>', part.why) if part.why else "",
        blocks=format_html_join("", "{}", ((of_block(block),) for block in part.blocks)),
    )
