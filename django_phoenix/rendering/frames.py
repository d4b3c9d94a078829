"""Components and their slots, whoever's they are: what a template is being written for.

`rt.frame` is the component whose template is being run. Its *fills* are pieces of its caller's template,
which its `{% slot %}`s show. A fill is compiled code with its own block, entered through `rt.names`; which
names it sees is decided where it is shown: the caller's (an isolated frame), or those at the slot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.template.context import Context

from .lookup import MISSING
from .rendered import UNCHANGED
from .runtime import flat, node

if TYPE_CHECKING:
    from .rendered import Block
    from .runtime import Runtime

DEFAULT = "default"  # the name of the fill that is the whole body of a component's tag
LOOP = "_PHOENIX_LOOP"  # a hidden name: the layer of the innermost loop, which isolated components see

Names = dict[str, Any]


class FillCode:
    """The compiled body of one `{% fill %}`, or of a component's tag: kept with the program."""

    full: Callable[..., Any]  # (rt, out) -> dynamics
    diff: Callable[..., Any]  # (rt, memory, at) -> what is new

    __slots__ = (
        "autoescape", "block", "data", "diff", "dynamic", "fallback", "full", "name", "node", "reads",
    )  # fmt: skip

    def __init__(self, name: str, node: Any, block: Block, *, autoescape: bool, dynamic: bool) -> None:
        self.name = name
        self.node = node  # of the tag
        self.block = block
        self.autoescape = autoescape
        self.dynamic = dynamic  # tags in it may read or write any name: they need a real context
        self.data: str | None = None  # the name under which it sees the slot's data
        self.fallback: str | None = None  # the name under which it sees what the slot would show otherwise
        # Paths from names of its template, if its text depends on their values alone.
        self.reads: tuple[tuple[str, ...], ...] | None = None


class Frame:
    """A component whose template is being written."""

    __slots__ = (
        "attributes", "component", "default", "fills", "isolated", "name", "outer", "outside", "own",
        "template_name", "under",
    )  # fmt: skip

    def __init__(
        self,
        fills: dict[str, Any],
        outer: Frame | None,
        *,
        isolated: bool,
        name: str = "",
        component: Any = None,
        outside: Names | None = None,
    ) -> None:
        self.fills = fills  # slot name -> Fill, or a Slot of django-components
        self.outer = outer  # the component whose template holds this one's tag
        self.isolated = isolated  # fills see the names of their own template, not those at the slot
        self.name = name  # for messages
        self.component = component  # an instance of django-components, or None
        self.outside = outside  # the names at this one's tag; None: each fill has kept its own
        self.template_name: str | None = None
        self.default: str | None = None  # the slot that was found to be the default one
        self.under: Names = {}  # what the component sees of the names outside
        self.own: Names = {}  # the component's own names, on top of them
        self.attributes = ""  # of its root elements

    def hidden(self) -> Names:
        """Names that tags of others need to find this component in their context."""
        return {}


class Fill:
    """Code of the caller's template with the names that it saw there.

    It may be shown later, outside the render that made it: then it is a `kept()` one.
    """

    __slots__ = ("captured", "code", "data", "fallback", "frame", "names")

    def __init__(self, code: FillCode, names: Names, frame: Frame | None) -> None:
        self.code = code
        self.names = names  # all names that its own template sees at the component's tag
        self.frame = frame  # the component whose template it was written in
        self.captured: Names | None = None  # what loops and `{% with %}` between component and fill bind
        self.data = code.data
        self.fallback = code.fallback

    def kept(self) -> Fill:
        """The same for a later render: loops that go on do not change its names."""
        fill = Fill(self.code, snapshot(self.names), self.frame)
        fill.captured = self.captured and snapshot(self.captured)
        fill.data, fill.fallback = self.data, self.fallback
        return fill

    def scope(self, frame: Frame, names: Names, data: Any, fallback: Any) -> Names:
        """The names that it sees in a slot of `frame`, where `names` are those at the slot."""
        if frame.isolated:
            seen = self.names if frame.outside is None else frame.outside
            if self.captured is not None:
                seen = self.overlaid(frame.outer, seen)
        elif self.captured is None:
            seen = names
        else:
            seen = self.overlaid(frame, names, over_own=frame.outer is not None)
        if self.data is not None:
            seen = {**seen, self.data: data}
        if self.fallback is not None:
            seen = {**seen, self.fallback: fallback}
        return seen

    def overlaid(self, frame: Frame | None, names: Names, *, over_own: bool = False) -> Names:
        """`names`, those of `frame` at some place in it, with what is captured over what is from outside it.

        `over_own`: and over the component's own ones. What the template itself has bound there stays.
        """
        assert self.captured is not None
        if frame is None:
            return {**names, **self.captured}
        seen = dict(names)
        for name, value in self.captured.items():
            now = names.get(name, MISSING)
            if name in frame.own:
                hidden = over_own and now is frame.own[name]
            else:
                hidden = now is frame.under.get(name, MISSING)
            if hidden:
                seen[name] = value
        return seen

    def show(self, rt: Runtime, names: Names, frame: Frame | None) -> tuple[Any, list[Any]]:
        """Everything, and what to remember of it."""
        code = self.code
        memory: list[Any] = [code.block]
        outer = rt.names, rt.real, rt.context, rt.frame
        enter(rt, names, frame, code.dynamic, code.autoescape)
        try:
            return node(rt, code.full(rt, memory), code.block), memory
        finally:
            rt.names, rt.real, rt.context, rt.frame = outer

    def renew(self, rt: Runtime, memory: Any, names: Names, frame: Frame | None) -> tuple[Any, Any]:
        """What is new since then, or UNCHANGED; and what to remember."""
        code = self.code
        if type(memory) is not list or memory[0] is not code.block:
            return self.show(rt, names, frame)
        outer = rt.names, rt.real, rt.context, rt.frame
        enter(rt, names, frame, code.dynamic, code.autoescape)
        try:
            return code.diff(rt, memory, 1) or UNCHANGED, memory
        finally:
            rt.names, rt.real, rt.context, rt.frame = outer


def enter(rt: Runtime, names: Names, frame: Frame | None, dynamic: bool, autoescape: bool) -> None:
    """Have code run with these names, for this component. The caller puts back what was there."""
    rt.frame = frame
    rt.names = names
    rt.real = dynamic
    if dynamic:
        rt.protect()
        rt.context = context_of(rt, [{**names, **frame.hidden()} if frame is not None else dict(names)])
        rt.context.autoescape = autoescape


def context_of(rt: Runtime, layers: list[Any]) -> Context:
    """A context like the view's, with other names. The layers are used as they are."""
    like = rt.context
    context: Context = object.__new__(type(like))
    context.__dict__.update(like.__dict__)
    context.__dict__.pop("_processors_index", None)
    context.dicts = layers
    return context


def names_here(rt: Runtime, layer: Names | None) -> Names:
    """All names seen at a tag, whose template has bound `layer` in Python variables."""
    if rt.real:
        names = flat(rt.context.dicts)
        loop = next((each for each in reversed(rt.context.dicts) if "forloop" in each), None)
        if loop is not None and LOOP not in loop:
            names[LOOP] = loop
        return {**names, **layer} if layer else names
    return {**rt.names, **layer} if layer else rt.names


def snapshot(names: Names) -> Names:
    """A copy that running loops do not change any more."""
    names = dict(names)
    loop = names.get("forloop")
    if type(loop) is dict:
        names["forloop"] = snapshot_of_loop(loop)
    if LOOP in names:
        names[LOOP] = snapshot({name: value for name, value in names[LOOP].items() if name != LOOP})
    return names


def snapshot_of_loop(loop: Names) -> Names:
    parent = loop.get("parentloop")
    return {**loop, "parentloop": snapshot_of_loop(parent)} if type(parent) is dict and parent else dict(loop)
