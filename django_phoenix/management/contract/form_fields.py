"""What a form sends: its inputs, as far as the template shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.template.base import VariableNode

from .component_calls import call_of
from .component_classes import component_of
from .elements import Element
from .payloads import Sent, sent_as
from .source import Use
from .unit import Unit
from .vocabulary import words

SENDING = {"input", "select", "textarea", "button"}
NEVER_SENT = {"reset", "image"}
# Inside of these a variable is text.
TEXT_ONLY = words("button option textarea title script style select svg h1 h2 h3 h4")
# What a variable of this name shows may be an input.
FORMLIKE = re.compile(r"form|field|input|widget|captcha|html|content|body|slot|children", re.IGNORECASE)


@dataclass
class Form:
    """The values of one form. ``open``: there may be others; ``doubtful``: it shows variables besides."""

    sent: list[Sent] = field(default_factory=list)
    open: bool = False
    doubtful: bool = False


def fields_of(unit: Unit, form: Element) -> Form:
    """The inputs inside of a form, and those that name it."""
    found = Form(open=form.mixed)
    id = form.get("id")
    within = set(unit.elements_within(form))
    for element in unit.elements:
        inside = element in within
        owner = element.get("form")
        if owner is not None:
            inside = id is not None and owner.source == id.source
            found.open |= owner.dynamic and not inside
        if not inside:
            continue
        if element.get("phx-hook") is not None or element.static("phx-update") == "ignore":
            found.open = True
        if element.tag in SENDING:
            _add(found, element, unit, form)
    for use in unit.uses_within(form):
        _look_at(unit, found, use)
    return found


def _add(found: Form, element: Element, unit: Unit, form: Element) -> None:
    name = element.get("name")
    kind = (element.static("type") or "").lower()
    if name is None:
        found.open |= element.mixed
        return
    if kind in NEVER_SENT or element.static("disabled") is not None or not name.value:
        return
    if name.dynamic:
        _add_dynamic(found, name.value, element)
        return
    optional = element.path != form.path or name.conditional or element.get("disabled") is not None
    if element.tag == "select":
        found.sent += _of_select(unit, element, name.value, optional=optional)
        return
    found.sent.append(_of_input(element, name.value, kind, optional=optional))
    found.doubtful |= element.tag == "input" and kind == "radio"


def _of_input(element: Element, name: str, kind: str, *, optional: bool) -> Sent:
    value = element.get("value")
    checkbox = element.tag == "input" and kind == "checkbox"
    button = element.tag == "button" or kind in ("submit", "file")
    # What the user cannot change.
    fixed = element.tag == "button" or kind in ("hidden", "radio", "checkbox", "submit")
    return sent_as(
        name,
        element.place if value is None else value.value_place,
        "on" if checkbox and value is None else element.static("value") if fixed else None,
        optional=optional or checkbox or button,
        checkbox=checkbox and not optional,
    )


def _add_dynamic(found: Form, name: str, element: Element) -> None:
    """``user[{{ field }}]`` sends something at ``user``; of other names nothing is known."""
    head, bracket, _ = name.partition("[")
    if bracket and head.isidentifier():
        found.sent.append(Sent((head,), element.place))
    else:
        found.open = True


def _of_select(unit: Unit, select: Element, name: str, *, optional: bool) -> Iterator[Sent]:
    multiple = select.get("multiple") is not None or select.mixed
    yield sent_as(name, select.place, optional=optional or multiple)
    for option in unit.elements:
        if option.tag != "option" or select not in option.parents or option.static("disabled") is not None:
            continue
        value = option.get("value")
        if value is not None and option.static("value"):
            yield sent_as(name, value.place, option.static("value"), optional=True)


def _look_at(unit: Unit, found: Form, use: Use) -> None:
    """Whether a template tag inside of the form puts inputs there, or may do so."""
    component = component_of(use.node)
    if component is not None:
        _of_component(unit, found, use, component)
    elif use.opaque or _is_unknown_component(use):
        found.open = True
    elif isinstance(use.node, VariableNode) and not any(each.tag in TEXT_ONLY for each in use.parents):
        if is_formlike(use):
            found.open = True
        else:
            found.doubtful = True


def _is_unknown_component(use: Use) -> bool:
    """Other tags of components show what stands in the page anyway."""
    return use.detached and (hasattr(use.node, "registry") or hasattr(use.node, "arguments"))


def is_formlike(use: Use) -> bool:
    """Whether a variable's name is one of those that inputs go by."""
    return FORMLIKE.search(use.place.text.strip("{} \t\n").partition("|")[0]) is not None


def _of_component(unit: Unit, found: Form, use: Use, component: type[Any]) -> None:
    """``core.input`` by its name; other components hold inputs if their templates do."""
    if getattr(use.node, "name", None) != "core.input":
        found.open = found.open or may_hold_inputs(unit, component, set())
        return
    call = call_of(use.node.params)  # type: ignore[attr-defined]
    name = call.kwargs.get("name")
    if call.spread or call.args or "field" in call.kwargs or not isinstance(name, str):
        found.open = True
    elif call.kwargs.get("type") != "file":
        optional = call.kwargs.get("type") in ("checkboxes", "radio") or "multiple" in call.kwargs
        found.sent.append(sent_as(name, use.place, optional=optional or "disabled" in call.kwargs))


def may_hold_inputs(unit: Unit, component: type[Any], seen: set[type[Any]]) -> bool:
    """Whether the template of a component shows inputs, or something that may be one."""
    if component in seen:
        return False
    seen.add(component)
    own = unit.site.component_unit(component)
    if own is None or own.incomplete:
        return True
    if any(element.tag in ("input", "select", "textarea") for element in own.elements):
        return True
    for use in own.uses:
        inner = component_of(use.node)
        if inner is not None:
            found = may_hold_inputs(unit, inner, seen)
        else:
            formlike = isinstance(use.node, VariableNode) and is_formlike(use)
            found = use.opaque or _is_unknown_component(use) or formlike
        if found:
            return True
    return False
