"""The fields of a form, and what a browser would send of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django_phoenix.testing.live.dom import Dom, attribute, text_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Node

BUTTONS = frozenset({"submit", "button", "image", "reset"})
TICKED = frozenset({"checkbox", "radio"})


class Control:
    """One field. ``typed``: what the user has put in, None: nothing."""

    __slots__ = ("disabled", "element", "kind", "name", "typed")

    def __init__(self, element: Node, disabled: bool) -> None:
        self.element = element
        self.name = attribute(element, "name") or ""
        self.disabled = disabled
        tag = element.tag
        default = {"input": "text", "button": "submit"}.get(tag or "", tag or "")
        kind = (attribute(element, "type") or default).lower() if tag in ("input", "button") else default
        self.kind = "select-many" if tag == "select" and attribute(element, "multiple") is not None else kind
        self.typed: Any = None

    @property
    def own_value(self) -> str:
        """Its attribute: for boxes, what they stand for."""
        value = attribute(self.element, "value")
        return value if value is not None else "on" if self.kind in TICKED else ""

    @property
    def rendered(self) -> Any:
        """What it holds by the page's HTML."""
        if self.kind in TICKED:
            return attribute(self.element, "checked") is not None
        if self.kind == "textarea":
            return self.element.text(deep=True)
        if self.kind in ("select", "select-many"):
            return self._chosen()
        return self.own_value

    @property
    def holds(self) -> Any:
        """What it holds now: a text, a truth for boxes, a list for a select of many."""
        return self.rendered if self.typed is None else self.typed

    @property
    def sends(self) -> list[str]:
        """Its values in a form's data."""
        if self.kind in BUTTONS or self.kind == "file" or not self.name or self.disabled:
            return []
        held = self.holds
        if self.kind in TICKED:
            return [self.own_value] if held else []
        if self.kind == "select-many":
            return list(held)
        return [] if held is None else [str(held)]

    @property
    def options(self) -> list[tuple[str, str]]:
        """Value and label of what can be chosen."""
        return [(option_value(each), text_of(each)) for each in self._options() if not _is_off(each)]

    def _options(self) -> list[Node]:
        return self.element.css("option")

    def _chosen(self) -> Any:
        options = self._options()
        chosen = [option_value(each) for each in options if attribute(each, "selected") is not None]
        if self.kind == "select-many":
            return chosen
        if chosen:
            return chosen[-1]
        return next((option_value(each) for each in options if not _is_off(each)), None)


def option_value(option: Node) -> str:
    """Its attribute, or else its text."""
    value = attribute(option, "value")
    return text_of(option) if value is None else value


def controls_of(dom: Dom, form: Node) -> list[Control]:
    """The fields of a form, in document order; also those outside that name it by ``form=``."""
    inside = {each.mem_id for each in form.css("input,select,textarea,button")}
    found: list[Control] = []
    for each in dom.find("input,select,textarea,button"):
        named = attribute(each, "form")
        if (named == form.id) if named is not None else (each.mem_id in inside):
            found.append(Control(each, is_disabled(dom, each)))
    return found


def form_of(dom: Dom, element: Node) -> Node | None:
    """The form that a field is of."""
    named = attribute(element, "form")
    return dom.by_id(named) if named is not None else dom.nearest(element, "form")


def is_disabled(dom: Dom, element: Node) -> bool:
    """By its own attribute, or a fieldset's around it."""
    if attribute(element, "disabled") is not None:
        return True
    fieldset = dom.nearest(element, "fieldset", "disabled")
    return fieldset is not None and fieldset != element


def is_submitter(element: Node) -> bool:
    """Whether a click on it submits its form."""
    kind = (attribute(element, "type") or "").lower()
    if element.tag == "button":
        return kind in ("", "submit")
    return element.tag == "input" and kind in ("submit", "image")


def pairs_of(controls: Iterable[Control], submitter: Node | None) -> list[tuple[str, str, Control]]:
    """Names and values, in order; the submitter's at its place."""
    pairs: list[tuple[str, str, Control]] = []
    for control in controls:
        if submitter is not None and control.element == submitter and control.name:
            pairs.append((control.name, control.own_value, control))
        pairs += [(control.name, value, control) for value in control.sends]
    return pairs


def _is_off(option: Node) -> bool:
    group = option.parent
    return attribute(option, "disabled") is not None or (
        group is not None and group.tag == "optgroup" and attribute(group, "disabled") is not None
    )
