"""Which events an element sends, to whom, and with what: ``phx-…`` attributes, as the client reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.template.base import FilterExpression

from django_phoenix.live.js_tag import JsNode
from django_phoenix.live.spec import OwnSpec, component_spec_of, spec_of
from django_phoenix.params import Handler

from .assigned import assigned_by
from .commands import commands_of_json, commands_of_tag
from .elements import Element
from .html import Attribute
from .literals import DYNAMIC, value_of
from .source import Place, Use
from .unit import Unit

# Whose value is an event's name or commands.
EVENTS = {
    f"phx-{name}"
    for name in (
        *("click", "click-away", "change", "submit", "keydown", "keyup", "window-keydown", "window-keyup"),
        *("focus", "blur", "window-focus", "window-blur", "viewport-top", "viewport-bottom"),
        *("auto-recover", "progress"),
    )
}
# Attributes of the core set that are such, as `senders` calls them.
CORE_EVENTS = {
    "core.modal": ("on_close",),
    "core.table": ("sort", "row_click"),
    "core.tabs": ("event",),
}
CORE = "core:"
EVENTS |= {CORE + name for names in CORE_EVENTS.values() for name in names}
# Whose value is commands alone.
COMMANDS = {"phx-mounted", "phx-remove", "phx-connected", "phx-disconnected"}
FORM_EVENTS = {"phx-change", "phx-submit", "phx-auto-recover"}
KEY_EVENTS = {"phx-keydown", "phx-keyup", "phx-window-keydown", "phx-window-keyup"}
# What is sent depends on the list, on the upload, on the component.
FREE_PAYLOADS = {
    *("phx-viewport-top", "phx-viewport-bottom", "phx-progress"),
    *(name for name in EVENTS if name.startswith(CORE)),
}
# Not an event's name, but an order to the client.
NOT_EVENTS = {"phx-auto-recover": {"ignore"}}
# Handled for every view.
BUILT_IN = {"lv:clear-flash"}


@dataclass(frozen=True)
class Binding:
    """One event of one element. ``target``: "view", "myself" (the live component), or "elsewhere"."""

    element: Element
    attribute: Attribute
    event: str
    place: Place
    target: str
    # From `JS.push(…, value=…)`: keys with their values, DYNAMIC for one that varies; None: not known.
    value: dict[str, Any] | None = field(default_factory=dict)

    @property
    def of_form(self) -> bool:
        return self.attribute.name in FORM_EVENTS


@dataclass(frozen=True)
class Malformed:
    """An attribute that should hold commands and holds something else."""

    attribute: Attribute
    problem: str


def bindings_of(unit: Unit, element: Element) -> Iterator[Binding | Malformed]:
    """The events that an element sends, as far as the template names them."""
    for attribute in element.attributes:
        if attribute.name in EVENTS or attribute.name in COMMANDS:
            if attribute.choices:
                for text, place in attribute.choices:
                    yield from _of_text(unit, element, attribute, text, place)
            elif attribute.dynamic:
                yield from _of_tag(unit, element, attribute)
            elif attribute.value is not None:
                yield from _of_text(unit, element, attribute, attribute.value.strip(), attribute.value_place)


def _of_text(
    unit: Unit, element: Element, attribute: Attribute, value: str, place: Place
) -> Iterator[Binding | Malformed]:
    if value.startswith("["):
        yield from _of_json(unit, element, attribute, value, place)
    elif attribute.name in COMMANDS:
        yield Malformed(attribute, f"{attribute.name} runs client commands; {value!r} is none")
    elif value and value not in NOT_EVENTS.get(attribute.name, ()):
        yield Binding(element, attribute, value, place, _target(unit, element))


def _of_json(
    unit: Unit, element: Element, attribute: Attribute, value: str, place: Place
) -> Iterator[Binding | Malformed]:
    try:
        commands = commands_of_json(value)
    except (ValueError, TypeError) as error:
        yield Malformed(attribute, f"the commands can't be read: {error}")
        return
    for name, options in commands:
        if name == "push" and isinstance(options.get("event"), str):
            target = "elsewhere" if options.get("target") is not None else _target(unit, element)
            values = options.get("value")
            known = dict(values) if isinstance(values, dict) else {}
            yield Binding(element, attribute, options["event"], place.find(options["event"]), target, known)


def _of_tag(unit: Unit, element: Element, attribute: Attribute) -> Iterator[Binding]:
    """Of ``phx-click="{% js push "save" then hide %}"``."""
    use = unit.use_at(attribute.value_place)
    if use is None or not isinstance(use.node, JsNode) or use.place.text != attribute.value_place.text:
        return
    for method, arguments in commands_of_tag(use.node):
        if method == "push":
            yield from _of_push(unit, element, attribute, use, arguments)


def _of_push(
    unit: Unit,
    element: Element,
    attribute: Attribute,
    use: Use,
    arguments: dict[str | None, FilterExpression],
) -> Iterator[Binding]:
    target = _target(unit, element)
    if "target" in arguments:
        is_me = getattr(arguments["target"].var, "lookups", None) == ("myself",)
        target = "myself" if is_me and unit.kind == "live_component" else "elsewhere"
    values = {
        name.removeprefix("value-"): value_of(expression)
        for name, expression in arguments.items()
        if name is not None and name.startswith("value-")
    }
    named = arguments.get("event", arguments.get(None))
    event = DYNAMIC if named is None else value_of(named)
    if isinstance(event, str):
        place = use.place.find(event)
        yield Binding(element, attribute, event, place, target, None if "value" in arguments else values)


def _target(unit: Unit, element: Element) -> str:
    target = element.get("phx-target")
    if target is None:
        return "elsewhere" if element.mixed else "view"
    is_me = target.dynamic and target.source.strip("{} \t\n").partition("|")[0] == "myself"
    if is_me and unit.kind == "live_component" and not element.scope.binds("myself"):
        return "myself"
    return "elsewhere"


# -- who handles it


@dataclass(frozen=True)
class Receiver:
    """A class that may get an event."""

    owner: type[Any]
    spec: OwnSpec

    @property
    def name(self) -> str:
        return self.owner.__qualname__

    def handles(self, event: str) -> bool:
        if event in self.spec.events or self.spec.has("handle_event") or event in BUILT_IN:
            return True
        return _hooks_events(self.owner)  # type: ignore[arg-type]  # (a class can be hashed)

    def handler(self, event: str) -> Handler | None:
        return self.spec.events.get(event)


@cache
def _hooks_events(owner: type[Any]) -> bool:
    """Whether it, or a guard of it, attaches hooks that see its events."""
    return assigned_by(owner, getattr(owner, "on_mount", ())).hooks_events


def receivers_of(unit: Unit, binding: Binding) -> list[Receiver]:
    """The classes that get an event, each in its own page; none if that is not known."""
    if binding.target == "myself" and unit.owner is not None:
        return [Receiver(unit.owner, component_spec_of(unit.owner))]
    if binding.target == "view":
        views = sorted(unit.views, key=lambda view: view.__qualname__)
        return [Receiver(view, spec_of(view)) for view in views]
    return []
