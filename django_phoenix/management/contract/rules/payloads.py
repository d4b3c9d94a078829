"""T002, T003: what an event carries and what its handler takes."""

from __future__ import annotations

from collections.abc import Iterator

from django_phoenix.live.forms import TARGET
from django_phoenix.management.contract.bindings import (
    FREE_PAYLOADS,
    KEY_EVENTS,
    Binding,
    Receiver,
    bindings_of,
    receivers_of,
)
from django_phoenix.management.contract.elements import Element
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.form_fields import Form, fields_of
from django_phoenix.management.contract.hints import nearest
from django_phoenix.management.contract.payloads import Expected, Sent, is_among
from django_phoenix.management.contract.senders import COMPONENT, senders_of
from django_phoenix.management.contract.unit import Unit

PREFIX = "phx-value-"
# Elements that have a property `value` even without the attribute.
WITH_VALUE = {"button", "data", "input", "li", "meter", "option", "output", "progress", "select", "textarea"}


@rule("T002", Level.ERROR, "An event whose values do not fit the handler's parameters.")
def unfit_payload(unit: Unit) -> Iterator[Finding]:
    """A required parameter that nothing gives, or a value written in the template that is of another type."""
    for binding, receiver, expected in _handled(unit):
        sent, sure = _sent(unit, binding)
        yield from _wrong(binding, receiver, expected, sent)
        if sure is not None:
            yield from _missing(binding, receiver, expected, sent, sure)


@rule("T003", Level.WARNING, "A phx-value- that the handler does not take.")
def dropped_value(unit: Unit) -> Iterator[Finding]:
    """It is dropped without a word."""
    for binding, receiver, expected in _handled(unit):
        names = expected.names
        if names is None:
            continue
        for value in _values(binding.element):
            if value.path[0] not in names:
                yield Finding(
                    value.place,
                    f"{receiver.name}.{expected.handler.function.__name__} takes no {value.path[0]!r}, "
                    "so the value is dropped.",
                    _rename(value.path[0], names),
                )


def _handled(unit: Unit) -> Iterator[tuple[Binding, Receiver, Expected]]:
    for element in senders_of(unit):
        for binding in bindings_of(unit, element):
            if isinstance(binding, Binding):
                for receiver in receivers_of(unit, binding):
                    handler = receiver.handler(binding.event)
                    if handler is not None:
                        yield binding, receiver, Expected(handler, receiver.owner)


def _rename(name: str, names: list[str]) -> str:
    wanted = name.replace("-", "_")
    for known in names:
        if known.lower() == wanted.lower():
            if known != known.lower():
                return f"HTML knows small letters only: rename the parameter {known}."
            return f"Write {PREFIX}{known}."
    near = nearest(wanted, names)
    if near:
        return f"Did you mean {PREFIX}{near}?"
    return f"It takes {', '.join(names)}." if names else "It takes no parameters."


# -- what is sent


def _values(element: Element) -> list[Sent]:
    """The ``phx-value-…`` of an element."""
    return [
        Sent(
            (attribute.name.removeprefix(PREFIX),),
            attribute.place,
            None if attribute.dynamic else attribute.value or "",
            optional=attribute.conditional,
        )
        for attribute in element.attributes
        if attribute.name.startswith(PREFIX) and attribute.name != PREFIX
    ]


def _sent(unit: Unit, binding: Binding) -> tuple[list[Sent], Form | None]:
    """The values of an event; None beside them if there may be more."""
    sent = _values(binding.element) + _of_commands(binding)
    if binding.of_form:
        form = _form(unit, binding.element)
        form.sent += sent
        form.sent.append(Sent((TARGET,), binding.place))
        return form.sent, None if form.open or binding.value is None else form
    element = binding.element
    if element.tag == COMPONENT:
        sent.append(Sent(("value",), binding.place))
    elif element.tag in WITH_VALUE or element.get("value") is not None:
        plain = element.tag in WITH_VALUE and element.get("value") is None and not element.mixed
        optional = binding.attribute.name not in KEY_EVENTS and not plain
        sent.append(Sent(("value",), binding.place, optional=optional))
    if binding.attribute.name in KEY_EVENTS:
        sent.append(Sent(("key",), binding.place))
    unsure = element.mixed or binding.value is None or binding.attribute.name in FREE_PAYLOADS
    return sent, None if unsure else Form(sent)


def _of_commands(binding: Binding) -> list[Sent]:
    return [
        Sent((name,), binding.place, value if isinstance(value, str) else None)
        for name, value in (binding.value or {}).items()
    ]


def _form(unit: Unit, element: Element) -> Form:
    """The values of a form; of a single input only its own."""
    if element.tag == "form":
        return fields_of(unit, element)
    name = element.get("name")
    if name is None or name.dynamic or not name.value or element.tag not in ("input", "select", "textarea"):
        return Form(open=True)
    form = element.inside("form")
    if form is None:
        return Form(open=True)
    whole = fields_of(unit, form)
    place = element.place
    return Form([each for each in whole.sent if place.start <= each.place.start < place.end], doubtful=True)


# -- what is wrong with it


def _wrong(binding: Binding, receiver: Receiver, expected: Expected, sent: list[Sent]) -> Iterator[Finding]:
    for value, text in expected.wrong(sent):
        yield Finding(
            value.place,
            f"{receiver.name}.{expected.handler.function.__name__}: {'.'.join(value.path)} {text}, "
            f"got {value.value!r}.",
            f"The event {binding.event!r} is refused. Correct the value, or the parameter's annotation.",
        )


def _missing(
    binding: Binding, receiver: Receiver, expected: Expected, sent: list[Sent], form: Form
) -> Iterator[Finding]:
    boxes = {each.path for each in sent if each.checkbox}
    maybe = {each.path for each in sent if each.optional}
    for path in expected.missing(sent):
        name = ".".join(path)
        who = f"{receiver.name}.{expected.handler.function.__name__}"
        if path in boxes:
            yield Finding(
                binding.place,
                f"{who} needs {name!r}, which a checkbox sends only when it is ticked.",
                f"Give the parameter a default: {path[-1]}: bool = False.",
                Level.WARNING,
            )
        elif not is_among(path, maybe):
            yield Finding(
                binding.place,
                f"{who} needs {name!r}, which this {binding.element.tag} does not send.",
                _give(binding, path, sent),
                Level.WARNING if form.doubtful else None,
            )


def _give(binding: Binding, path: tuple[str, ...], sent: list[Sent]) -> str:
    names = [".".join(each.path) for each in sent if not each.path[0].startswith("_")]
    near = nearest(".".join(path), dict.fromkeys(names))
    if near:
        return f"Is it meant to be {near!r}, which is sent? Else add it, or give the parameter a default."
    if binding.of_form:
        name = path[0] + "".join(f"[{part}]" for part in path[1:])
        return f'Add an input with name="{name}", or give the parameter a default.'
    return f'Add {PREFIX}{path[0]}="…", or give the parameter a default.'
