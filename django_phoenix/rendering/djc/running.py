"""Run a component's template, or compare with what is remembered of it.

Remembered: [block of the template, the component's id, what it was given if that is all that matters, the
components in texts that its Python code has made, cells…].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import node as dressed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_phoenix.rendering.compiler import CompiledTemplate
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.program import Program
    from django_phoenix.rendering.runtime import Runtime

BLOCK, ID, GIVEN, IN_TEXTS, CELLS = range(5)


def program_of(
    rt: Runtime, compiled: CompiledTemplate, autoescape: bool, names: Callable[[], Names]
) -> Program:
    return compiled.single_program(autoescape) or compiled.program(rt, autoescape, names)


def run(rt: Runtime, program: Program, memory: Any, component_id: str | None) -> tuple[Any, Any]:
    if program.dynamic:
        rt.push_state(program)
    try:
        if type(memory) is list and memory[BLOCK] is program.block:
            return program.diff(rt, memory, CELLS) or UNCHANGED, memory
        new: list[Any] = [program.block, component_id, None, ()]
        return dressed(rt, program.full(rt, new), program.block), new
    finally:
        if program.dynamic:
            rt.pop_state()
