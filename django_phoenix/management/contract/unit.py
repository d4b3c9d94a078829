"""What rules are given: one page, or one component, put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from .elements import Element, Fault
from .nesting import Nesting
from .source import Place, Source, Step, Use

if TYPE_CHECKING:
    from django_phoenix.live.routes import LiveRoute

    from .site import Site

Kind = Literal["page", "component", "live_component", "template"]


@dataclass(eq=False, repr=False)
class Unit:
    """One page, component or template.

    ``page``: a live view's page with parents and layout, ``owner`` is its view class. ``component``: a class
    of django-components. ``live_component``: a LiveComponent. ``template``: a template that was asked for by
    path and is part of none of these.
    """

    kind: Kind
    owner: type[Any] | None
    site: Site
    steps: list[Step]
    sources: list[Source]
    # Parts are known only when the page is rendered: an `{% include %}` of a variable, and such.
    incomplete: bool = False
    # Nothing but this template stands in the page, or we know all that does.
    whole: bool = True
    # Templates that a tag names and that are not there or cannot be read.
    problems: list[tuple[Place, Exception]] = field(default_factory=list)
    routes: list[LiveRoute] = field(default_factory=list)
    # The live views in whose pages it is shown; empty: not known.
    views: set[type[Any]] = field(default_factory=set)

    # Of a live view without a URL of its own: the pages whose tags show it.
    around: list[Unit] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"

    @property
    def name(self) -> str:
        """How messages call it."""
        if self.owner is not None:
            return self.owner.__qualname__
        return self.sources[0].name

    @cached_property
    def uses(self) -> list[Use]:
        """Every template tag and variable, in order, those in bodies after the tag that holds them.

        An included template that is shown twice is here twice.
        """
        return list(_flat(self.steps))

    @property
    def elements(self) -> list[Element]:
        """Every start tag, in order. A loop's body is here once."""
        return self._nesting.elements

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with how elements nest; nothing if there are too many ways to tell."""
        nesting = self._nesting
        return [] if nesting.gave_up else nesting.faults

    @cached_property
    def _nesting(self) -> Nesting:
        nesting = Nesting(self.site.tags_of, whole=self.whole)
        nesting.follow(self.steps)
        return nesting

    def use_at(self, place: Place) -> Use | None:
        """The tag that stands at the start of a place."""
        return self._uses_by_place.get((place.source, place.start))

    @cached_property
    def _uses_by_place(self) -> dict[tuple[Source, int], Use]:
        return {(use.place.source, use.place.start): use for use in self.uses}

    def uses_within(self, element: Element) -> list[Use]:
        """The template tags inside of an element; those in its start tag are not."""
        self.elements  # noqa: B018 (which notes the parents of each use)
        return [use for use in self.uses if element in use.parents or element in use.outer]

    def elements_within(self, element: Element) -> list[Element]:
        """The elements inside of an element, with what it gives to components."""
        return [each for each in self.elements if element in each.parents or element in each.outer]


def _flat(steps: list[Step]) -> Iterator[Use]:
    for step in steps:
        if isinstance(step, Use):
            yield step
            for body in step.bodies:
                yield from _flat(body.steps)
