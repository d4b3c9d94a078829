"""One use of a component: the real instance with its real methods, in django-components' order.

Only the writing of the template is ours: its program is run with the component's names, and its slots show
compiled fills. Remembered of a component: [block of its template, its id, cells…].
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SynchronousOnlyOperation

from django_phoenix.rendering.assets import Dependency
from django_phoenix.rendering.frames import LOOP, Frame, context_of, enter, names_here
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import node as dressed

from . import functions
from .bridge import (
    INJECT_PREFIX,
    ComponentVars,
    cache_component_css,
    cache_component_css_vars,
    cache_component_js,
    cache_component_js_vars,
    gen_component_id,
    provide_cache,
    register_provide_reference,
    render_stack,
    set_component_error_message,
    unlink_component_from_provide_on_gc,
)
from .leaf import compared, whole
from .plans import Plan, plan_of

if TYPE_CHECKING:
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.program import Program
    from django_phoenix.rendering.runtime import Runtime

    from .bodies import Body

CELLS = 2  # where the cells begin in a component's memory
BUILTINS: dict[str, Any] = {"True": True, "False": False, "None": None}

births = itertools.count(1)


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
        self.simple = simple  # values come as a tuple, not as (list, dict)
        self.autoescape = autoescape
        self.only = bool(node.flags["only"])

    def full(self, rt: Runtime, values: Any, layer: Names | None) -> tuple[Any, Any]:
        return self.render(rt, None, values, layer)

    def diff(self, rt: Runtime, memory: Any, values: Any, layer: Names | None) -> tuple[Any, Any]:
        return self.render(rt, memory, values, layer)

    def render(self, rt: Runtime, memory: Any, values: Any, layer: Names | None) -> tuple[Any, Any]:
        node = self.node
        cls = node.registry.get(node.name)
        plan = plan_of(cls)
        if plan.opaque:
            return self.opaque(rt, memory, layer)
        stack = render_stack.get()
        if stack is None:
            stack = []
            render_stack.set(stack)
        stack.append(None)
        outer = rt.names, rt.real, rt.context, rt.frame
        try:
            if plan.declaration is not None:
                return functions.render(self, rt, plan, memory, values, layer)
            return self.live(rt, plan, memory, values, layer)
        except Exception as error:
            if not isinstance(error, SynchronousOnlyOperation):
                set_component_error_message(error, [node.name])
            raise
        finally:
            rt.names, rt.real, rt.context, rt.frame = outer
            stack.pop()

    # -- the parts of a life

    def live(self, rt: Runtime, plan: Plan, memory: Any, values: Any, layer: Names | None) -> tuple[Any, Any]:
        here = names_here(rt, layer)
        behaves_isolated = self.node.registry.settings.context_behavior == "isolated"
        under = isolated(here) if behaves_isolated or self.only else here
        component = self.make(rt, plan, memory, values, here, under)
        own, needs = self.data(rt, plan, component)
        if needs is not None:
            rt.noted.append(needs)
        frame = Frame(
            component.name, component.raw_slots, rt.frame, isolated=behaves_isolated, component=component
        )
        frame.under, frame.own, frame.template_name = under, own, plan.template.name
        names = {**under, **own}
        compiled = rt.compiled(plan.template)
        if plan.rooted is not None and needs is not None:
            compiled, frame.attributes = plan.rooted, attributes_of(needs)
        program = compiled.program(rt, self.autoescape, lambda: names)
        enter(rt, names, frame, program.dynamic, self.autoescape)
        try:
            return run(rt, program, memory, component.id)
        finally:
            if provide_cache:
                unlink_component_from_provide_on_gc(component.id)

    def make(self, rt: Runtime, plan: Plan, memory: Any, values: Any, here: Names, under: Names) -> Any:
        """The instance, with its id, and its arguments as its class declares them."""
        node, frame = self.node, rt.frame
        if self.simple:
            args = list(values[: self.positional])
            kwargs = dict(zip(self.named, values[self.positional :], strict=True))
        else:
            args, kwargs = values
        name = node.name
        slots = self.body.slots(rt, here, name)
        context = context_of(rt, [under, {}])
        parent = None if frame is None else frame.component
        request = getattr(context, "request", None)
        if request is None and parent is not None:
            request = parent.request
        cls = plan.cls
        component = cls(
            registered_name=name,
            outer_context=context if under is here else context_of(rt, [here, {}]),
            registry=node.registry,
            context=context,
            args=args,
            kwargs=kwargs,
            slots=slots,
            deps_strategy="ignore",
            request=request,
            node=node,
            id=f"phx{next(births)}",
            parent=parent,
            root=None if parent is None else parent.root,
        )
        component.id = stable_id(rt) if memory is None or type(memory) is not list else memory[1]
        plan.input(component, args, kwargs, slots)
        if cls.Args is not None:
            component.args = cls.Args(*args)
        if cls.Kwargs is not None:
            component.kwargs = cls.Kwargs(**kwargs)
        if cls.Slots is not None:
            component.slots = cls.Slots(**slots)
        return component

    def data(self, rt: Runtime, plan: Plan, component: Any) -> tuple[Names, Dependency | None]:
        """The names that the component's template sees of its own, and what its page has to load."""
        processed = component.context_processors_data if component.request is not None else {}
        if provide_cache:
            register_provide_reference(component.context, component)
        own, js, css = component._call_data_methods(component.raw_args, component.raw_kwargs)
        plan.data(component, own, js, css)
        for key in processed:
            if key in own:
                raise ValueError(
                    f"Variable '{key}' defined in component '{component.name}' conflicts "
                    "with the same variable from context processors. Rename the variable in the component."
                )
        needs = needs_of(plan, component, js, css) if plan.asks else None
        variables = ComponentVars(
            args=component.args,
            kwargs=component.kwargs,
            slots=component.slots,
            is_filled=component.is_filled,
        )
        return {**own, **processed, "component_vars": variables}, needs

    def opaque(self, rt: Runtime, memory: Any, layer: Names | None) -> tuple[Any, Any]:
        """What django-components has to render itself."""
        context = context_of(rt, [names_here(rt, layer), {}])
        return compared(rt, whole(context, self.node.render(context)), memory)


def run(rt: Runtime, program: Program, memory: Any, component_id: str) -> tuple[Any, Any]:
    if program.dynamic:
        rt.push_state(program)
    try:
        if type(memory) is list and memory[0] is program.block:
            return program.diff(rt, memory, CELLS) or UNCHANGED, memory
        new: list[Any] = [program.block, component_id]
        return dressed(rt, program.full(rt, new), program.block), new
    finally:
        if program.dynamic:
            rt.pop_state()


def needs_of(plan: Plan, component: Any, js: Any, css: Any) -> Dependency:
    """What the page has to load for a component; its code and data are kept where the page can ask for it."""
    cls = plan.cls
    if plan.has_js:
        cache_component_js(cls, force=False)
    if plan.has_css:
        cache_component_css(cls, force=False)
    js_hash = cache_component_js_vars(cls, js) if js else None
    css_hash = cache_component_css_vars(cls, css) if css else None
    return Dependency(cls.class_id, component.id, js_hash or "", css_hash or "")


def attributes_of(needs: Dependency) -> str:
    """By these the component's scripts and styles find its root elements."""
    css = f' data-djc-css-{needs.css}=""' if needs.css else ""
    return f' data-djc-id-{needs.id}=""{css}'


def isolated(names: Names) -> Names:
    """What an isolated component sees of the names around its tag: the innermost loop, what is provided."""
    loop = names.get(LOOP)
    seen = dict(BUILTINS) if loop is None else {**BUILTINS, **loop, LOOP: loop}
    if provide_cache:
        for name, value in names.items():
            if name.startswith(INJECT_PREFIX):
                seen[name] = value
    return seen


def stable_id(rt: Runtime) -> str:
    """The same at GET and join; outside live views one as django-components makes them."""
    return rt.assets.new_id() if rt.assets is not None else str(gen_component_id())
