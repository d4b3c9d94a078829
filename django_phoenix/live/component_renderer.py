"""Renders the templates of live components: the class that a tag names, its template, the names it sees."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.component_tag import component_of
from django_phoenix.live.component_trees import check_root
from django_phoenix.live.flash import NO_TEXTS
from django_phoenix.live.page import load_template, template_of
from django_phoenix.live.temporary import keep
from django_phoenix.rendering.compiler import CompiledTemplate, compile_template
from django_phoenix.rendering.frames import Frame

if TYPE_CHECKING:
    from django.template import Context, Template

    from django_phoenix.live.component_records import Record
    from django_phoenix.live.runtime import Runtime
    from django_phoenix.live_component import LiveComponent
    from django_phoenix.rendering.diff import Render
    from django_phoenix.rendering.rendered import Node


class ComponentRenderer:
    """One for each view."""

    __slots__ = ("_classes", "_context", "_frames", "_live", "_templates")

    def __init__(self, live: Runtime) -> None:
        self._live = live
        self._context: Context | None = None
        # The classes that tags have named; their templates, and the frames of those without fills.
        self._classes: dict[str, type[LiveComponent]] = {}
        self._frames: dict[type, Frame] = {}
        self._templates: dict[type, CompiledTemplate] = {}

    def class_of(self, target: Any, place: str) -> type[LiveComponent]:
        """The class that a tag names, or says. Raises LiveViewError if it is no live component."""
        found = self._classes.get(target) if type(target) is str else target
        if isinstance(found, type) and found in self._frames:
            return found
        try:
            found = component_of(target)
        except LiveViewError as error:
            raise LiveViewError(f"{place}: {error}") from error.__cause__
        self._frames[found] = Frame({}, None, isolated=True, name=found.__name__)
        if isinstance(target, str):
            self._classes[target] = found
        return found

    def render(self, record: Record) -> Render:
        """What is new in it."""
        if record.spec.temporary:
            keep(record.component, record.state)
        compiled = self._template_of(record)
        context = self._context_of(record, compiled.template)
        return compiled.render_component(context, record.state, self._live, self._frame_of(record))

    def tree(self, record: Record) -> Node:
        """All of it, for a first response."""
        compiled = self._template_of(record)
        context = self._context_of(record, compiled.template)
        tree = compiled.tree(context, self._live, self._frame_of(record))
        check_root(record, tree["s"])
        return tree

    def _frame_of(self, record: Record) -> Frame:
        return record.frame or self._frames[record.component_class]

    def _context_of(self, record: Record, template: Template) -> Context:
        """One context serves all: no two are rendered at a time."""
        context = self._context
        if context is None:
            context = self._context = copy(self._live.context)
        component = record.component
        flash = component._flash
        context.template = template
        context.template_name = template.name or "unknown"
        own = {
            "view": self._live.view,
            "component": component,
            "myself": str(component.myself),
            "id": component.id,
            "flash": NO_TEXTS if flash is None else flash.texts,
        }
        context.dicts = [*self._live.context.dicts[:2], own, vars(component.assigns)]
        return context

    def _template_of(self, record: Record) -> CompiledTemplate:
        if record.spec.renders:
            name = record.component.render()
            if name is not None:
                return compile_template(load_template(name))
        compiled = self._templates.get(record.component_class)
        if compiled is None:
            compiled = compile_template(template_of(record.component_class))
            self._templates[record.component_class] = compiled
        return compiled
