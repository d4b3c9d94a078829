"""`{% include %}`: which template, with which names, is known only at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.base import Template

from .chain import relative
from .partials import as_template
from .rendered import UNCHANGED
from .runtime import flat, node, pop, push
from .tracking import Digest

if TYPE_CHECKING:
    from django.template.loader_tags import IncludeNode

    from .program import Program
    from .runtime import Runtime

SEEN = 64


class Include:
    """One `{% include %}` of a compiled template. Remembered: the block that was shown, and its cells."""

    __slots__ = ("autoescape", "node", "seen")

    def __init__(self, include_node: IncludeNode, autoescape: bool) -> None:
        self.node = include_node
        self.autoescape = autoescape
        self.seen: dict[tuple[str, str | None, str], Template] = {}

    def full(self, rt: Runtime, target: Any, layer: dict[str, Any]) -> tuple[Any, Any]:
        template = self.template(rt, target)
        if type(template) is not Template:
            text = render_foreign(self, rt, template, layer)
            return text, Digest(hash(text))
        outer = rt.names, rt.real
        program = self.enter(rt, template, layer)
        if program is None:
            with Visit(self, rt, template, layer) as program:
                return everything(rt, program)
        try:
            return everything(rt, program)
        finally:
            rt.names, rt.real = outer

    def diff(self, rt: Runtime, memory: Any, target: Any, layer: dict[str, Any]) -> tuple[Any, Any]:
        template = self.template(rt, target)
        if type(template) is not Template:
            text = render_foreign(self, rt, template, layer)
            digest = Digest(hash(text))
            return (UNCHANGED, memory) if type(memory) is Digest and digest == memory else (text, digest)
        outer = rt.names, rt.real
        program = self.enter(rt, template, layer)
        if program is None:
            with Visit(self, rt, template, layer) as program:
                return difference(rt, program, memory)
        try:
            return difference(rt, program, memory)
        finally:
            rt.names, rt.real = outer

    def enter(self, rt: Runtime, template: Template, layer: dict[str, Any]) -> Program | None:
        """The short way into a template that needs nothing but names; None if it needs a real context."""
        program = rt.compiled(template).single_program(self.autoescape)
        if program is None or program.dynamic:
            return None
        rt.names, rt.real = self.names(rt, layer), False
        return program

    def names(self, rt: Runtime, layer: dict[str, Any]) -> dict[str, Any]:
        """All names that the included template sees."""
        if self.node.isolated_context:
            return {"True": True, "False": False, "None": None, **layer}
        if rt.real:
            return {**flat(rt.context.dicts), **layer}
        return {**rt.names, **layer}

    def template(self, rt: Runtime, target: Any) -> Any:
        """The template meant by the value of the tag's argument, as Django finds it."""
        if isinstance(target, str):
            found = rt.included.get((self, target))
            if found is not None:
                return found
        elif callable(getattr(target, "render", None)):
            return as_template(getattr(target, "template", target))
        names = target or ()
        names = (relative(self.node, names),) if isinstance(names, str) else tuple(names)
        found = rt.included.get((self, names))
        if found is None:
            found = rt.included[self, names] = self.first_like(rt.engine.select_template(list(names)))
        if isinstance(target, str):
            rt.included[self, target] = found
        return found

    def only_template(self) -> Template | None:
        """The template, if just one has been included here so far."""
        return next(iter(self.seen.values())) if len(self.seen) == 1 else None

    def first_like(self, template: Any) -> Any:
        """The first template of this file and text that was included here.

        A loader that does not cache parses it again at each render; its fingerprints have to stay the same.
        """
        template = as_template(template)
        if type(template) is not Template:
            return template
        if len(self.seen) > SEEN:
            self.seen.clear()
        return self.seen.setdefault((str(template.origin.name), template.name, template.source), template)


def everything(rt: Runtime, program: Program) -> tuple[Any, Any]:
    memory: list[Any] = [program.block]
    return node(rt, program.full(rt, memory), program.block), memory


def difference(rt: Runtime, program: Program, memory: Any) -> tuple[Any, Any]:
    if type(memory) is list and memory[0] is program.block:
        return program.diff(rt, memory, 1) or UNCHANGED, memory
    return everything(rt, program)


class Visit:
    """One execution of an include in full: enter the template's own surroundings, run its program, leave."""

    __slots__ = ("include", "layer", "outer", "program", "pushed", "rt")

    def __init__(self, include: Include, rt: Runtime, template: Template, layer: dict[str, Any]) -> None:
        self.include = include
        self.rt = rt
        self.layer = layer
        self.outer = rt.context, rt.names, rt.real
        self.pushed = False
        self.program = rt.compiled(template).program(rt, include.autoescape, self.names)

    def __enter__(self) -> Program:
        rt, program = self.rt, self.program
        if not program.dynamic:
            rt.names, rt.real = self.names(), False
            return program
        rt.protect()
        if rt.real and not self.include.node.isolated_context:
            push(rt, self.layer)
            self.pushed = True
        else:
            rt.context = rt.context.new(self.names())
            rt.context.autoescape = self.include.autoescape
        rt.real = True
        rt.push_state(program)
        return program

    def __exit__(self, *error: object) -> None:
        rt = self.rt
        if self.program.dynamic:
            rt.pop_state()
        if self.pushed:
            pop(rt)
        rt.context, rt.names, rt.real = self.outer

    def names(self) -> dict[str, Any]:
        return self.include.names(self.rt, self.layer)


def render_foreign(include: Include, rt: Runtime, template: Any, layer: dict[str, Any]) -> str:
    """What is not a plain Django template (another engine's) renders itself."""
    rt.protect()
    if include.node.isolated_context:
        return str(template.render(rt.context.new(layer)))
    context = rt.context if rt.real else rt.context.new(rt.names)
    with context.push(**layer):
        return str(template.render(context))
