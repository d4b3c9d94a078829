"""Function components: no instance is made, and the function's names are all that the template sees.

Remembered: [block of the template, what was given if that cannot change, cells…].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.declarations.binding import names_of
from django_phoenix.rendering.frames import Frame, enter, names_here
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import node as dressed
from django_phoenix.rendering.tracking import is_immutable, same

from .bridge import INJECT_PREFIX, ComponentVars, provide_cache

if TYPE_CHECKING:
    from django_phoenix.declarations.declaration import Declaration
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.program import Program
    from django_phoenix.rendering.runtime import Runtime

    from .lifecycle import ComponentTag
    from .plans import Plan

CELLS = 2  # where the cells begin in a component's memory
TOKEN = "csrf_token"  # the one name of the page that forms need
BUILTINS: dict[str, Any] = {"True": True, "False": False, "None": None}


def declaration_of(cls: Any) -> Declaration | None:
    """What a function component declares; None for other classes."""
    return getattr(cls, "declaration", None) if getattr(cls, "is_function_component", False) else None


def render(
    tag: ComponentTag,
    rt: Runtime,
    plan: Plan,
    memory: Any,
    values: Any,
    layer: Names | None,
    free: tuple[Any, ...],
) -> tuple[Any, Any]:
    """One use of it. Left out if it has no fills and was given the same as before."""
    here = names_here(rt, layer)
    slots = tag.body.slots(rt, here, tag.node.name, free)
    given = remembered(tag, plan, values) if not slots and plan.cls.live_pure else None
    if given is not None and type(memory) is list and is_same(given, memory[1]):
        return UNCHANGED, memory
    names = seen(tag, plan, here, values, slots)
    outer = rt.frame
    frame = Frame(
        slots,
        outer,
        isolated=True,
        name=tag.node.name,
        component=None if outer is None else outer.component,
        outside=here,
    )
    assert plan.template is not None
    frame.under, frame.own, frame.template_name = BUILTINS, names, plan.template.name
    program = rt.compiled(plan.template).program(rt, tag.autoescape, lambda: names)
    enter(rt, names, frame, program.dynamic, tag.autoescape)
    return run(rt, program, memory, given)


def remembered(tag: ComponentTag, plan: Plan, values: Any) -> tuple[Plan, tuple[Any, ...]] | None:
    """The arguments, if they cannot change in place."""
    if not tag.simple:
        args, kwargs = values
        values = (*args, *kwargs.items())
    return (plan, values) if is_immutable(values) else None


def is_same(given: tuple[Plan, tuple[Any, ...]], before: Any) -> bool:
    """Whether the same class was given the same arguments before."""
    return type(before) is tuple and before[0] is given[0] and same(given[1], before[1])


def seen(tag: ComponentTag, plan: Plan, here: Names, values: Any, slots: dict[str, Any]) -> Names:
    """All names of the component's template."""
    if tag.simple:
        args, kwargs = values[: tag.positional], dict(zip(tag.named, values[tag.positional :], strict=True))
    else:
        args, kwargs = values
    assert plan.declaration is not None
    variables = ComponentVars(args=args, kwargs=kwargs, slots=slots, is_filled=dict.fromkeys(slots, True))
    names = {**BUILTINS, **names_of(plan.declaration, args, kwargs, slots), "component_vars": variables}
    if TOKEN in here:
        names.setdefault(TOKEN, here[TOKEN])
    if provide_cache:
        names.update((name, value) for name, value in here.items() if name.startswith(INJECT_PREFIX))
    return names


def run(rt: Runtime, program: Program, memory: Any, given: Any) -> tuple[Any, Any]:
    if program.dynamic:
        rt.push_state(program)
    try:
        if type(memory) is list and memory[0] is program.block:
            rt.journal.append((memory, 1, given))
            return program.diff(rt, memory, CELLS) or UNCHANGED, memory
        new: list[Any] = [program.block, given]
        return dressed(rt, program.full(rt, new), program.block), new
    finally:
        if program.dynamic:
            rt.pop_state()
