"""Tell which template, and which line of it, an exception comes from, as Django's debug page expects it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .source import CULPRITS, show_source

if TYPE_CHECKING:
    from types import TracebackType

    from django.template.base import Node, Template, Token

    from .runtime import Runtime
    from .source import Culprit


def annotate(error: Exception, runtime: Runtime) -> None:
    """Do what `Node.render_annotated` does, once, for an exception out of generated code."""
    details: Any = error
    culprit = culprit_of(error.__traceback__)
    if culprit is None:
        return
    add_note(error, *culprit)
    if not runtime.engine.debug or hasattr(error, "template_debug"):
        return
    template, node = culprit
    node = getattr(error, "_culprit_node", node)
    if node.token is None or getattr(node, "origin", None) != template.origin:
        return
    details._culprit_node = node
    details.template_debug = template.get_exception_info(error, node.token)


def add_note(error: Exception, template: Template, node: Node) -> None:
    """For the log: a traceback shows lines of generated code, which nobody has written."""
    if node.token is None:
        return
    name = template.name or template.origin.name
    note = f"In template {name}, line {line_of(template, node.token)}: {text_of(template, node.token)}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def line_of(template: Template, token: Token | None) -> int:
    """By the position, where it is known: other lexers than Django's may count lines in their own way."""
    if token is None:
        return 0
    if token.position is None or not template.source:
        return token.lineno or 0
    return template.source.count("\n", 0, token.position[0]) + 1


def text_of(template: Template, token: Token) -> str:
    """What stands between the braces: in the source, for libraries rewrite their tags' `contents`."""
    if token.position is None:
        return token.contents
    start, end = token.position
    text = (template.source or "")[start:end]
    if text[:2] not in ("{%", "{{"):
        return token.contents
    return " ".join(text[2:-2].split())


def culprit_of(traceback: TracebackType | None) -> Culprit | None:
    """The node whose code was running, innermost first."""
    found = None
    while traceback is not None:
        lines = traceback.tb_frame.f_globals.get(CULPRITS)
        if lines is not None:
            found = lines[traceback.tb_lineno - 1][1] or found
            show_source(traceback.tb_frame.f_code.co_filename, lines)
        traceback = traceback.tb_next
    return found
