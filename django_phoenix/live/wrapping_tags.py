"""``{% portal %}`` and ``{% focus_wrap %}``: elements around what stands in the tag (LV-106)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.template import TemplateSyntaxError
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.live.tag_arguments import Attributes, parse_attributes
from django_phoenix.rendering.expressions import check, plain_paths
from django_phoenix.rendering.nodes import register_node_handler
from django_phoenix.rendering.parts import Content
from django_phoenix.rendering.program import Compiler
from django_phoenix.rendering.roots import VOID
from django_phoenix.rendering.runtime import Runtime as Rendering
from django_phoenix.rendering.scope import Scope
from django_phoenix.rendering.tags import call_of, shown

ELEMENT = re.compile(r"[a-zA-Z][\w-]*")


class Value(NamedTuple):
    """The place of one value in the markup; with ``attribute`` it is that attribute, if there is a value."""

    expression: FilterExpression
    attribute: str = ""

    @property
    def constant(self) -> SafeString | None:
        """Its text, if the template says it literally."""
        expression = self.expression
        if expression.is_var or expression.filters:
            return None
        return self.text(expression.var)

    def text(self, value: Any) -> SafeString:
        if not self.attribute:
            return conditional_escape(value)
        if value is None or value is False:
            return SafeString()
        return mark_safe(f" {self.attribute}" + ("" if value is True else f'="{conditional_escape(value)}"'))


Markup = Sequence[str | Value]


class WrappingNode(Node):
    """A tag with a body. ``before`` and ``after`` stand around it."""

    child_nodelists = ("nodelist",)
    tag: ClassVar[str]
    example: ClassVar[str]
    required: ClassVar[tuple[str, ...]] = ("id",)
    own: ClassVar[frozenset[str]] = frozenset()  # attributes that it writes itself

    def __init__(self, arguments: Attributes, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.before, self.after = self.markup(arguments)

    def markup(self, arguments: Attributes) -> tuple[Markup, Markup]:
        raise NotImplementedError

    def render(self, context: Context) -> SafeString:
        inner = self.nodelist.render(context)
        return mark_safe(self._rendered(self.before, context) + inner + self._rendered(self.after, context))

    def _rendered(self, markup: Markup, context: Context) -> str:
        return "".join(
            each if isinstance(each, str) else each.text(each.expression.resolve(context)) for each in markup
        )


Wrapping = TypeVar("Wrapping", bound=WrappingNode)


class PortalNode(WrappingNode):
    """``<template>`` whose content the client shows in another place of the page."""

    tag = "portal"
    example = '{% portal id="help" target="#overlays" %}'
    required = ("id", "target")

    def markup(self, arguments: Attributes) -> tuple[Markup, Markup]:
        container = self._container(arguments.pop("container", None))
        id, target = _taken(arguments, "id"), _taken(arguments, "target")
        before = [
            *('<template id="', Value(id), '" data-phx-portal="', Value(target), '">'),
            *(f'<{container} id="_lv_portal_wrap_', Value(id), '"', *_attributes(arguments), ">"),
        ]
        return before, [f"</{container}></template>"]

    def _container(self, given: FilterExpression | None) -> str:
        """The element right below: literal, since what closes it has to be known."""
        if given is None:
            return "div"
        if given.is_var or given.filters or not ELEMENT.fullmatch(str(given.var)) or str(given.var) in VOID:
            raise TemplateSyntaxError(
                f"{{% portal … container={given.token} %}}: the container is the name of an element, in "
                'quotes, such as "section".'
            )
        return str(given.var)


class FocusWrapNode(WrappingNode):
    """An element that Tab does not leave."""

    tag = "focus_wrap"
    example = '{% focus_wrap id="dialog" class="box" %}'
    own = frozenset({"phx-hook"})

    def markup(self, arguments: Attributes) -> tuple[Markup, Markup]:
        id = Value(_taken(arguments, "id"))
        before = [
            *('<div id="', id, '" phx-hook="Phoenix.FocusWrap"', *_attributes(arguments), ">"),
            *('<div id="', id, '-start" tabindex="0" aria-hidden="true"></div>'),
        ]
        return before, ['<div id="', id, '-end" tabindex="0" aria-hidden="true"></div></div>']


def parse_portal(parser: Parser, token: Token) -> PortalNode:
    """``{% portal id="help" target="#overlays" container="section" class="x" %}…{% endportal %}``

    ``target`` is a CSS selector of the element that takes the content. ``container`` and all other attributes
    are those of the one element in it. Raises TemplateSyntaxError.
    """
    return _parse(PortalNode, parser, token)


def parse_focus_wrap(parser: Parser, token: Token) -> FocusWrapNode:
    """``{% focus_wrap id="dialog" class="box" %}…{% endfocus_wrap %}``. Raises TemplateSyntaxError."""
    return _parse(FocusWrapNode, parser, token)


def _parse(node_class: type[Wrapping], parser: Parser, token: Token) -> Wrapping:
    tag = node_class.tag
    bits = token.split_contents()[1:]
    arguments = parse_attributes(parser, tag, bits, refused=node_class.own, example=node_class.example)
    missing = [name for name in node_class.required if arguments.get(name) is None]
    if missing:
        raise TemplateSyntaxError(
            f"{{% {tag} %}} needs {' and '.join(f'{name}=…' for name in missing)}: {node_class.example}"
        )
    nodelist = parser.parse((f"end{tag}",))
    parser.delete_first_token()
    return node_class(arguments, nodelist)


def _taken(arguments: Attributes, name: str) -> FilterExpression:
    expression = arguments.pop(name)
    assert expression is not None
    return expression


def _attributes(arguments: Attributes) -> list[str | Value]:
    return [f" {escape(name)}" if value is None else Value(value, name) for name, value in arguments.items()]


# -- compiled


def _wrapping(c: Compiler, content: Content, scope: Scope, node: WrappingNode) -> None:
    _add(c, content, scope, node, node.before)
    c.fill(content, scope, node.nodelist)
    _add(c, content, scope, node, node.after)


def _add(c: Compiler, content: Content, scope: Scope, node: WrappingNode, markup: Markup) -> None:
    for each in markup:
        text = each if isinstance(each, str) else each.constant
        if text is not None:
            content.text(text)
        elif isinstance(each, Value):
            expression = check(each.expression)
            reads, args, call = call_of(c, scope, _text_of(each), node, [expression])
            shown(c, content, scope, node, reads, args, call, plain_paths([expression]))


def _text_of(place: Value) -> Any:
    def text(rendering: Rendering, node: WrappingNode, value: Any) -> SafeString:
        return place.text(value)

    return text


for _node_class in (PortalNode, FocusWrapNode):
    register_node_handler(_node_class, _wrapping)
