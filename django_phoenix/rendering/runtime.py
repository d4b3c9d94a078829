"""One render in progress, and the functions that generated code calls."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import SynchronousOnlyOperation
from django.template.base import VariableDoesNotExist
from django.template.context import ContextDict, RenderContext
from django.template.defaulttags import CsrfTokenNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

from .assets import settled
from .lookup import MISSING, called, follow, get, needed
from .rendered import UNCHANGED, Block, Node
from .text import escape, reveal, reveal_raw, show, show_raw
from .tracking import PLAIN, Digest, cell, cells, renew, renew_by_many, renew_text
from .urls import Candidate, fast_reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.forms import BaseForm
    from django.template.base import Node as TemplateNode
    from django.template.base import Template
    from django.template.context import Context
    from django.template.engine import Engine
    from django.template.loader_tags import BlockNode

    from .assets import Assets, Dependency
    from .compiler import CompiledTemplate
    from .dirty import Watch
    from .frames import Frame
    from .lasting import Lasting
    from .program import Program
    from .rendered import ComponentRef
    from .scope import BlockName


UNSET = object()


class ComponentHost(Protocol):
    """Who keeps the live components of a view. It may be asked in a render that is thrown away."""

    def show_component(
        self, component_class: Any, id: Any, arguments: dict[str, Any], fills: Any, place: str, former: Any
    ) -> tuple[ComponentRef, bool]:
        """A live component stands here in the tree: as which cid, and whether it will be rendered itself.

        It is the same object while the component lives. ``former``: the cid that stood here before.
        """


class Runtime:
    """What one render needs and gathers. It changes nothing outside itself until its journal is played."""

    __slots__ = (
        "_current_app",
        "_names",
        "_outer",
        "_protected",
        "assets",
        "compiled",
        "components",
        "context",
        "engine",
        "formats",
        "forms",
        "frame",
        "fresh",
        "gathered",
        "included",
        "invalid",
        "journal",
        "lasting",
        "localized",
        "noted",
        "page",
        "real",
        "resent",
        "restless",
        "routed",
        "routes",
        "template_name",
        "watch",
    )

    def __init__(
        self,
        context: Context,
        engine: Engine,
        template_name: str | None,
        compiled: Callable[[Template], CompiledTemplate],
        components: ComponentHost | None = None,
    ) -> None:
        self.components = components
        self.context = context
        self.page = context  # the one that this render was given
        self.assets: Assets | None = getattr(context, "phoenix_assets", None)  # a view puts them there
        self.noted: list[Dependency] = []  # what the page has to load, if this render counts
        self.compiled = compiled
        self.real = False  # the names that count are those of `context`, not `names`
        self.engine = engine
        self.invalid = engine.string_if_invalid
        self.template_name = template_name or "unknown"
        self.resent = False  # the diff says cids that the client has
        self.journal: list[tuple[list[Any], int | slice, Any]] = []
        self.fresh: list[Node] = []  # the nodes that carry statics
        self._names: dict[str, Any] | None = {}
        self.frame: Frame | None = None  # the component whose template is being run
        self.lasting: Lasting | None = None  # ids of components in texts of whoever is being run
        self.restless = 0  # components met so far that may show something new if given the same
        self.gathered: Any = None  # fills met in the component's tag that is being looked through
        self.included: dict[Any, Template] = {}
        self.localized = False  # something shown depends on language, formats or time zone
        self.routed = False  # something shown depends on URLconf or script prefix
        self.formats: tuple[Any, ...] | None = None  # of numbers, in the active language
        self.forms: list[BaseForm] | None = None  # whose fields are shown
        self.routes: dict[str, list[Candidate]] = {}
        self.watch: Watch | None = None  # if the program is tracked
        self._current_app: Any = UNSET
        self._outer: list[Template | None] = []
        self._protected: tuple[Any, ...] | None = None

    @property
    def names(self) -> dict[str, Any]:
        """All names at once."""
        names = self._names
        if names is None:
            names = self._names = flat(self.context.dicts)
        return names

    @names.setter
    def names(self, names: dict[str, Any] | None) -> None:
        """None: those of the context, put together when somebody wants them all."""
        self._names = names

    @property
    def current_app(self) -> str | None:
        if self._current_app is UNSET:
            self._current_app = current_app(self.context)
        return self._current_app  # type: ignore[no-any-return]

    # -- the context, where tags of Django read and write it

    def protect(self, *, keep_names: bool = False) -> None:
        """From here on tags may write into the context: give them layers of this render only."""
        if self._protected is None:
            context = self.context
            self._protected = (context, context.dicts, context.render_context, context.autoescape)
            if keep_names:
                context.dicts = list(context.dicts)
            else:
                context.dicts = [dict(layer) if isinstance(layer, dict) else layer for layer in context.dicts]
            context.render_context = RenderContext()

    def push_state(self, program: Program) -> None:
        """What `Template.render` does to the context before it renders its nodes."""
        render_context = self.context.render_context
        render_context.push()
        self._outer.append(render_context.template)
        render_context.template = program.chain[0]
        if program.blocks is not None:
            open_blocks(self, program.blocks)

    def pop_state(self) -> None:
        render_context = self.context.render_context
        render_context.pop()
        render_context.template = self._outer.pop()

    def restore(self) -> None:
        if self._protected is not None:
            context, dicts, render_context, autoescape = self._protected
            context.dicts, context.render_context, context.autoescape = dicts, render_context, autoescape
            self._protected = None


def flat(layers: Sequence[Any]) -> dict[str, Any]:
    """All names of a context at once; the topmost layer wins."""
    names: dict[str, Any] = {}
    for layer in layers:
        if isinstance(layer, dict):
            names.update(layer)
        else:
            names.update({name: layer[name] for name in layer})
    return names


def lookup(rt: Runtime, name: str) -> Any:
    for layer in reversed(rt.context.dicts):
        if name in layer:
            return layer[name]
    return MISSING


def named(rt: Runtime, name: str) -> Any:
    """The value of one name, for code that needs few of them."""
    names = rt._names
    return lookup(rt, name) if names is None else names.get(name, MISSING)


def push(rt: Runtime, layer: dict[str, Any]) -> None:
    ContextDict(rt.context, layer)  # which appends itself


def pop(rt: Runtime) -> None:
    rt.context.dicts.pop()


def missing(rt: Runtime, name: str) -> Any:
    """What stands for a variable that does not exist."""
    invalid = rt.invalid
    return invalid % name if "%s" in invalid else invalid


def bind(rt: Runtime, variables: tuple[str, ...], item: Any) -> None:
    """Give the variables of `{% for %}` their values, where they have to be in the context."""
    if len(variables) == 1:
        rt.context.dicts[-1][variables[0]] = item
    else:
        push(rt, dict(zip(variables, unpack(item, len(variables)), strict=False)))


def unpack(item: Any, wanted: int) -> Any:
    try:
        found = len(item)
    except TypeError:
        found = 1
    if found != wanted:
        raise ValueError(f"Need {wanted} values to unpack in for loop; got {found}. ")
    return item


def turn(layer: dict[str, Any], i: int, n: int) -> None:
    """The `forloop` dictionary for entry i of n."""
    layer["counter0"] = i
    layer["counter"] = i + 1
    layer["revcounter"] = n - i
    layer["revcounter0"] = n - i - 1
    layer["first"] = i == 0
    layer["last"] = i == n - 1


def node(rt: Runtime, tree: Node, block: Block) -> Node:
    """Dress the dynamics of a block with its statics, for a client that has not seen it here."""
    tree["s"] = block
    if block.root:
        tree["r"] = 1
    rt.fresh.append(tree)
    return tree


def looked_up(rt: Runtime, value: Any, bits: tuple[str, ...]) -> Any:
    """What a path finds that begins with the value of a name."""
    if bits:
        return get(rt, value, bits[0]) if len(bits) == 1 else follow(rt, value, bits)
    return value if type(value) in PLAIN else called(rt, value)


def holds(rt: Runtime, value: Any, bits: tuple[str, ...]) -> Any:
    """What an `{% if %}` with nothing but a path asks for."""
    try:
        return looked_up(rt, value, bits)
    except VariableDoesNotExist:
        return False


def refused() -> bool:
    """What a condition is that raises the exception being handled."""
    if isinstance(sys.exc_info()[1], SynchronousOnlyOperation):
        raise  # a question to ask again in a thread, no answer
    return False


def shown(
    rt: Runtime,
    out: list[Any],
    show: Callable[..., str],
    value: Any,
    bits: tuple[str, ...],
    name: str | None,
) -> str:
    """The text of a part that reads one path; `name` if a missing one is to be shown as such."""
    value = looked_up(rt, value, bits)
    if value is MISSING and name is not None:
        value = missing(rt, name)
    text = show(rt, value)
    out.append(value if type(value) in PLAIN else cell(rt, value, text))
    return text


def renew_shown(
    rt: Runtime,
    d: Node,
    slot: str,
    show: Callable[..., str],
    memory: list[Any],
    at: int,
    value: Any,
    bits: tuple[str, ...],
    name: str | None,
) -> None:
    """The same where something is remembered: put the text into the diff if it is new."""
    value = looked_up(rt, value, bits)
    if value is MISSING and name is not None:
        value = missing(rt, name)
    if value is not memory[at]:
        renew(rt, d, slot, show, memory, at, value)


def nothing(*arguments: Any) -> Node:
    """Both functions of a block without dynamics."""
    return {}


def replace(rt: Runtime, memory: list[Any], at: int, width: int, new: list[Any]) -> None:
    """Remember other cells in the place of `width` old ones."""
    new += [None] * (width - len(new))
    rt.journal.append((memory, slice(at, at + width), new))


def refill(
    rt: Runtime, memory: list[Any], at: int, width: int, fill: Callable[..., Any], chosen: int, *free: Any
) -> Any:
    """Show another branch of an `{% if %}`."""
    new: list[Any] = []
    value = fill(rt, new, chosen, *free)
    replace(rt, memory, at, width, new)
    return value


def rendered_by_django(rt: Runtime, template_node: TemplateNode) -> str:
    text = joined(template_node.render_annotated(rt.context))
    rt.routes.clear()  # it may have activated another language
    rt.formats = None
    return text


def joined(text: Any) -> str:
    """As Django joins what nodes give: it has to be text."""
    return "".join((text,))


def rendered_in_a_thread(rt: Runtime, template_node: TemplateNode) -> str:
    """The same for nodes that hold an `{% if %}`, which are never rendered on an event loop.

    Django's `{% if %}` takes the exception that a query raises there for False.
    """
    if asyncio._get_running_loop() is not None and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        raise SynchronousOnlyOperation(
            f"{template_node!r} cannot be rendered on the event loop: it may need a query."
        )
    return rendered_by_django(rt, template_node)


def root_attributes(rt: Runtime) -> str:
    """What the component that is being written wants its root elements to have."""
    return rt.frame.attributes if rt.frame is not None else ""


# -- blocks


def open_blocks(rt: Runtime, chain: list[dict[str, BlockNode]]) -> None:
    """What `{% extends %}` leaves for tags that render blocks themselves; the child's blocks come first."""
    blocks = BlockContext()
    for named in chain:
        blocks.add_blocks(named)
    rt.context.render_context[BLOCK_CONTEXT_KEY] = blocks


def enter_block(rt: Runtime, block_node: BlockNode) -> BlockNode | None:
    context = rt.context
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    push(rt, {})
    if blocks is None:
        context["block"] = block_node
        return None
    outer = block = blocks.pop(block_node.name)
    if block is None:
        block = block_node
    block = type(block_node)(block.name, block.nodelist)
    block.context = context
    context["block"] = block
    return outer  # type: ignore[no-any-return]


def leave_block(rt: Runtime, name: str, outer: BlockNode | None) -> None:
    pop(rt)
    if outer is not None:
        rt.context.render_context[BLOCK_CONTEXT_KEY].push(name, outer)


def block_value(rt: Runtime, bound: BlockName) -> BlockNode:
    """`block` for an included template."""
    block = type(bound.node)(bound.node.name, bound.node.nodelist)
    block.context = rt.context
    return block


# -- tags


def current_app(context: Context) -> str | None:
    """The namespace that Django's `{% url %}` prefers."""
    request: Any = getattr(context, "request", None)
    try:
        return request.current_app  # type: ignore[no-any-return]
    except AttributeError:
        try:
            return request.resolver_match.namespace  # type: ignore[no-any-return]
        except AttributeError:
            return None


def url(rt: Runtime, name: Any, args: list[Any], kwargs: dict[str, Any]) -> str:
    rt.routed = True
    return fast_reverse(rt, name, args, kwargs)


def url_or_nothing(rt: Runtime, name: Any, args: list[Any], kwargs: dict[str, Any]) -> str:
    try:
        return url(rt, name, args, kwargs)
    except NoReverseMatch:
        return ""


def csrf_input(rt: Runtime, token: Any) -> str:
    return CsrfTokenNode().render({"csrf_token": token if token is not MISSING else None})  # type: ignore[arg-type]


def static(rt: Runtime, path: Any) -> str:
    return StaticNode.handle_simple(path)


HELPERS: dict[str, Any] = {
    function.__name__: function
    for function in (
        bind, block_value, called, cell, cells,
        conditional_escape, csrf_input, enter_block, escape, flat, follow, get, joined, leave_block, lookup,
        holds, mark_safe, missing, named, needed, node, nothing, open_blocks, pop, push, rendered_by_django,
        refill, refused, renew, renew_by_many, renew_shown, renew_text, rendered_in_a_thread, reveal,
        reveal_raw, root_attributes, settled, show, show_raw, shown, static, template_localtime, turn, unpack,
        url, url_or_nothing,
    )
}  # fmt: skip
HELPERS |= {
    "Digest": Digest,
    "MISSING": MISSING,
    "PLAIN": PLAIN,
    "SafeData": SafeData,
    "UNCHANGED": UNCHANGED,
    "SynchronousOnlyOperation": SynchronousOnlyOperation,
    "VariableDoesNotExist": VariableDoesNotExist,
}
