"""`{% live_component %}`: a place in the tree where a live component is shown, as its cid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError

from .frames import Fill, FillCode
from .rendered import UNCHANGED, ComponentRef

if TYPE_CHECKING:
    from .runtime import Runtime


class Place:
    """One tag of a compiled template. Remembered: the cid shown there."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name  # "template:line"

    def full(self, rt: Runtime, *shown: Any) -> tuple[ComponentRef, ComponentRef]:
        ref = self.show(rt, *shown)
        return ref, ref

    def diff(self, rt: Runtime, memory: Any, *shown: Any) -> tuple[Any, ComponentRef]:
        ref = self.show(rt, *shown)
        return (UNCHANGED if ref is memory else ref), ref

    def show(
        self,
        rt: Runtime,
        component: Any,
        id: Any,
        arguments: dict[str, Any],
        codes: tuple[FillCode, ...] = (),
        names: dict[str, Any] | None = None,
    ) -> ComponentRef:
        if rt.components is None:
            raise LiveViewError(
                f"{self.name}: {{% live_component %}} needs a live view around it; this template is rendered "
                "without one."
            )
        fills = None
        if names is not None:
            fills = {code.name: Fill(code, names, rt.frame).kept() for code in codes}
        return rt.components.show_component(component, id, arguments, fills, self.name)
