"""Template tags with what stands around them: names that are asked for first, branches they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.template.defaulttags import IfNode

from .reads import reads_of
from .source import Step, Use


@dataclass(frozen=True)
class Met:
    """One tag. ``branch``: it may not be shown."""

    use: Use
    conditions: tuple[Use, ...] = ()
    branch: bool = False

    @cached_property
    def asked(self) -> set[str]:
        """The names that an ``{% if %}`` around it asks for."""
        return {read.name for condition in self.conditions for read in reads_of(condition)}


def met_in(steps: Iterable[Step], conditions: tuple[Use, ...] = (), *, branch: bool = False) -> Iterator[Met]:
    """Every tag below these steps."""
    for step in steps:
        if not isinstance(step, Use):
            continue
        yield Met(step, conditions, branch)
        inside = (*conditions, step) if isinstance(step.node, IfNode) else conditions
        for body in step.bodies:
            yield from met_in(body.steps, inside, branch=branch or step.exclusive or body.maybe)
