"""Which slots a component has: declared by its class, or shown by its template."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django_phoenix.declarations.declaration import BODY

from .component_calls import DEFAULT, call_of, part_of
from .component_classes import component_of, is_live_component
from .guarded import met_in
from .python import definition
from .reads import reads_of
from .site import Site
from .takes import takes_of
from .unit import Unit

# How the code of a component may get at what fills its slots, and show it by itself.
USES_SLOTS = {"slots", "raw_slots", "input", "is_filled"}


@dataclass
class Slots:
    """``strict``: a fill of any other slot is refused when the component is rendered."""

    names: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    strict: bool = False
    more: Callable[[str], bool] | None = None
    # Which of them takes what stands between the tags.
    body: str = DEFAULT

    def left_empty(self, fills: Iterable[str]) -> set[str]:
        """Those that have to be filled and are not."""
        return self.required - {self.body if fill == DEFAULT else fill for fill in fills}

    def takes(self, fill: str) -> bool:
        return fill in self.names or (self.more is not None and self.more(fill))


def slots_of(site: Site, node: Any) -> Slots | None:
    """The slots of the component that a tag shows; None if it is none, or only rendering can tell."""
    component = component_of(node)
    if component is None or component.__name__ == "DynamicComponent":
        return None
    declaration = getattr(component, "declaration", None)
    if declaration is not None and not is_live_component(component):
        return _of_function(declaration)
    unit = site.component_unit(component)
    shown = None if unit is None else _shown_by(unit)
    declared = None if is_live_component(component) else takes_of(component).slots
    if declared is not None:
        required = {name for name, is_required in declared.items() if is_required}
        body = {DEFAULT} & shown.names if shown is not None else set()
        return Slots({*declared} | body, required, strict=True)
    if shown is None or _uses_slots(component):
        return None
    return shown


def _of_function(declaration: Any) -> Slots:
    slots = declaration.slots.values()
    return Slots(
        {slot.name for slot in slots if not slot.is_group},
        {slot.name for slot in slots if slot.required},
        strict=True,
        more=declaration.takes_fill,
        body=BODY,
    )


def _shown_by(unit: Unit) -> Slots | None:
    """The slots in a component's template."""
    found = Slots()
    for met in met_in(unit.steps):
        node: Any = met.use.node
        if type(node).__name__ == "RenderSlotNode":
            found.names.add(node.name)
        elif part_of(node) == "slot":
            call = call_of(node.params)
            name = call.args[0] if call.args else call.kwargs.get("name")
            if not isinstance(name, str):
                return None
            found.names |= {name, DEFAULT} if node.flags.get("default") else {name}
            if node.flags.get("required") and not met.branch:
                found.required.add(name)
        elif any(read.name == "component_vars" for read in reads_of(met.use)):
            return None
    return None if unit.incomplete else found


def _uses_slots(component: type[Any]) -> bool:
    """Whether the class does something with its slots by itself."""
    for base in component.__mro__:
        if base.__module__.startswith(("django_components", "django_phoenix", "builtins")):
            continue
        tree = definition(base)
        if tree is None or any(_is_use(node) for node in ast.walk(tree)):
            return True
    return False


def _is_use(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in USES_SLOTS
    return isinstance(node, ast.Name) and node.id in USES_SLOTS
