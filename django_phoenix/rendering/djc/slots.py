"""`{% slot %}`: shows the fill that the component's caller gave, else what stands in the slot itself."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SynchronousOnlyOperation
from django.template import TemplateSyntaxError
from django.utils.safestring import mark_safe

from django_phoenix.rendering.fills import caller_layer
from django_phoenix.rendering.frames import Fill, Frame, context_of, names_here
from django_phoenix.rendering.html import flatten
from django_phoenix.rendering.nodes import handles
from django_phoenix.rendering.parts import Hosted
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import node as dressed
from django_phoenix.rendering.trees import renew, show

from .bridge import DEFAULT_SLOT_KEY, INJECT_PREFIX, Slot, SlotFallback, SlotNode, provide_cache
from .content import SlotFill
from .params import compile_params

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.parts import Content
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.rendered import Block
    from django_phoenix.rendering.runtime import Runtime
    from django_phoenix.rendering.scope import Scope
    from django_phoenix.rendering.source import Function

from django_phoenix.rendering.expressions import NotCompilable

NOTHING: dict[str, Any] = {}


@handles(SlotNode)
def slot_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    params = compile_params(c, scope, node)
    if not params.simple or len(params.positional) + ("name" in params.named) != 1:
        raise NotCompilable
    code = c.code(scope, node.nodelist, node)
    if c.is_rehearsal:
        return
    name = params.positional[0] if params.positional else params.named.pop("name")
    slot = SlotTag(node, code.block, autoescape=scope.autoescape)
    c.module.bind(slot, "full_fallback", code.full)
    c.module.bind(slot, "diff_fallback", code.diff)

    def arguments(fn: Function) -> str:
        said = name(fn)
        data = ", ".join(f"{key!r}: {emit(fn)}" for key, emit in params.named.items())
        layer = caller_layer(c, fn, scope)
        return f", {said}, {{{data}}}, {layer}, {c.tuple_of(fn, code.free)}"

    content.items.append(Hosted(c.module.constant("S", slot), arguments, culprit=c.culprit(node)))


class SlotTag:
    """One `{% slot %}` of a compiled template. Remembered: the block that was shown, and its cells."""

    full_fallback: Callable[..., Any]
    diff_fallback: Callable[..., Any]

    def __init__(self, node: Any, block: Block, *, autoescape: bool) -> None:
        self.node = node
        self.block = block  # of the fallback
        self.autoescape = autoescape
        self.is_default = bool(node.flags["default"])
        self.is_required = bool(node.flags["required"])

    def full(
        self, rt: Runtime, name: str, data: Names, layer: Names | None, free: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        frame, fill = self.pick(rt, name)
        if fill is None:
            memory: list[Any] = [self.block]
            return dressed(rt, self.full_fallback(rt, memory, *free), self.block), memory
        try:
            if isinstance(fill, Fill):
                return fill.show(rt, *self.surroundings(rt, frame, fill, data, layer, free))
            return show(rt, self.foreign(rt, frame, fill, data, layer, free))
        except Exception as error:
            note_path(error, frame, name)
            raise

    def diff(
        self, rt: Runtime, memory: Any, name: str, data: Names, layer: Names | None, free: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        frame, fill = self.pick(rt, name)
        if fill is None:
            if type(memory) is list and memory[0] is self.block:
                return self.diff_fallback(rt, memory, 1, *free) or UNCHANGED, memory
            return self.full(rt, name, data, layer, free)
        try:
            if isinstance(fill, Fill):
                return fill.renew(rt, memory, *self.surroundings(rt, frame, fill, data, layer, free))
            text = self.foreign(rt, frame, fill, data, layer, free)
        except Exception as error:
            note_path(error, frame, name)
            raise
        return renew(rt, text, memory)

    # -- which fill

    def pick(self, rt: Runtime, name: Any) -> tuple[Frame, Any]:
        """The component that is being written and what fills this slot of it: a Fill, a Slot or None."""
        frame = rt.frame
        if frame is None:
            raise TemplateSyntaxError(
                "Encountered a SlotNode outside of a Component context. "
                "Make sure that all {% slot %} tags are nested within {% component %} tags.\n"
                f"SlotNode: {self.node!r}"
            )
        fills = frame.fills
        if self.is_default:
            self.check_default(frame, name)
            found = fills.get(DEFAULT_SLOT_KEY if DEFAULT_SLOT_KEY in fills else name)
        else:
            found = fills.get(name)
        if found is None:
            if self.is_required and not is_dynamic(frame):
                raise TemplateSyntaxError(missing(name, fills))
            return frame, None
        if type(found) is Slot and type(found.content_func) is SlotFill:
            return frame, found.content_func
        return frame, found

    def check_default(self, frame: Frame, name: str) -> None:
        if is_dynamic(frame):
            return
        if frame.default is not None and frame.default != name:
            raise TemplateSyntaxError(
                "Only one component slot may be marked as 'default', "
                f"found '{frame.default}' and '{name}'. "
                f"To fix, check template '{frame.template_name}' "
                f"of component '{frame.name}'."
            )
        frame.default = name
        if name != DEFAULT_SLOT_KEY and frame.fills.get(name) and frame.fills.get(DEFAULT_SLOT_KEY):
            raise TemplateSyntaxError(
                f"Slot '{name}' of component '{frame.name}' was filled twice: "
                "once explicitly and once implicitly as 'default'."
            )

    # -- what the fill sees

    def surroundings(
        self,
        rt: Runtime,
        frame: Frame,
        fill: Fill,
        data: Names,
        layer: Names | None,
        free: tuple[Any, ...],
    ) -> tuple[Names, Frame | None]:
        fallback = None if fill.fallback is None else Fallback(self, rt, free)
        if frame.isolated:
            names = names_here(rt, layer) if provide_cache else NOTHING
            seen = fill.scope(frame, names, data, fallback)
            if provide_cache:
                seen = {**seen, **provided(names)}
            return seen, fill.frame
        names = names_here(rt, layer)
        if fill.frame is None:
            return fill.scope(frame, names, data, fallback), frame
        outer = frame.outer or fill.frame
        names = {**names, "component_vars": outer.own.get("component_vars")}
        return fill.scope(frame, names, data, fallback), outer

    def foreign(
        self,
        rt: Runtime,
        frame: Frame,
        slot: Any,
        data: Names,
        layer: Names | None,
        free: tuple[Any, ...],
    ) -> Any:
        """What a slot shows that is a function of the user, or a text."""
        context = context_of(rt, [names_here(rt, layer), {}])
        return slot(data=data, fallback=Fallback(self, rt, free), context=context)


class Fallback(SlotFallback):  # type: ignore[misc]
    """What a slot shows if nobody fills it, for fills that want to show it themselves."""

    def __init__(self, slot: SlotTag, rt: Runtime, free: tuple[Any, ...]) -> None:
        self.slot = slot
        self.rt = rt
        self.free = free
        self.at = rt.names, rt.real, rt.context, rt.frame

    def __str__(self) -> str:
        rt, slot = self.rt, self.slot
        outer = rt.names, rt.real, rt.context, rt.frame
        fresh = len(rt.fresh)
        rt.names, rt.real, rt.context, rt.frame = self.at
        try:
            tree = slot.full_fallback(rt, [], *self.free)
        finally:
            rt.names, rt.real, rt.context, rt.frame = outer
        tree["s"] = slot.block
        html = flatten(tree)
        del rt.fresh[fresh:]  # a text needs no statics
        return mark_safe(html)


def provided(names: Names) -> Names:
    return {name: value for name, value in names.items() if name.startswith(INJECT_PREFIX)}


def is_dynamic(frame: Frame) -> bool:
    return getattr(frame.component, "_is_dynamic_component", False)


def missing(name: str, fills: dict[str, Any]) -> str:
    message = (
        f"Slot '{name}' is marked as 'required' (i.e. non-optional), "
        "yet no fill is provided. Check template.'"
    )
    close = difflib.get_close_matches(name, list(fills), n=1, cutoff=0.7)
    return f"{message}\nDid you mean '{close[0]}'?" if close else message


def note_path(error: Exception, frame: Frame, name: str) -> None:
    """Tell through which slot an error came, as django-components does."""
    if isinstance(error, SynchronousOnlyOperation):
        return
    details: Any = error
    if not hasattr(error, "_components"):
        details._components = []
    details._components.insert(0, f"{frame.name}(slot:{name})")
