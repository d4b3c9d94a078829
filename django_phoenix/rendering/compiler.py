"""The door to the renderer: compiled templates, found by `Template` object, run with a context."""

from __future__ import annotations

import threading
from copy import copy
from typing import TYPE_CHECKING, Any

from django.template import TemplateDoesNotExist
from django.template.base import UNKNOWN_SOURCE
from django.template.context import Context, RenderContext
from django.utils.safestring import SafeString, mark_safe

from . import form_fields, loops, partial_tags, readers, structure, tags  # noqa: F401 (their handlers)
from .chain import extends_node, is_literal, overriding_blocks
from .colocated import settle_names
from .diff import Render, RenderState, share_statics
from .dirty import enter, follow, follow_keeping
from .errors import annotate
from .html import flatten
from .partials import as_template
from .program import Compiler, Program
from .region import region_of
from .runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.template.base import Template
    from django.template.engine import Engine

    from .frames import Frame
    from .nodes import Roots
    from .rendered import Node
    from .runtime import ComponentHost

    Names = Callable[[], dict[str, Any]]

REGIONS = "_django_phoenix_regions"
ATTRIBUTE = "_django_phoenix_compiled"
KEPT = 16  # programs per template: its parents may vary

SEEN = 512

seen: dict[tuple[int, str, str | None, str], Template] = {}
lock = threading.RLock()


def compile_template(template: Template) -> CompiledTemplate:
    """The compiled form of a template, made once and kept on the `Template` object. Thread-safe.

    Code is generated at the first render, since only then it is known what the template extends.
    """
    return compiled_form(first_like(template))


def compiled_form(template: Template) -> CompiledTemplate:
    compiled: CompiledTemplate | None = template.__dict__.get(ATTRIBUTE)
    if compiled is None:
        compiled = template.__dict__.setdefault(ATTRIBUTE, CompiledTemplate(template))
    return compiled


def compile_region(template: Template, live_block: str | None) -> CompiledTemplate:
    """The live region of a page: the block `live_block` as resolved over all that the template extends.

    With None, or for a chain that has no such block and is no document of its own, it is the whole template.
    Raises RegionError, which names template, root and the blocks offered, if a document has no such block;
    where a parent is named by a variable, only rendering can tell.
    """
    if live_block is None:
        return compile_template(template)
    first = first_like(template)
    regions: dict[str, CompiledTemplate] = first.__dict__.setdefault(REGIONS, {})
    region = regions.get(live_block)
    if region is None:
        region = CompiledTemplate(first, live_block)
        if has_constant_parents(first):
            region.compiled()  # raises now what there is to raise
        region = regions.setdefault(live_block, region)
    return region


def included(engine: Engine, name: str) -> list[CompiledTemplate]:
    try:
        return [compile_template(engine.get_template(name))]
    except TemplateDoesNotExist:
        return []


def has_constant_parents(template: Template) -> bool:
    """Whether the template extends nothing, or only templates that are named literally."""
    context = bare_runtime(template).context
    extends = extends_node(template)
    while extends is not None:
        if not is_literal(extends):
            return False
        extends = extends_node(extends.get_parent(context))
    return True


def bare_runtime(template: Template) -> Runtime:
    context = Context()
    context.template = template
    return Runtime(context, template.engine, template.name, compiled_form)


def first_like(template: Template) -> Template:
    """The first template seen of the same file and text; of a partial, its content as a template.

    Loaders that do not cache parse a file again and again; what they give has to have the same fingerprints.
    """
    template = as_template(template)
    if template.origin.name == UNKNOWN_SOURCE or ATTRIBUTE in template.__dict__:
        return template
    key = (id(template.engine), template.origin.name, template.name, template.source)
    with lock:
        first = seen.setdefault(key, template)
        while len(seen) > SEEN:
            del seen[next(iter(seen))]
    return first


class CompiledTemplate:
    """A template, or the live block of its page with all that overrides it."""

    def __init__(self, template: Template, live_block: str | None = None, roots: Roots | None = None) -> None:
        self.template = settle_names(template)
        self.roots = roots  # where attributes of the component whose template it is are written
        self.live_block = live_block
        self.extends = extends_node(template) is not None
        self._single: list[Program | None] = [None, None]  # without autoescape, with it
        self._programs: dict[tuple[Any, ...], Program] = {}

    def html(self, context: Context, *, keep_names: bool = False) -> SafeString:
        """Plain HTML, byte for byte what Django renders.

        With `keep_names`, names that tags write into the context stay there, as after `Template.render`.
        """
        if context.template is None:
            with context.bind_template(self.template):
                context.template_name = self.template.name
                return self._html(context, keep_names)
        return self._html(context, keep_names)

    def tree(self, context: Context, components: ComponentHost, frame: Frame | None = None) -> Node:
        """The complete tree, its statics as blocks: for a first response that may show live components."""
        runtime = self._runtime(context, components)
        runtime.frame = frame
        return self._full(runtime, keep_names=False)

    def render(self, context: Context, state: RenderState, components: ComponentHost | None = None) -> Render:
        """Evaluate, and compare with what the state remembers. The state changes only at `.commit()`.

        `components` is told of the live components met on the way.
        """
        if context.template is None:
            with context.bind_template(self.template):
                context.template_name = self.template.name
                return self._render(context, state, components)
        return self._render(context, state, components)

    def render_component(
        self, context: Context, state: RenderState, components: ComponentHost, frame: Frame
    ) -> Render:
        """The same for the template of a live component, whose statics are still blocks (LV-39)."""
        return self._render(context, state, components, frame, share=False)

    @property
    def opaque_parts(self) -> list[tuple[str, int, str]]:
        """(template name, line, node) of each part that is left to Django.

        Templates that are extended, or included by a literal name, are looked into as well.
        """
        found: list[tuple[str, int, str]] = []
        seen: set[str] = set()
        waiting = [self]
        while waiting:
            program = waiting.pop().compiled()
            found += program.opaque_parts
            for name in program.includes:
                if name not in seen:
                    seen.add(name)
                    waiting += included(self.template.engine, name)
        return found

    def compiled(self) -> Program:
        """The program for an empty context."""
        return self.program(bare_runtime(self.template), self.template.engine.autoescape, None)

    def programs(self) -> list[Program]:
        """All that have been written so far, one for each chain of parents and setting of autoescape."""
        return list(self._programs.values())

    # -- running

    def _html(self, context: Context, keep_names: bool) -> SafeString:
        return mark_safe(flatten(self._full(self._runtime(context), keep_names=keep_names)))

    def _full(self, runtime: Runtime, *, keep_names: bool) -> Node:
        try:
            program = self.program(runtime, runtime.context.autoescape, None)
            enter(program, runtime, keep_names=keep_names)
            tree: Node = program.full(runtime, [])
            if runtime.noted and runtime.assets is not None:
                runtime.assets.noted += runtime.noted
        except Exception as error:
            annotate(error, runtime)
            raise
        finally:
            runtime.restore()
        tree["s"] = program.block
        return tree

    def _render(
        self,
        context: Context,
        state: RenderState,
        components: ComponentHost | None = None,
        frame: Frame | None = None,
        *,
        share: bool = True,
    ) -> Render:
        runtime = self._runtime(context, components)
        runtime.frame = frame
        try:
            known = state.program if state.compiled is self else None
            if known is not None and known.settled:  # a view keeps to parents that are named literally
                program = known
            else:
                program = self.program(runtime, context.autoescape, None)
            if program is known and state.is_current():
                cells = None
                if state.kept:
                    tree = follow_keeping(program, runtime, state)
                elif program.tracker is False:  # as `follow` would do
                    enter(program, runtime)
                    tree = program.diff(runtime, state.cells, 0)
                else:
                    tree = follow(program, runtime, state)
            else:
                enter(program, runtime)
                cells = list[Any]()
                tree = program.full(runtime, cells)
                tree["s"] = program.block
                runtime.fresh.append(tree)
        except Exception as error:
            annotate(error, runtime)
            raise
        finally:
            runtime.restore()
        if runtime.fresh and share:
            share_statics(tree, runtime.fresh)
        return Render(tree, runtime, state, self, program, cells)

    def _runtime(self, context: Context, components: ComponentHost | None = None) -> Runtime:
        assert context.template is not None
        return Runtime(context, context.template.engine, context.template_name, compiled_form, components)

    # -- programs

    def single_program(self, autoescape: bool) -> Program | None:
        """The program of a template that extends nothing."""
        program = self._single[autoescape]
        if program is None and not self.extends:
            with lock:
                program = self._single[autoescape] = self._compile(autoescape, (self.template,))
        return program

    def program(self, runtime: Runtime, autoescape: bool, names: Names | None) -> Program:
        """The program for the templates that this one extends now."""
        program = self.single_program(autoescape)
        if program is None:
            chain = resolve_chain(self.template, runtime, names)
            program = self._programs.get((autoescape, *chain))
            if program is None:
                with lock:
                    program = self._compile(autoescape, chain)
        return program

    def _compile(self, autoescape: bool, chain: tuple[Template, ...]) -> Program:
        key = (autoescape, *chain)
        program = self._programs.get(key)
        if program is None:
            while len(self._programs) >= KEPT:
                del self._programs[next(iter(self._programs))]
            program = self._programs[key] = self._write(chain, autoescape)
        return program

    def _write(self, chain: tuple[Template, ...], autoescape: bool) -> Program:
        region = None
        if self.live_block is not None:
            region = region_of(chain, overriding_blocks(chain), self.live_block)
        return Compiler(chain, autoescape, region, self.roots).program()


def resolve_chain(template: Template, runtime: Runtime, names: Names | None) -> tuple[Template, ...]:
    """The template and all its parents, found by Django's own rules."""
    context = copy(runtime.context) if names is None else runtime.context.new(names())
    context.render_context = RenderContext()
    chain = [template]
    extends = extends_node(template)
    while extends is not None:
        chain.append(first_like(extends.get_parent(context)))
        extends = extends_node(chain[-1])
    return tuple(chain)


__all__ = ["CompiledTemplate", "Render", "RenderState", "compile_region", "compile_template"]
