"""Components that are left out: given what they were given before, they show what they showed.

That holds for classes that say so with `live_pure = True`, as function components do. What they are given
are their arguments, and what their fills read of their caller's names; all of it has to be immutable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.rendering.lookup import MISSING
from django_phoenix.rendering.quiet import QUIETLY
from django_phoenix.rendering.tracking import PLAIN, is_immutable, same

if TYPE_CHECKING:
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.runtime import Runtime

    from .bodies import Body
    from .plans import Plan

Paths = tuple[tuple[str, ...], ...]
"""Names, and what is looked up in them."""

Remembered = tuple["Plan", tuple[Any, ...]]
"""A class and what it was given."""


def remembered(plan: Plan, body: Body, rt: Runtime, values: Any, layer: Names | None) -> Remembered | None:
    """What a component is given, if it is immutable and all that matters."""
    reads = body.reads
    if reads is None or not plan.is_pure:
        return None
    if reads:
        try:
            values = (*values, *values_of(reads, rt, layer))
        except LookupError:
            return None
    for value in values:
        if type(value) not in PLAIN and not is_immutable(value):
            return None
    return plan, values


def values_of(paths: Paths, rt: Runtime, layer: Names | None) -> list[Any]:
    """What the caller's template finds there at the component's tag. Raises LookupError as `QUIETLY`."""
    find = rt.context.get if rt.real else rt.names.get
    found = []
    for name, *bits in paths:
        value = layer[name] if layer and name in layer else find(name, MISSING)
        for bit in bits:
            value = QUIETLY[type(value), bit](value)
        found.append(value)
    return found


def is_untouched(
    before: Remembered, plan: Plan, reads: Paths, rt: Runtime, values: tuple[Any, ...], layer: Names | None
) -> bool:
    """Whether the same class is given the very objects that it was given before: the short way."""
    if before[0] is not plan:
        return False
    known = before[1]
    at = 0
    for value in values:
        if value is not known[at]:
            return False
        at += 1
    find = rt.context.get if rt.real else rt.names.get
    for path in reads:
        name = path[0]
        value = layer[name] if layer and name in layer else find(name, MISSING)
        if len(path) > 1:
            try:
                for bit in path[1:]:
                    value = value[bit] if type(value) is dict else QUIETLY[type(value), bit](value)
            except LookupError:
                return False
        if value is not known[at]:
            return False
        at += 1
    return True


def is_same(new: Remembered, before: Remembered | None) -> bool:
    """Whether the same class was given the same."""
    if before is None or before[0] is not new[0] or len(before[1]) != len(new[1]):
        return False
    for value, known in zip(new[1], before[1], strict=True):
        if value is not known and not same(value, known):
            return False
    return True
