"""`{% component %}` at run time: which class it is now, and its life in django-components' order.

The instance, its methods and hooks are the real ones; only the writing of the template is ours. Remembered
is what `running` or `captured` say; of the rest a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import SynchronousOnlyOperation
from django.test.signals import template_rendered

from django_phoenix.rendering.assets import Dependency, note
from django_phoenix.rendering.frames import context_of, enter, names_here
from django_phoenix.rendering.html import flatten
from django_phoenix.rendering.lasting import begin
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import flat

from . import functions
from .bridge import provide_cache, render_stack, set_component_error_message, unlink_component
from .captured import Captured, LiveTemplate
from .instances import BUILTINS, ComponentFrame, attributes_of, data_of, isolated, make
from .leaf import compared, known_of, whole
from .plans import Answered, Plan, dynamic_target, plan_of
from .purity import is_same, is_untouched, remembered
from .running import BLOCK, GIVEN, ID, IN_TEXTS, program_of, run

if TYPE_CHECKING:
    from django.template.base import Template

    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.lasting import Lasting
    from django_phoenix.rendering.program import Program
    from django_phoenix.rendering.runtime import Runtime

    from .bodies import Body

Given = tuple[list[Any], dict[str, Any]]
"""Positional and named arguments."""


class ComponentTag:
    """One `{% component %}` of a compiled template."""

    __slots__ = ("autoescape", "body", "named", "node", "only", "positional", "simple")

    def __init__(
        self,
        node: Any,
        body: Body,
        *,
        positional: int,
        named: tuple[str, ...],
        simple: bool,
        autoescape: bool,
    ) -> None:
        self.node = node
        self.body = body
        self.positional = positional
        self.named = named
        self.simple = simple  # values come as a tuple, not as `Given`
        self.autoescape = autoescape
        self.only = bool(node.flags["only"])

    def full(self, rt: Runtime, values: Any, layer: Names | None, *free: Any) -> tuple[Any, Any]:
        return self.render(rt, None, values, layer, free)

    def diff(self, rt: Runtime, memory: Any, values: Any, layer: Names | None, *free: Any) -> tuple[Any, Any]:
        reads = self.body.reads
        if type(memory) is list and memory[GIVEN] is not None and reads is not None:
            plan = plan_of(self.node.registry.get(self.node.name))
            if is_untouched(memory[GIVEN], plan, reads, rt, values, layer):
                return UNCHANGED, memory
        return self.render(rt, memory, values, layer, free)

    def render(
        self, rt: Runtime, memory: Any, values: Any, layer: Names | None, free: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        """Evaluate, or leave out what is given the same as before and shows the same then."""
        node = self.node
        plan = plan_of(node.registry.get(node.name))
        if not plan.is_pure or not self.simple:
            return self.lasting(rt, plan, memory, values, layer, free)
        before = memory[GIVEN] if type(memory) is list else None
        new = remembered(plan, self.body, rt, values, layer)
        if new is not None and is_same(new, before):
            return UNCHANGED, memory
        restless = rt.restless
        value, kept = self.lasting(rt, plan, memory, values, layer, free)
        if type(kept) is list:
            if rt.restless != restless:
                new = None
            if kept is not memory:
                kept[GIVEN] = new
            elif kept[GIVEN] is not new:
                rt.journal.append((kept, GIVEN, new))
        return value, kept

    def lasting(
        self, rt: Runtime, plan: Plan, memory: Any, values: Any, layer: Names | None, free: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        """Evaluate; components in texts that are made of it have the ids that they had."""
        outer = rt.lasting
        known = memory[IN_TEXTS] if type(memory) is list else known_of(memory)
        lasting = begin(rt, known)
        try:
            if plan.opaque:
                return self.opaque(rt, memory, layer, lasting)
            value, kept = self.alive(rt, plan, memory, values, layer, free, lasting)
        finally:
            rt.lasting = outer
        if type(kept) is list and (lasting.used or kept[IN_TEXTS]):
            given = lasting.given
            if kept is not memory:
                kept[IN_TEXTS] = given
            elif given != known:
                rt.journal.append((kept, IN_TEXTS, given))
        return value, kept

    def alive(
        self,
        rt: Runtime,
        plan: Plan,
        memory: Any,
        values: Any,
        layer: Names | None,
        free: tuple[Any, ...],
        lasting: Lasting,
    ) -> tuple[Any, Any]:
        """With what django-components does around it."""
        name: str = self.node.name
        here = names_here(rt, layer)
        slots = self.body.slots(rt, here, name, free)
        stack = render_stack.get()
        if stack is None:
            stack = []
            render_stack.set(stack)
        stack.append(None)
        outer = rt.names, rt.real, rt.context, rt.frame
        path = [name]
        try:
            args, kwargs = self.given(values)
            while plan.is_dynamic:
                plan, kwargs = dynamic_target(name, kwargs)
                path.append(name)
            if not plan.is_pure:
                rt.restless += 1
            if plan.opaque:
                return compared(rt, self.by_class(rt, plan, here, (args, kwargs), slots), memory, lasting)
            if plan.declaration is not None:
                return functions.show(self, rt, plan, memory, here, (args, kwargs), slots)
            return self.live(rt, plan, memory, here, (args, kwargs), slots, lasting)
        except Exception as error:
            if not isinstance(error, SynchronousOnlyOperation):
                set_component_error_message(error, path)
            raise
        finally:
            rt.names, rt.real, rt.context, rt.frame = outer
            stack.pop()

    def given(self, values: Any) -> Given:
        if not self.simple:
            args, kwargs = values
            return list(args), dict(kwargs)
        if not self.positional:
            return [], dict(zip(self.named, values, strict=True))
        named = values[self.positional :]
        return list(values[: self.positional]), dict(zip(self.named, named, strict=True))

    # -- the parts of a life

    def live(
        self,
        rt: Runtime,
        plan: Plan,
        memory: Any,
        here: Names,
        given: Given,
        slots: Any,
        lasting: Lasting,
    ) -> tuple[Any, Any]:
        known = memory[ID] if type(memory) is list and was_of(rt, memory, plan) else None
        fills_isolated = self.node.registry.settings.context_behavior == "isolated"
        under = isolated(here) if fills_isolated or self.only else here
        component = make(rt, self.node, plan.cls, given, slots, here, under, known)
        frame: ComponentFrame | None = None
        try:
            plan.input(component, *given, slots)
            declare(plan.cls, component, *given, slots)
            own, needs = data_of(rt, plan, component)
            frame = ComponentFrame(component, rt.frame, isolated=fills_isolated, outside=here)
            if needs is not None:
                note(rt, needs, is_new=known is None)
                frame.attributes = attributes_of(needs) if plan.rooted is not None else ""
            frame.under, frame.own = under, own
            if plan.asks_for_template:
                with plan.template_for(component, own) as template:
                    written = self.write(rt, plan, memory, frame, template)
            else:
                written = self.write(rt, plan, memory, frame, plan.template)
            if needs is not None and rt.assets is None and memory is None:
                return commented(needs, *written)
            return written
        except Answered as answer:
            return compared(rt, whole(component.context, answer.html), memory, lasting)
        finally:
            if frame is not None:
                frame.leave()
            if provide_cache:
                unlink_component(component.id)

    def write(
        self, rt: Runtime, plan: Plan, memory: Any, frame: ComponentFrame, template: Template | None
    ) -> tuple[Any, Any]:
        """Have the template written, by us or by the component's own method."""
        names = {**frame.under, **frame.own}
        if template is not None:
            frame.template_name = template.name
        if plan.is_hooked or template_rendered.receivers:
            context = context_of(rt, [{**frame.under, **frame.hidden()}, dict(frame.own)])
            context.autoescape = self.autoescape
            stand_in = None if template is None else LiveTemplate.of(template, rt, frame)
            if plan.has_before:
                frame.component.on_render_before(context, stand_in)
            if template is not None:
                template_rendered.send(sender=template, template=template, context=context)
            if plan.is_captured:
                rt.restless += sees_outside(frame)
                return Captured(rt, plan, frame, context, stand_in).shown(memory)
            names = flat(context.dicts)
        if template is None:
            return "", ["", frame.component.id, None, ()]
        compiled = rt.compiled(template) if plan.rooted is None else plan.rooted
        program = program_of(rt, compiled, self.autoescape, lambda: names)
        if plan.is_pure and reads_outside(program, frame):
            rt.restless += 1
        enter(rt, names, frame, program.dynamic, self.autoescape)
        return run(rt, program, memory, frame.component.id)

    # -- what django-components has to render itself

    def opaque(self, rt: Runtime, memory: Any, layer: Names | None, lasting: Lasting) -> tuple[Any, Any]:
        rt.restless += 1
        hidden = {} if rt.frame is None else rt.frame.hidden()
        context = context_of(rt, [{**names_here(rt, layer), **hidden}, {}])
        return compared(rt, whole(context, self.node.render(context)), memory, lasting)

    def by_class(self, rt: Runtime, plan: Plan, here: Names, given: Given, slots: Any) -> str:
        """The same for the class behind a dynamic component."""
        hidden = {} if rt.frame is None else rt.frame.hidden()
        context = context_of(rt, [{**here, **hidden}, {}])
        isolates = self.only or self.node.registry.settings.context_behavior == "isolated"
        args, kwargs = given
        text = plan.cls.render(
            context=context_of(rt, [{**isolated(here), **hidden}, {}]) if isolates else context,
            args=args,
            kwargs=kwargs,
            slots=slots,
            deps_strategy="ignore",
            registered_name=self.node.name,
            outer_context=context,
            registry=self.node.registry,
        )
        return whole(context, text)


def was_of(rt: Runtime, memory: list[Any], plan: Plan) -> bool:
    """Whether the component that is remembered is of this class, as far as its page could tell."""
    if not plan.asks or plan.template is None:
        return True
    compiled = rt.compiled(plan.template) if plan.rooted is None else plan.rooted
    return any(program.block is memory[BLOCK] for program in compiled.programs())


def commented(needs: Dependency, value: Any, memory: Any) -> tuple[str, Any]:
    """Outside live views: as django-components leaves it, which puts scripts and styles into the page."""
    return needs.comment + (value if isinstance(value, str) else flatten(value)), memory


def reads_outside(program: Program, frame: ComponentFrame) -> bool:
    """Whether the template may use names from around the component, now or when there are others."""
    return sees_outside(frame) and (
        program.compiler.shows_names
        or any(name not in frame.own and name not in BUILTINS for name in program.compiler.names)
    )


def sees_outside(frame: ComponentFrame) -> bool:
    """Isolated components see the innermost loop around their tag alone."""
    return frame.under is frame.outside or not frame.under.keys() <= BUILTINS.keys()


def declare(cls: Any, component: Any, args: list[Any], kwargs: dict[str, Any], slots: Any) -> None:
    """Give the arguments the types that the class declares. Raises what those raise for what does not fit."""
    if cls.Args is not None:
        component.args = cls.Args(*args)
    if cls.Kwargs is not None:
        component.kwargs = cls.Kwargs(**kwargs)
    if cls.Slots is not None:
        component.slots = cls.Slots(**slots)
