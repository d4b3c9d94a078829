"""Function components: no instance is made, and the function's names are all that the template sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.declarations.binding import names_of
from django_phoenix.rendering.frames import Frame, enter

from .bridge import INJECT_PREFIX, ComponentVars, provide_cache
from .instances import BUILTINS
from .running import program_of, run

if TYPE_CHECKING:
    from django_phoenix.declarations.declaration import Declaration
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.runtime import Runtime

    from .bodies import Slots
    from .lifecycle import ComponentTag, Given
    from .plans import Plan

TOKEN = "csrf_token"  # the one name of the page that forms need


def declaration_of(cls: Any) -> Declaration | None:
    """What a function component declares; None for other classes."""
    return getattr(cls, "declaration", None) if getattr(cls, "is_function_component", False) else None


def show(
    tag: ComponentTag,
    rt: Runtime,
    plan: Plan,
    memory: Any,
    here: Names,
    given: Given,
    slots: Slots,
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
    program = program_of(rt, rt.compiled(template), tag.autoescape, lambda: names)
    enter(rt, names, frame, program.dynamic, tag.autoescape)
    return run(rt, program, memory, None)
