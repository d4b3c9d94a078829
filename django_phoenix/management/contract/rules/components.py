"""T040: unknown components and views. T041, T042: their arguments. T043, T045: their slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps

from django_phoenix.management.contract.component_calls import DEFAULT, Call, call_of, fills_of, part_of
from django_phoenix.management.contract.component_classes import (
    component_of,
    imported_live_components,
    live_component_path,
)
from django_phoenix.management.contract.component_slots import slots_of
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.hints import did_you_mean
from django_phoenix.management.contract.literals import DYNAMIC
from django_phoenix.management.contract.nested_views import view_of, view_path, why_not
from django_phoenix.management.contract.source import Place, Step, Text, Use
from django_phoenix.management.contract.takes import Argument, Takes, takes_of
from django_phoenix.management.contract.unit import Unit
from django_phoenix.rendering.live_components import LiveComponentNode


@rule("T040", Level.ERROR, "A component or view that there is not.")
def unknown_component(unit: Unit) -> Iterator[Finding]:
    """Of django-components, by its registered name; a live component or view, by its class."""
    for use in unit.uses:
        node: Any = use.node
        if component_of(node) is not None:
            continue
        if part_of(node) == "component":
            yield Finding(
                use.place,
                f"There is no component {node.name!r}.",
                did_you_mean(node.name, node.registry.all(), "Register it: @register or @component."),
            )
        elif (path := live_component_path(node)) is not None:
            yield Finding(
                use.place,
                f"There is no live component {path!r}.",
                did_you_mean(path, _live_components(), 'Give its dotted path, or "app_label.ClassName".'),
            )
        elif (path := view_path(node)) is not None and view_of(node) is None:
            yield Finding(
                use.place,
                f"There is no live view {path!r} that could be shown here.",
                why_not(path),
            )


def _live_components() -> Iterator[str]:
    """Both names of each that is known."""
    for component in imported_live_components():
        config = apps.get_containing_app_config(component.__module__)
        yield f"{component.__module__}.{component.__qualname__}"
        if config is not None:
            yield f"{config.label}.{component.__qualname__}"


@rule("T045", Level.ERROR, "A fill that stands in no component, or text beside fills.")
def lost_fills(unit: Unit) -> Iterator[Finding]:
    """In a component's body fills may stand in conditions and loops. A loose template may be part of one."""
    if unit.kind != "template":
        yield from _lost_fills(unit.steps, inside=False)


def _lost_fills(steps: Iterable[Step], *, inside: bool) -> Iterator[Finding]:
    before = None  # the last component that has no body
    for use in steps:
        if isinstance(use, Text):
            continue
        kind = part_of(use.node) or ("component" if isinstance(use.node, LiveComponentNode) else None)
        if kind == "component":
            yield from _beside_fills(use)
        if kind == "fill" and not inside:
            yield Finding(use.place, "{% fill %} stands in no component.", _where_it_belongs(before))
        if kind == "component" and not any(body.steps for body in use.bodies):
            before = use
        for body in use.bodies:
            yield from _lost_fills(
                body.steps, inside=use.opaque or kind == "component" or (not kind and inside)
            )


def _beside_fills(use: Use) -> Iterator[Finding]:
    """Text between the fills of a component, which then refuses its body."""
    steps = [step for body in use.bodies for step in body.steps]
    if not any(isinstance(step, Use) and part_of(step.node) == "fill" for step in steps):
        return
    for step in steps:
        if isinstance(step, Text) and (text := step.source.text[step.start : step.end]).strip():
            start = step.start + len(text) - len(text.lstrip())
            yield Finding(
                Place(step.source, start, start + len(text.strip())),
                f"Text stands beside the fills of {_called(use)[4:]}.",
                "Put it into a fill, or remove it.",
            )
            return


def _where_it_belongs(before: Use | None) -> str:
    if before is None:
        return "Write it between {% component … %} and {% endcomponent %}."
    return (
        f"If it belongs to the one in line {before.place.line}: no slash at that one's end, and "
        f"{{% end{before.name} %}} after the fills."
    )


def components_in(unit: Unit) -> Iterator[tuple[Use, type[Any], Call]]:
    """The tags of django-components whose component is known, with what they give."""
    for use in unit.uses:
        if part_of(use.node) == "component":
            component = component_of(use.node)
            if component is not None and component.__name__ != "DynamicComponent":
                yield use, component, call_of(use.node.params)  # type: ignore[attr-defined]


@rule("T041", Level.ERROR, "A component lacks an argument, or is given one that it does not take.")
def unfit_arguments(unit: Unit) -> Iterator[Finding]:
    """By what it declares: a function component, or the classes Args and Kwargs."""
    for use, component, call in components_in(unit):
        takes = takes_of(component)
        for name in call.kwargs:
            if not takes.accepts(name):
                hint = did_you_mean(name, takes.named or (), f"It takes {_listed(takes.named or ())}.")
                yield Finding(use.place.find(name), f"{_called(use)} takes no {name!r}.", hint)
        most = takes.most_positional
        if most is not None and len(call.args) > most:
            text = f"{_called(use)} takes {most or 'no'} arguments without a name, got {len(call.args)}."
            yield Finding(use.place, text, "Give the others by name, or leave them out.")
        missing = [] if call.spread else list(_missing(takes, call))
        if missing:
            names = ", ".join(f"{argument.name!r} ({argument.expected})" for argument in missing)
            yield Finding(use.place, f"{_called(use)} needs {names}.", _how_to_give(takes, missing[0]))


def _missing(takes: Takes, call: Call) -> Iterator[Argument]:
    positional = takes.positional or []
    given = {*call.kwargs, *(argument.name for argument in positional[: len(call.args)])}
    declared = {**{argument.name: argument for argument in positional}, **(takes.named or {})}
    return (argument for argument in declared.values() if argument.required and argument.name not in given)


def _how_to_give(takes: Takes, argument: Argument) -> str:
    if takes.named is not None and argument.name in takes.named:
        return f"Write {{% component … {argument.name}=… %}}."
    return "Give it without a name, in its place."


@rule("T042", Level.WARNING, "An argument of a component is of another type than declared.")
def mistyped_arguments(unit: Unit) -> Iterator[Finding]:
    """Literals only. An error for function components, which refuse it."""
    for use, component, call in components_in(unit):
        takes = takes_of(component)
        named = takes.named or {}
        pairs = [*zip(takes.positional or (), call.args, strict=False)]
        pairs += [(named[name], value) for name, value in call.kwargs.items() if name in named]
        for argument, value in pairs:
            if value is not DYNAMIC and not argument.fits(value):
                yield Finding(
                    use.place.find(argument.name),
                    f"{_called(use)}: {argument.name!r} should be {argument.expected}, got {value!r}.",
                    _about(argument, value),
                    Level.ERROR if takes.strict else None,
                )


def _about(argument: Argument, value: Any) -> str:
    if isinstance(value, str) and argument.annotation in (int, float, bool):
        return f"Without quotes it is no text: {argument.name}=…."
    return "Correct the value, or the annotation."


@rule("T043", Level.WARNING, "A slot is filled that a component does not have, or one is left empty.")
def unfit_slots(unit: Unit) -> Iterator[Finding]:
    """An error where the component then can't be rendered."""
    for use in unit.uses:
        slots = slots_of(unit.site, use.node)
        if slots is None:
            continue
        fills = fills_of(use)
        for fill, place in fills.named:
            if not slots.takes(fill):
                lacks = "shows nothing of its body" if fill == DEFAULT else f"has no slot {fill!r}"
                hint = did_you_mean(fill, slots.names, f"Its slots: {_listed(slots.names)}.")
                yield Finding(place, f"{_called(use)} {lacks}.", hint, Level.ERROR if slots.strict else None)
        empty = set() if fills.open else slots.left_empty(fill for fill, _ in fills.named)
        if empty:
            yield Finding(
                use.place,
                f"{_called(use)} needs {_listed(empty)}, which nothing fills.",
                'Write it between the tags: {% fill "…" %}…{% endfill %}; without fills, all is the body.',
                Level.ERROR,
            )


def _called(use: Use) -> str:
    return f"The component {getattr(use.node, 'name', None) or live_component_path(use.node)!r}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
