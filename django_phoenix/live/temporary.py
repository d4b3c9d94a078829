"""``temporary_assigns``: what is shown once and not kept, while the page goes on showing it."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_phoenix.live.spec import OwnSpec
    from django_phoenix.rendering.diff import RenderState

UNSET = object()


def keep(owner: Any, state: RenderState) -> None:
    """Before a rendering: what shows assigns that have not been set since the last one stays as it is."""
    placed: dict[str, Any] | None = owner._placed
    if placed is None:
        return
    values, defaults = vars(owner.assigns), owner.temporary_assigns
    state.kept = frozenset(
        name for name, value in placed.items() if values.get(name, UNSET) is value and value == defaults[name]
    )


def let_go(owner: Any, spec: OwnSpec) -> None:
    """It has been rendered and sent: back to the values of the class."""
    owner._placed = placed = {name: deepcopy(value) for name, value in spec.temporary.items()}
    vars(owner.assigns).update(placed)
