"""T006, T007, T008: how elements nest."""

from __future__ import annotations

from collections.abc import Iterator

from django_phoenix.management.contract.elements import Element, Fault
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.html import UNNAMED
from django_phoenix.management.contract.source import Place
from django_phoenix.management.contract.unit import Unit
from django_phoenix.management.contract.vocabulary import (
    ALONE,
    ANYWHERE,
    BLOCKS,
    HOLDS,
    INLINE,
    OPTIONAL,
    WITHIN,
)


@rule("T006", Level.ERROR, "An element that is never closed.")
def unclosed(unit: Unit) -> Iterator[Finding]:
    """On no way through the template's conditions does an end tag match it."""
    for fault in unit.faults:
        if fault.kind == "unclosed":
            yield _finding(
                fault,
                f"<{fault.name}> is not closed{_before(fault)}.",
                f"Write </{fault.name}> where it ends.",
            )
        elif fault.kind == "self-closed":
            yield _finding(
                fault,
                f"<{fault.name} … /> is not closed: HTML ignores this slash, so it holds what follows.",
                f"Write <{fault.name} …></{fault.name}>.",
            )


@rule("T007", Level.ERROR, "An end tag that closes nothing.")
def stray(unit: Unit) -> Iterator[Finding]:
    """On no way through the template's conditions is such an element open."""
    for fault in unit.faults:
        if fault.kind != "stray":
            continue
        if fault.other is not None and fault.end is not None:
            yield _finding(
                fault,
                f"</{fault.name}> closes the <{fault.name}> of {fault.other.place.source.name}, line "
                f"{fault.other.place.line}, whose own end tag then closes nothing.",
                "Remove it: what stands inside of an element cannot end it.",
            )
        elif fault.other is not None:
            yield _finding(
                fault,
                f"</{fault.name}> closes nothing: <{fault.other.tag}> in line {fault.other.place.line} has "
                f"ended the <{fault.name}>.",
                f"<{fault.name}> holds text and what stands in a line of text; use <div> here.",
            )
        else:
            yield _finding(
                fault,
                f"</{fault.name}> closes nothing.",
                "Remove it, or look for the start tag that is missing.",
            )


def _before(fault: Fault) -> str:
    if fault.end is None:
        return ""
    where = "" if fault.end.source is fault.place.source else f"{fault.end.source.name} "
    return f" before {fault.end.text.strip()} in {where}line {fault.end.line}"


def _finding(fault: Fault, message: str, hint: str) -> Finding:
    return Finding(fault.place, message, hint, None if fault.certain else Level.WARNING)


@rule("T008", Level.ERROR, "An element where HTML allows none, so that the browser moves or drops it.")
def misplaced(unit: Unit) -> Iterator[Finding]:
    """Forms in forms, links in links, and what stands between the parts of a table."""
    level = Level.WARNING if unit.kind == "template" else None
    for element in unit.elements:
        parent = element.parents[-1] if element.parents else None
        if element.tag in ALONE:
            around = _around(element)
            if around is not None:
                yield Finding(
                    element.place,
                    f"<{element.tag}> stands in <{element.tag}> ({_line(around.place, element.place)}).",
                    _cure(element.tag),
                    level,
                )
        elif element.tag in BLOCKS and (around := _paragraph(element)) is not None:
            yield Finding(
                element.place,
                f"<{element.tag}> cannot stand in <p> ({_line(around.place, element.place)}): it ends it.",
                "<p> holds text and what stands in a line of text; use <div> there.",
                level,
            )
        elif parent is not None and _is_out_of_place(element, parent):
            yield Finding(
                element.place,
                f"<{element.tag}> cannot stand in <{parent.tag}> ({_line(parent.place, element.place)}): "
                "the browser builds another page than this.",
                _room(element, parent),
                level,
            )


def _around(element: Element) -> Element | None:
    """The element of the same kind around it, unless a template's content begins between them."""
    for each in reversed(element.parents):
        if each.tag == "template":
            return None
        if each.tag == element.tag:
            return each
    return None


def _paragraph(element: Element) -> Element | None:
    """A paragraph around it that its start tag ends, through elements that are then cut in two."""
    for each in reversed(element.parents):
        if each.tag == "p":
            return each
        if each.tag not in INLINE:
            return None
    return None


def _is_out_of_place(element: Element, parent: Element) -> bool:
    if element.tag in ANYWHERE or not element.tag.isalnum():
        return False
    if parent.tag in HOLDS:
        hidden = element.tag == "input" and element.static("type") == "hidden"
        dynamic = element.tag == "input" and element.static("type") is None
        return element.tag not in HOLDS[parent.tag] and not hidden and not dynamic
    if parent.tag == "template" or parent.tag in (UNNAMED, "svg") or "-" in parent.tag:
        return False
    return element.tag in WITHIN and parent.tag not in WITHIN[element.tag] and parent.tag not in OPTIONAL


def _line(place: Place, seen_from: Place) -> str:
    where = "" if place.source is seen_from.source else f"{place.source.name}, "
    return f"{where}line {place.line}"


def _cure(tag: str) -> str:
    if tag == "form":
        return 'End the outer form before it; form="…" on an input names a form elsewhere.'
    return f"End the outer <{tag}> before it."


def _room(element: Element, parent: Element) -> str:
    if parent.tag in HOLDS:
        return f"<{parent.tag}> holds {', '.join(f'<{tag}>' for tag in sorted(HOLDS[parent.tag]))}."
    return f"It stands in {' or '.join(f'<{tag}>' for tag in sorted(WITHIN[element.tag]))}."
