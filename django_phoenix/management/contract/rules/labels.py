"""T011: inputs without a label."""

from __future__ import annotations

from collections.abc import Iterator

from django_phoenix.management.contract.elements import Element
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.html import Attribute
from django_phoenix.management.contract.unit import Unit

# They need none, or carry it in their value.
SELF_EXPLAINING = {"hidden", "submit", "button", "reset", "image"}
NAMING = ("aria-label", "aria-labelledby", "title", "hidden")


@rule("T011", Level.WARNING, "An input without a label.")
def unlabelled(unit: Unit) -> Iterator[Finding]:
    """People who do not see the page cannot tell what it is for."""
    targets = [target for element in unit.elements if (target := _for(element)) is not None]
    for element in unit.elements:
        if _needs_label(element) and not _has_label(element, targets):
            hint = (
                'Put it into <label>…</label>, or give it an id and write <label for="…">, or aria-label="…".'
            )
            yield Finding(element.place, f"{_shown(element)} has no label.", hint)


def _for(element: Element) -> Attribute | None:
    return element.get("for") if element.tag == "label" else None


def _needs_label(element: Element) -> bool:
    if element.tag not in ("input", "select", "textarea") or element.mixed or not element.enclosed:
        return False
    kind = element.get("type")
    if kind is not None and (kind.dynamic or kind.conditional):
        return False
    if element.tag == "input" and kind is not None and (kind.value or "").strip().lower() in SELF_EXPLAINING:
        return False
    if any(_is_hidden(each) for each in (*element.parents, element)):
        return False
    return not any(element.get(name) is not None for name in NAMING)


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") is not None or element.tag == "template"


def _has_label(element: Element, targets: list[Attribute]) -> bool:
    if element.inside("label") is not None:
        return True
    id = element.get("id")
    if id is None:
        return False
    if id.dynamic:
        return any(target.dynamic for target in targets)
    return any(target.dynamic or target.value == id.value for target in targets)


def _shown(element: Element) -> str:
    name = element.get("name") or element.get("id")
    return f'<{element.tag} {name.name}="{name.source}">' if name else f"<{element.tag}>"
