"""What django-components, or any other tag beside it, renders by itself: text whose ids stay.

A component leaves random ids and comments in its HTML, and inside another component only a placeholder that
is filled later. Here such a text becomes what a live view can show and compare. Remembered: the text's
digest, and class and id of each component in it, if it has some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.rendering.assets import MARK, settle
from django_phoenix.rendering.lasting import begin
from django_phoenix.rendering.nodes import in_place_of_text
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import HELPERS
from django_phoenix.rendering.tracking import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.template.base import Node as TemplateNode
    from django.template.context import Context

    from django_phoenix.rendering.lasting import Known, Lasting
    from django_phoenix.rendering.runtime import Runtime

PLACEHOLDER = "djc-render-id"

# How placeholders become what they stand for: there are some only where we run the component around them.
assemblers: list[Callable[[Context, str], str]] = []


class Leaf:
    """One node that Django renders."""

    __slots__ = ("node", "render")

    def __init__(self, node: TemplateNode, how: str) -> None:
        self.node = node
        self.render = HELPERS[how]

    def full(self, rt: Runtime) -> tuple[Any, Any]:
        return self.diff(rt, None)

    def diff(self, rt: Runtime, memory: Any) -> tuple[Any, Any]:
        outer = rt.lasting
        lasting = begin(rt, known_of(memory))
        try:
            return compared(rt, self.text(rt), memory, lasting)
        finally:
            rt.lasting = outer

    def text(self, rt: Runtime) -> str:
        return whole(rt.context, self.render(rt, self.node))


def whole(context: Context, text: str) -> str:
    """A text in which nested components stand themselves, not their placeholders."""
    if PLACEHOLDER in text:
        for assemble in assemblers:
            text = assemble(context, text)
    return str(text)


def known_of(memory: Any) -> Known:
    return memory[1] if type(memory) is tuple else ()


def compared(rt: Runtime, text: str, memory: Any, lasting: Lasting) -> tuple[Any, Any]:
    """A text made just now, or UNCHANGED if `memory` is of the same; and what to remember."""
    before = memory[0] if type(memory) is tuple else memory
    if MARK in text and rt.assets is not None:
        text = settle(rt, text)
    components = lasting.given
    digest = Digest(hash(text))
    if type(before) is Digest and digest == before:
        return UNCHANGED, memory if components == lasting.known else remembered(digest, components)
    return text, remembered(digest, components)


def remembered(digest: Digest, components: Known) -> Any:
    return (digest, components) if components else digest


in_place_of_text(Leaf)
