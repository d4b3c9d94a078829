"""Template tags with what stands around them: names that are asked for first, branches they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.template.defaulttags import IfNode

from .reads import reads_of
from .source import Step, Use


@dataclass(frozen=True)
class Met:
    """One tag. ``asked``: names that an ``{% if %}`` around it asks for. ``branch``: it may not be shown."""

    use: Use
    asked: frozenset[str] = frozenset()
    branch: bool = False


def met_in(
    steps: Iterable[Step], asked: frozenset[str] = frozenset(), *, branch: bool = False
) -> Iterator[Met]:
    """Every tag below these steps."""
    for step in steps:
        if not isinstance(step, Use):
            continue
        yield Met(step, asked, branch)
        inside = asked
        if isinstance(step.node, IfNode):
            inside |= {read.name for read in reads_of(step)}
        for body in step.bodies:
            yield from met_in(body.steps, inside, branch=branch or step.exclusive or body.maybe)
