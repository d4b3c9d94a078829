"""Our fills as django-components' `Slot`s: components' Python code may test them, call them, hand them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix.rendering.frames import Fill
from django_phoenix.rendering.runtime import flat
from django_phoenix.rendering.trees import TreeString, capture

from .bridge import Slot

if TYPE_CHECKING:
    from django_phoenix.rendering.frames import FillCode, Frame, Names
    from django_phoenix.rendering.runtime import Runtime


class SlotFill(Fill):
    """A fill that can be called, as functions behind slots are."""

    __slots__ = ("rt",)

    def __init__(self, rt: Runtime, code: FillCode, names: Names, frame: Frame | None) -> None:
        super().__init__(code, names, frame)
        self.rt = rt

    def __call__(self, call: Any) -> TreeString:
        """Show it, seeing the names of the context that the caller gives."""
        rt = self.rt
        names = {} if call.context is None else flat(call.context.dicts)
        if self.captured is not None:
            names = {**names, **self.captured}
        if self.data is not None:
            names[self.data] = call.data
        if self.fallback is not None:
            names[self.fallback] = call.fallback
        mark = len(rt.fresh)
        tree, _ = self.show(rt, names, self.frame)
        return capture(rt, tree, mark)


def slot_of(rt: Runtime, code: FillCode, names: Names, component_name: str) -> Slot:
    node = code.node
    return Slot(
        contents=node.contents or "",
        content_func=SlotFill(rt, code, names, rt.frame),
        component_name=component_name,
        slot_name=code.name,
        nodelist=node.nodelist,
        fill_node=node,
    )
