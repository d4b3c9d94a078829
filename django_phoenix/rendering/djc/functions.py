"""Function components: no instance is made, and the function's names are all that the template sees.

Remembered: [block of the template, what was given and what its fills have read if that cannot change,
cells…].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.declarations.binding import names_of
from django_phoenix.rendering.frames import Frame, enter, names_here
from django_phoenix.rendering.lookup import MISSING
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import node as dressed
from django_phoenix.rendering.tracking import is_immutable, same

from .bridge import INJECT_PREFIX, ComponentVars, provide_cache

if TYPE_CHECKING:
    from django_phoenix.declarations.declaration import Declaration
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.program import Program
    from django_phoenix.rendering.runtime import Runtime

    from .bodies import Slots
    from .lifecycle import ComponentTag, Given
    from .plans import Plan

    Remembered = tuple[Plan, tuple[Any, ...]]

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
    """One use of it. Left out if it is given the same as before, and its fills read the same."""
    new = remembered(plan, tag.body.reads, rt, values, layer) if tag.simple and plan.cls.live_pure else None
    if new is not None and type(memory) is list and is_same(new, memory[1]):
        return UNCHANGED, memory
    here = names_here(rt, layer)
    slots = tag.body.slots(rt, here, tag.node.name, free)
    return show(tag, rt, plan, memory, here, tag.given(values), slots, new)


def show(
    tag: ComponentTag,
    rt: Runtime,
    plan: Plan,
    memory: Any,
    here: Names,
    given: Given,
    slots: Slots,
    new: Remembered | None = None,
) -> tuple[Any, Any]:
    """Call the function, and run the template with the names that it gives."""
    declaration, template = plan.declaration, plan.template
    assert declaration is not None
    assert template is not None
    args, kwargs = given
    names = {**BUILTINS, **names_of(declaration, args, kwargs, slots)}
    names["component_vars"] = ComponentVars(args, kwargs, slots, dict.fromkeys(slots, True))
    if TOKEN in here:
        names.setdefault(TOKEN, here[TOKEN])
    if provide_cache:
        names.update((name, value) for name, value in here.items() if name.startswith(INJECT_PREFIX))
    outer = rt.frame
    parent = None if outer is None else outer.component
    frame = Frame(slots, outer, isolated=True, name=tag.node.name, component=parent, outside=here)
    frame.under, frame.own, frame.template_name = BUILTINS, names, template.name
    compiled = rt.compiled(template)
    program = compiled.single_program(tag.autoescape) or compiled.program(rt, tag.autoescape, lambda: names)
    enter(rt, names, frame, program.dynamic, tag.autoescape)
    return run(rt, program, memory, new)


def remembered(
    plan: Plan, reads: tuple[str, ...] | None, rt: Runtime, values: tuple[Any, ...], layer: Names | None
) -> Remembered | None:
    """The arguments and the values of names that fills read, if they cannot change in place."""
    if reads is None or not is_immutable(values):
        return None
    if reads:
        values += values_of(reads, rt, layer)
        if not is_immutable(values):
            return None
    return plan, values


def values_of(names: tuple[str, ...], rt: Runtime, layer: Names | None) -> tuple[Any, ...]:
    """What the template sees under these names at the component's tag."""
    find = rt.context.get if rt.real else rt.names.get
    if not layer:
        return tuple([find(name, MISSING) for name in names])
    return tuple([layer[name] if name in layer else find(name, MISSING) for name in names])


def is_same(new: Remembered, before: Any) -> bool:
    """Whether the same class was given the same arguments before."""
    return type(before) is tuple and before[0] is new[0] and same(new[1], before[1])


def run(rt: Runtime, program: Program, memory: Any, new: Remembered | None) -> tuple[Any, Any]:
    if program.dynamic:
        rt.push_state(program)
    try:
        if type(memory) is list and memory[0] is program.block:
            if new is not memory[1]:
                rt.journal.append((memory, 1, new))
            return program.diff(rt, memory, CELLS) or UNCHANGED, memory
        fresh: list[Any] = [program.block, new]
        return dressed(rt, program.full(rt, fresh), program.block), fresh
    finally:
        if program.dynamic:
            rt.pop_state()
