"""`{% slot %}`: shows the fill that the component's caller gave, else what stands in the slot itself."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SynchronousOnlyOperation
from django.template import TemplateSyntaxError
from django.utils.safestring import mark_safe

from django_phoenix.rendering.assets import settled
from django_phoenix.rendering.expressions import NotCompilable
from django_phoenix.rendering.fills import caller_layer
from django_phoenix.rendering.frames import Fill, Frame, context_of, names_here
from django_phoenix.rendering.html import flatten
from django_phoenix.rendering.lasting import TextInTheMaking
from django_phoenix.rendering.nodes import handles
from django_phoenix.rendering.parts import Hosted
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import node as dressed
from django_phoenix.rendering.runtime import pop, push
from django_phoenix.rendering.trees import Deferred, capture, renew

from .bridge import (
    DEFAULT_SLOT_KEY,
    INJECT_PREFIX,
    OnSlotRenderedContext,
    Slot,
    SlotFallback,
    SlotNode,
    extensions,
    provide_cache,
)
from .content import SlotFill
from .leaf import PLACEHOLDER, whole
from .params import compile_params
from .plans import plan_of

if TYPE_CHECKING:
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.parts import Content
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.rendered import Block
    from django_phoenix.rendering.runtime import Runtime
    from django_phoenix.rendering.scope import Scope
    from django_phoenix.rendering.source import Function


@handles(SlotNode)
def slot_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    if c.gathering is not None:  # a component's body is looked through for fills
        return
    params = compile_params(c, scope, node)
    if not params.simple or len(params.positional) + ("name" in params.named) != 1:
        raise NotCompilable
    code = c.code(scope, node.nodelist, node)
    if c.is_rehearsal:
        return
    name = params.positional[0] if params.positional else params.named.pop("name")
    slot = SlotTag(node, code.block, dynamic=scope.dynamic)
    read = [c.context_names.get(variable) for variable in code.free]
    if "component_vars" in read:
        slot.variables = read.index("component_vars")
    c.module.bind(slot, "full_fallback", code.full)
    c.module.bind(slot, "diff_fallback", code.diff)

    def arguments(fn: Function) -> str:
        said = name(fn)
        data = ", ".join(f"{key!r}: {emit(fn)}" for key, emit in params.named.items())
        layer = caller_layer(c, fn, scope)
        return f", {said}, {{{data}}}, {layer}, {c.tuple_of(fn, code.free)}"

    content.items.append(Hosted(c.module.constant("S", slot), arguments, culprit=c.culprit(node)))


class Shown:
    """One slot about to be shown: what its fill may ask of it."""

    __slots__ = ("data", "frame", "free", "layer", "name", "rt", "tag")

    def __init__(
        self, rt: Runtime, tag: SlotTag, name: str, data: Names, layer: Names | None, free: tuple[Any, ...]
    ) -> None:
        self.rt = rt
        self.tag = tag
        self.name = name
        self.data = data
        self.layer = layer  # what is bound at the slot in Python variables
        self.free = free  # what the slot's own content needs
        self.frame = tag.frame_here(rt)


class SlotTag:
    """One `{% slot %}` of a compiled template. Remembered: the block that was shown, and its cells."""

    full_fallback: Callable[..., Any]
    diff_fallback: Callable[..., Any]

    def __init__(self, node: Any, block: Block, *, dynamic: bool) -> None:
        self.node = node
        self.block = block  # of the fallback
        self.dynamic = dynamic  # the fallback sees the context, not Python variables
        self.variables: int | None = None  # which of those is `component_vars`
        self.is_default = bool(node.flags["default"])
        self.is_required = bool(node.flags["required"])

    def full(
        self, rt: Runtime, name: str, data: Names, layer: Names | None, free: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        return self.render(Shown(rt, self, name, data, layer, free), None)

    def diff(
        self, rt: Runtime, memory: Any, name: str, data: Names, layer: Names | None, free: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        return self.render(Shown(rt, self, name, data, layer, free), memory)

    def render(self, shown: Shown, memory: Any) -> tuple[Any, Any]:
        frame = shown.frame
        fill = self.pick(frame, shown.name)
        if type(fill) is Slot and type(fill.content_func) is SlotFill:
            slot, fill = fill, fill.content_func
        else:
            slot = fill
        try:
            if frame.component is not None and plan_of(type(frame.component)).slot_hooks:
                return self.hooked(shown, fill, slot, memory)
            if fill is None:
                return self.fallback(shown, memory)
            if isinstance(fill, Fill):
                return fill.renew(shown.rt, memory, *self.surroundings(shown, fill))
            return renew(shown.rt, self.foreign(shown, fill), memory)
        except Exception as error:
            note_path(error, frame, shown.name)
            raise

    def fallback(self, shown: Shown, memory: Any) -> tuple[Any, Any]:
        """What stands in the slot itself. As in django-components, slots in it are those of the component
        around this one, unless that is isolated."""
        rt, frame, free = shown.rt, shown.frame, shown.free
        outer = None if frame.isolated or frame.outside is None else frame.outer
        if outer is None:
            return self.written(rt, free, memory)
        variables = outer.own.get("component_vars")
        if self.variables is not None:
            free = (*free[: self.variables], variables, *free[self.variables + 1 :])
        rt.frame = outer
        if self.dynamic:
            push(rt, {"component_vars": variables, **outer.hidden()})
        try:
            return self.written(rt, free, memory)
        finally:
            rt.frame = frame
            if self.dynamic:
                pop(rt)

    def written(self, rt: Runtime, free: tuple[Any, ...], memory: Any) -> tuple[Any, Any]:
        if type(memory) is list and memory[0] is self.block:
            return self.diff_fallback(rt, memory, 1, *free) or UNCHANGED, memory
        memory = [self.block]
        return dressed(rt, self.full_fallback(rt, memory, *free), self.block), memory

    # -- which fill

    def frame_here(self, rt: Runtime) -> Frame:
        """The component that is being written."""
        if rt.frame is None:
            raise TemplateSyntaxError(
                "Encountered a SlotNode outside of a Component context. "
                "Make sure that all {% slot %} tags are nested within {% component %} tags.\n"
                f"SlotNode: {self.node!r}"
            )
        return rt.frame

    def pick(self, frame: Frame, name: Any) -> Any:
        """What fills this slot: a Fill, a Slot or None."""
        fills = frame.fills
        if self.is_default:
            self.check_default(frame, name)
            if DEFAULT_SLOT_KEY in fills:
                name = DEFAULT_SLOT_KEY
        found = fills.get(name)
        if found is None and self.is_required and not is_dynamic(frame):
            raise TemplateSyntaxError(missing(name, fills))
        return found

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

    def surroundings(self, shown: Shown, fill: Fill) -> tuple[Names, Frame | None]:
        """The names that a fill sees, and the component that slots in it belong to."""
        rt, frame = shown.rt, shown.frame
        fallback = None if fill.fallback is None else Fallback(shown)
        if frame.isolated:
            seen = fill.scope(frame, NOTHING, shown.data, fallback)
            if provide_cache:
                seen = {**seen, **provided(names_here(rt, shown.layer))}
            return seen, fill.frame if frame.outside is None else frame.outer
        names = names_here(rt, shown.layer)
        if frame.outer is None:
            return fill.scope(frame, names, shown.data, fallback), frame
        names = {**names, "component_vars": frame.outer.own.get("component_vars")}
        return fill.scope(frame, names, shown.data, fallback), frame.outer

    def foreign(self, shown: Shown, slot: Any) -> Any:
        """What a slot shows that is a function of the user, or a text."""
        rt, frame = shown.rt, shown.frame
        here = names_here(rt, shown.layer)
        outer = frame.outer
        hidden = {} if outer is None else outer.hidden()
        if frame.isolated:
            seen = {**(frame.outside or {}), **provided(here), **hidden}
        elif outer is not None:
            seen = {**here, "component_vars": outer.own.get("component_vars"), **hidden}
        else:
            seen = {**here, **frame.hidden()}
        context = context_of(rt, [seen, {}])
        text = str(slot(data=shown.data, fallback=Fallback(shown), context=context))
        return settled(rt, whole(context, text) if PLACEHOLDER in text else text)

    # -- what extensions say to it

    def hooked(self, shown: Shown, fill: Any, slot: Any, memory: Any) -> tuple[Any, Any]:
        rt, frame = shown.rt, shown.frame
        mark = len(rt.fresh)
        if fill is None or isinstance(fill, Fill):
            with TextInTheMaking(rt):
                if fill is None:
                    tree, _ = self.fallback(shown, None)
                else:
                    tree, _ = fill.show(rt, *self.surroundings(shown, fill))
            text: Any = capture(rt, tree, mark)
        else:
            text = self.foreign(shown, fill)
        news = OnSlotRenderedContext(
            component=frame.component,
            component_cls=type(frame.component),
            component_id=frame.component.id,
            slot=slot if slot is not None else Slot(Fallback(shown).text, slot_name=shown.name),
            slot_name=shown.name,
            slot_node=self.node,
            slot_is_required=self.is_required,
            slot_is_default=self.is_default,
            result=text,
        )
        return renew(rt, extensions.on_slot_rendered(news), memory)


NOTHING: dict[str, Any] = {}


class Fallback(SlotFallback, Deferred):
    """What a slot shows if nobody fills it, for fills that want to show it themselves."""

    def __init__(self, shown: Shown) -> None:
        rt = shown.rt
        self.shown = shown
        self.at = rt.names, rt.real, rt.context, rt.frame

    def full(self, rt: Runtime) -> tuple[Any, Any]:
        return self.diff(rt, None)

    def diff(self, rt: Runtime, memory: Any) -> tuple[Any, Any]:
        outer = rt.names, rt.real, rt.context, rt.frame
        rt.names, rt.real, rt.context, rt.frame = self.at
        try:
            return self.shown.tag.written(rt, self.shown.free, memory)
        finally:
            rt.names, rt.real, rt.context, rt.frame = outer

    def __str__(self) -> str:
        rt = self.shown.rt
        fresh = len(rt.fresh)
        with TextInTheMaking(rt):
            tree, _ = self.full(rt)
        html = flatten(tree)
        del rt.fresh[fresh:]  # a text needs no statics
        return mark_safe(html)

    def text(self, call: Any) -> str:
        return str(self)


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
