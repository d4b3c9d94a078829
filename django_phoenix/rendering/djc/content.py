"""Our fills as django-components' `Slot`s: components' Python code may test them, call them, hand them on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.template import TemplateSyntaxError
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.rendering.frames import LOOP, Fill, snapshot
from django_phoenix.rendering.lasting import TextInTheMaking
from django_phoenix.rendering.runtime import flat
from django_phoenix.rendering.trees import capture

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

    def __call__(self, call: Any) -> SafeString:
        """Show it, seeing the names of the context that the caller gives."""
        rt = self.rt
        names = {} if call.context is None else flat(call.context.dicts)
        if self.captured is not None:
            names = {**names, **self.captured}
        if self.data is not None:
            names[self.data] = call.data
        if self.fallback is not None:
            names[self.fallback] = call.fallback
        fresh, noted = len(rt.fresh), len(rt.noted)
        with TextInTheMaking(rt):
            tree, _ = self.show(rt, names, self.frame)
        text = capture(rt, tree, fresh)
        if rt.assets is not None:
            return text
        comments = "".join(each.comment for each in rt.noted[noted:])  # as django-components leaves them
        del rt.noted[noted:]
        return mark_safe(comments + text) if comments else text


def slot_of(rt: Runtime, code: FillCode, names: Names, component: str) -> Slot[Any]:
    """The fill for one use of a component, whose tag sees these names."""
    node = code.node
    return Slot(
        contents=node.contents or "",
        content_func=SlotFill(rt, code, names, rt.frame),
        component_name=component,
        slot_name=code.name,
        nodelist=node.nodelist,
        fill_node=node,
    )


# -- fills that note themselves while their body is run


class Gathered:
    """The fills met so far in one component's tag."""

    __slots__ = ("component", "layers", "names", "slots")

    def __init__(self, rt: Runtime, names: Names, component: str) -> None:
        self.names = names
        self.component = component
        self.layers = len(rt.context.dicts) if rt.real else 0
        self.slots: dict[str, Slot[Any]] = {}


def gather(
    rt: Runtime, code: FillCode, args: tuple[Any, ...], kwargs: dict[str, Any], layer: Names | None
) -> None:
    """One `{% fill %}` is met; `layer` holds what is bound between it and the component's tag."""
    found = rt.gathered
    assert found is not None
    name, data, fallback, body = checked(code.node, *args, **kwargs)
    if name in found.slots:
        raise TemplateSyntaxError(
            f"Multiple fill tags cannot target the same slot name in component '{found.component}': "
            f"Detected duplicate fill tag name '{name}'."
        )
    if body is not None:
        if isinstance(body, Slot):
            found.slots[name] = replace(body, fill_node=code.node)
        else:
            found.slots[name] = Slot(body, fill_node=code.node)
        return
    slot = slot_of(rt, code, found.names, found.component)
    slot.slot_name = name
    fill: Any = slot.content_func
    captured = flat(rt.context.dicts[found.layers :]) if layer is None else layer
    captured = {name: value for name, value in captured.items() if not name.startswith("_") or name == LOOP}
    fill.captured = snapshot(captured)
    fill.data, fill.fallback = data, fallback
    found.slots[name] = slot


def checked(
    node: Any,
    name: Any,
    *,
    data: Any = None,
    fallback: Any = None,
    body: Any = None,
    default: Any = None,
) -> tuple[str, str | None, str | None, Any]:
    """The arguments of a fill, or the error that django-components raises for them."""
    if fallback is not None and default is not None:
        raise TemplateSyntaxError(
            "Fill tag received both 'default' and 'fallback' kwargs. Use 'fallback' instead."
        )
    if fallback is None:
        fallback = default
    if not isinstance(name, str):
        raise TemplateSyntaxError(f"Fill tag 'name' kwarg must resolve to a string, got {name}")
    for key, value in (("data", data), ("fallback", fallback)):
        if value is None:
            continue
        if not isinstance(value, str):
            raise TemplateSyntaxError(f"Fill tag '{key}' kwarg must resolve to a string, got {value}")
        if not value.isidentifier():
            raise RuntimeError(
                f"Fill tag kwarg '{key}' does not resolve to a valid Python identifier, got '{value}'"
            )
    if data and data == fallback:
        raise RuntimeError(
            f"Fill '{name}' received the same string for slot fallback (fallback=...)"
            " and slot data (data=...)"
        )
    if body is not None and node.contents:
        raise TemplateSyntaxError(
            f"Fill '{name}' received content both through 'body' kwarg and '{{% fill %}}' body. "
            "Use only one method."
        )
    return name, data, fallback, body
