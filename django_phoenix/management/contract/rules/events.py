"""T001: events that nobody handles. T012, T013: attributes that the client does not understand."""

from __future__ import annotations

from collections.abc import Iterator

from django_phoenix.live.spec import component_spec_of
from django_phoenix.management.contract.bindings import (
    COMMANDS,
    EVENTS,
    Binding,
    Malformed,
    Receiver,
    bindings_of,
    receivers_of,
)
from django_phoenix.management.contract.elements import Element
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.hints import nearest
from django_phoenix.management.contract.html import MARKS, Attribute
from django_phoenix.management.contract.senders import COMPONENT, senders_of
from django_phoenix.management.contract.unit import Unit

KNOWN = (
    EVENTS
    | COMMANDS
    | {
        f"phx-{name}"
        for name in (
            *("target", "key", "debounce", "throttle", "disable-with", "trigger-action", "no-unused-field"),
            *("patch-focused", "drop-target", "viewport-overrun-target", "track-static", "update", "hook"),
            *("page-loading", "no-format", "portal", "feedback-for", "feedback-group"),
        )
    }
)
UPDATES = {"ignore", "stream", "replace", "append", "prepend"}


@rule("T001", Level.ERROR, "An event that the view or component does not handle.")
def unhandled_event(unit: Unit) -> Iterator[Finding]:
    """In a template that several views show, an error only if none of them handles it."""
    for element in senders_of(unit):
        for binding in bindings_of(unit, element):
            if isinstance(binding, Binding):
                yield from _unhandled(unit, binding)


def _unhandled(unit: Unit, binding: Binding) -> Iterator[Finding]:
    receivers = receivers_of(unit, binding)
    without = [receiver for receiver in receivers if not receiver.handles(binding.event)]
    if not without:
        return
    shared = len(without) < len(receivers) or _handled_elsewhere(unit, binding)
    names = ", ".join(receiver.name for receiver in without[:3])
    yield Finding(
        binding.place,
        f"{names} {'handle' if len(without) > 1 else 'handles'} no event {binding.event!r}.",
        _advice(unit, binding, without[0]),
        Level.WARNING if shared else None,
    )


def _handled_elsewhere(unit: Unit, binding: Binding) -> bool:
    """Whether another view whose page holds this very template handles the event."""
    source = binding.place.source
    return any(
        receiver.handles(binding.event)
        for other in unit.site.all_units
        if other is not unit and other.kind == "page" and source in other.sources
        for receiver in receivers_of(other, binding)
    )


def _advice(unit: Unit, binding: Binding, receiver: Receiver) -> str:
    if (
        unit.kind == "live_component"
        and binding.target == "view"
        and unit.owner is not None
        and binding.event in component_spec_of(unit.owner).events
    ):
        return f'{unit.owner.__qualname__} handles it: add phx-target="{{{{ myself }}}}".'
    known = sorted(receiver.spec.events)
    near = nearest(binding.event, known)
    if near:
        return f"Did you mean {near!r}?"
    handled = f" It handles {', '.join(map(repr, known))}." if known else ""
    method = binding.event if binding.event.isidentifier() else f'… (with @event("{binding.event}"))'
    return f"Write @event def {method} in {receiver.name}.{handled}"


@rule("T012", Level.WARNING, "A phx- attribute that the client does not know.")
def unknown_attribute(unit: Unit) -> Iterator[Finding]:
    """Only those that are nearly one it knows: scripts of a site may have attributes of their own."""
    for element in senders_of(unit):
        for attribute in element.attributes:
            meant = _meant(attribute.name)
            if meant is not None:
                yield Finding(
                    attribute.place,
                    f"{attribute.name} means nothing to the client.",
                    f"Did you mean {meant}?",
                )


def _meant(name: str) -> str | None:
    if name == "phx-value":
        return "phx-value-NAME"
    if MARKS.search(name) or name in KNOWN or name.startswith("phx-value-"):
        return None
    if name.startswith(("phx_", "phx:")):
        return nearest(f"phx-{name[4:]}", KNOWN)
    if not name.startswith("phx-"):
        return None
    return nearest(name, KNOWN, likeness=0.8)


@rule("T013", Level.ERROR, "A phx- attribute with a value that the client does not understand.")
def wrong_value(unit: Unit) -> Iterator[Finding]:
    """Commands that are none, unknown kinds of update, times that are no numbers."""
    for element in senders_of(unit):
        for binding in bindings_of(unit, element):
            if isinstance(binding, Malformed):
                yield Finding(
                    binding.attribute.place,
                    f"{binding.problem}.",
                    'Write commands with {% js … %} or JS(); for an event {% js push "name" %}.',
                )
        for attribute in element.attributes:
            if not attribute.dynamic and attribute.value is not None:
                yield from _wrong(element, attribute, attribute.value.strip())
                if unit.kind == "live_component" and attribute.name == "phx-target":
                    yield from _text_for_myself(element, attribute, attribute.value.strip())


def _text_for_myself(element: Element, attribute: Attribute, value: str) -> Iterator[Finding]:
    if value.strip("@") == "myself":
        yield Finding(
            attribute.place,
            f'{attribute.name}="{value}" is a selector, and finds nothing.',
            "Write phx-target=myself." if element.tag == COMPONENT else 'Write phx-target="{{ myself }}".',
        )


def _wrong(element: Element, attribute: Attribute, value: str) -> Iterator[Finding]:
    expected = None
    if attribute.name == "phx-update" and value not in UPDATES:
        expected = "ignore, stream or replace"
    elif attribute.name == "phx-debounce" and not (value.isdigit() or value == "blur"):
        expected = "milliseconds or blur"
    elif attribute.name == "phx-throttle" and not value.isdigit():
        expected = "milliseconds"
    if expected is not None:
        yield Finding(
            attribute.place,
            f'{attribute.name}="{value}" on <{element.tag}> is not understood.',
            f"It takes {expected}.",
        )
