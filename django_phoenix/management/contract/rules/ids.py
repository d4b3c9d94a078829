"""T009, T010: ids that a page has more than once."""

from __future__ import annotations

from collections.abc import Iterator

from django_phoenix.management.contract.elements import Element
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.unit import Unit


@rule("T009", Level.ERROR, "The same id twice in a page.")
def duplicate_id(unit: Unit) -> Iterator[Finding]:
    """Only where both are certainly shown together: not in branches of different conditions."""
    level = Level.WARNING if unit.kind == "template" else None
    seen: dict[str, list[Element]] = {}
    for element in _with_id(unit):
        id = element.static("id") or ""
        for other in seen.get(id, ()):
            if _together(element, other) and element.place != other.place:
                where = other.place
                file = "" if where.source is element.place.source else f"{where.source.name}, "
                yield Finding(
                    element.get("id").place,  # type: ignore[union-attr]
                    f"The id {id!r} is taken by <{other.tag}> ({file}line {where.line}).",
                    "The client finds elements by their ids and mixes these two up: rename one.",
                    level,
                )
                break
        seen.setdefault(id, []).append(element)


@rule("T010", Level.WARNING, "A fixed id on an element that is shown several times.")
def repeated_id(unit: Unit) -> Iterator[Finding]:
    """In a loop, or in a template that a page includes twice."""
    shown: dict[tuple[str, int], list[Element]] = {}
    for element in _with_id(unit):
        place = element.place
        others = shown.setdefault((place.source.path, place.start), [])
        twice = any(_together(element, other) for other in others)
        others.append(element)
        if element.repeated or twice:
            how = "in a loop" if element.repeated else "in a template that this page shows twice"
            yield Finding(
                element.get("id").place,  # type: ignore[union-attr]
                f"The id {element.static('id')!r} stands {how}, so the page may have it more than once.",
                'Make it depend on what is shown: id="row-{{ row.pk }}".',
            )


def _with_id(unit: Unit) -> Iterator[Element]:
    for element in unit.elements:
        if element.static("id") and element.inside("template") is None and element.inside("svg") is None:
            yield element


def _together(one: Element, other: Element) -> bool:
    """Whether one of them is shown whenever the other is."""
    if not (one.enclosed and other.enclosed):
        return False
    shorter = min(len(one.path), len(other.path))
    return one.path[:shorter] == other.path[:shorter]
