"""Elements as a page shows them, and what may be wrong with how they nest."""

from __future__ import annotations

from dataclasses import dataclass

from .html import Attribute, Tag
from .source import Place, Scope, Use


@dataclass(eq=False, repr=False)
class Element:
    """A start tag as the page shows it."""

    tag: str
    attributes: tuple[Attribute, ...]
    place: Place
    scope: Scope
    # What is open around it, outermost first; incomplete if it stands in what a component is given.
    parents: tuple[Element, ...]
    enclosed: bool
    live: bool
    # The branches in which it stands: tags of which one body is shown, with that body's number.
    path: tuple[tuple[Use, int], ...] = ()
    repeated: bool = False
    # The template may add attributes whose names are not written here.
    mixed: bool = False
    self_closed: bool = False
    # Some end tag matches it, on some way; the first that did.
    closed: bool = False
    end: Tag | None = None
    # The start tag that ended it, as a block ends a paragraph.
    ended_by: Element | None = None
    opaque_before: int = 0
    # Of what a component is given: what is open around the component.
    outer: tuple[Element, ...] = ()

    def __repr__(self) -> str:
        return f"<Element {self.place.text!r}>"

    def get(self, name: str) -> Attribute | None:
        """An attribute that is written here."""
        return next((each for each in self.attributes if each.name == name), None)

    def static(self, name: str) -> str | None:
        """The value of an attribute that the template does not vary; None if there is none or it varies."""
        found = self.get(name)
        if found is None or found.dynamic or found.conditional:
            return None
        return found.value or ""

    def inside(self, tag: str) -> Element | None:
        """The nearest element of this kind around it."""
        return next((each for each in reversed(self.parents) if each.tag == tag), None)


@dataclass(frozen=True)
class Fault:
    """Something wrong with how elements nest. ``certain`` False: a tag that we do not know may be at work."""

    kind: str  # "unclosed", "stray", "misnested", "self-closed"
    place: Place
    name: str
    other: Element | None = None
    # The tag at which it shows: an end tag that comes too early, or one that nothing is left for.
    end: Place | None = None
    certain: bool = True
