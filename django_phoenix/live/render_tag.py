"""``{% live_render %}``: how it is read, and how it is compiled.

    {% live_render "radio.PlayerLive" id="player" sticky=True station=station.pk %}

``id``, ``session`` (a dict), ``sticky``, ``container`` (a tag's name) and ``class`` say how; every other
argument is an entry of the session that ``mount(params, session)`` gets.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

from django.template import TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

from django_phoenix.live.family import family_of
from django_phoenix.live.nested import read_wanted, show_in_page, show_in_view
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.tag_arguments import parse_named, parse_thing
from django_phoenix.rendering.expressions import check, value
from django_phoenix.rendering.live_components import place_of
from django_phoenix.rendering.nodes import handles
from django_phoenix.rendering.parts import Content, Hosted
from django_phoenix.rendering.program import Compiler
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import Runtime as Rendering
from django_phoenix.rendering.scope import Scope
from django_phoenix.rendering.source import Function

TAG = "live_render"


class LiveRenderNode(Node):
    """A live view in a template."""

    child_nodelists = ()

    def __init__(self, target: FilterExpression, options: dict[str, FilterExpression]) -> None:
        self.target = target
        self.options = options

    def render(self, context: Context) -> SafeString:
        """In an ordinary page, around a live region, or in it where Django itself renders a tag around it."""
        target = self.target.resolve(context)
        options = {name: expression.resolve(context) for name, expression in self.options.items()}
        live: Runtime | None = getattr(context, "phoenix_live", None)
        if live is None:
            return show_in_page(context, read_wanted(target, options, place_of(self)))
        if live.channel is None:
            wanted = read_wanted(target, options, place_of(self))
            return show_in_view(live, wanted, outside=hasattr(context, "phoenix_container"))
        return _again(live, target, options, place_of(self))


def _again(live: Runtime, target: Any, options: dict[str, Any], place: str) -> SafeString:
    """On the socket, where nothing else remembers it: the same text as long as the same is asked for."""
    texts: dict[str, Shown] = family_of(live).texts
    known = texts.get(options["id"])
    if known is not None and known.is_for(target, options):
        return known.text
    shown = texts[options["id"]] = _show(live, target, options, place)
    return shown.text


def parse_live_render(parser: Parser, token: Token) -> LiveRenderNode:
    """A live view, in the template of another one or of an ordinary page: a process of its own.

    ``{% live_render "radio.PlayerLive" id="player" sticky=True station=station.pk %}``

    First its class, as ``"app_label.ClassName"``, a dotted path or a variable; ``id``, its element's id, one
    word and the only one in the page. ``sticky=True``: it outlives the page's view. ``container="section"``
    and ``class="…"``: its element. Any other argument, and each entry of the dict ``session=…``, is an entry
    of the session that ``mount(params, session)`` gets: JSON, signed into the page.
    """
    _, *bits = token.split_contents()
    wanted = f'a view first: {{% {TAG} "app_label.ClassName" id=… %}}'
    target = parse_thing(parser, TAG, bits, wanted)
    options = parse_named(parser, TAG, bits)
    if "id" not in options:
        raise TemplateSyntaxError(f"{{% {TAG} {bits[0]} … %}} needs id=…: the id of the view's element.")
    return LiveRenderNode(target, options)


# -- compiled


@handles(LiveRenderNode)
def live_render_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    for expression in (node.target, *node.options.values()):
        check(expression)
    if c.is_rehearsal:
        return
    place = c.module.constant("V", Place(c.place(node)))

    def arguments(fn: Function) -> str:
        target = value(c, fn, scope, node.target)
        options = [f"{name!r}: {value(c, fn, scope, each)}" for name, each in node.options.items()]
        return f", {target}, {{{', '.join(options)}}}"

    content.items.append(Hosted(place, arguments, certain=True, culprit=c.culprit(node)))


class Shown(NamedTuple):
    """What one tag has shown last."""

    target: Any
    options: dict[str, Any]
    text: SafeString

    def is_for(self, target: Any, options: dict[str, Any]) -> bool:
        """Whether it is the same that is asked for."""
        return self.target == target and self.options == options


class Place:
    """One tag of a compiled template."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name  # "template:line"

    def full(self, rt: Rendering, target: Any, options: dict[str, Any]) -> tuple[str, Shown]:
        shown = self.show(rt, target, options)
        return shown.text, shown

    def diff(self, rt: Rendering, memory: Any, target: Any, options: dict[str, Any]) -> tuple[Any, Shown]:
        if memory.is_for(target, options):
            return UNCHANGED, memory
        return self.full(rt, target, options)

    def show(self, rt: Rendering, target: Any, options: dict[str, Any]) -> Shown:
        live: Any = rt.components
        if live is None:
            text = show_in_page(rt.context, read_wanted(target, options, self.name))
            return Shown(target, options, text)
        return _show(live, target, options, self.name)


def _show(live: Runtime, target: Any, options: dict[str, Any], place: str) -> Shown:
    text = show_in_view(live, read_wanted(target, options, place))
    # On the socket it is compared: its caller may change it in place.
    return Shown(target, options if live.channel is None else deepcopy(options), text)
