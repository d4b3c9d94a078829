"""``{% live_component %}`` and ``{% render_slot %}``: how they are read, and which class is meant."""

from __future__ import annotations

from typing import Any

from django.template import TemplateSyntaxError
from django.template.base import NodeList, Parser, Token, TokenType

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.class_names import find_class
from django_phoenix.live.tag_arguments import parse_named, parse_thing
from django_phoenix.rendering.live_components import LiveComponentNode, RenderSlotNode

TAG, END = "live_component", "endlive_component"

# Where "app_label.ClassName" is looked for, in this order.
MODULES = ("live_components", "components", "live", "views")


def parse_live_component(parser: Parser, token: Token) -> LiveComponentNode:
    """``{% live_component "app.Card" id=card.pk title=card.title %}``, or with a body up to the end tag.

    A tag without a body that stands in the body of another ends in a slash: ``{% live_component … / %}``.
    """
    _, *bits = token.split_contents()
    closed = bool(bits) and bits[-1] == "/"
    if closed:
        bits.pop()
    wanted = f'a component first: {{% {TAG} "app_label.ClassName" id=… %}}'
    target = parse_thing(parser, TAG, bits, wanted)
    arguments = parse_named(parser, TAG, bits, refused="myself")
    id = arguments.pop("id", None)
    if id is None:
        raise TemplateSyntaxError(
            f"{{% {TAG} {bits[0]} … %}} needs id=…: it tells the component from others of its class."
        )
    nodelist = NodeList()
    if not closed and has_end(parser):
        nodelist = parser.parse((END,))
        parser.delete_first_token()
    return LiveComponentNode(target, id, arguments, nodelist)


def parse_render_slot(parser: Parser, token: Token) -> RenderSlotNode:
    """``{% render_slot %}``, or ``{% render_slot "actions" %}`` for what a ``{% fill "actions" %}`` holds."""
    _, *bits = token.split_contents()
    if not bits:
        return RenderSlotNode("default")
    expression = parser.compile_filter(bits[0])
    if len(bits) > 1 or expression.is_var or expression.filters:
        raise TemplateSyntaxError("{% render_slot %} takes the name of a slot, in quotes, or nothing.")
    return RenderSlotNode(str(expression.var))


def has_end(parser: Parser) -> bool:
    """Whether an end tag to come is that of the tag just read: the end belongs to the nearest open one.

    Looked for only as far as the block around it goes, which ends with an end tag of something open.
    """
    opened: list[str] = []
    tokens: Any = parser.tokens
    for token in reversed(tokens):
        if token.token_type != TokenType.BLOCK:
            continue
        name, *bits = token.contents.split() or [""]
        if name.startswith("end"):
            if name[3:] not in opened:
                return bool(name == END)
            # What is still open in there has no end.
            del opened[len(opened) - 1 - opened[::-1].index(name[3:]) :]
        elif not (bits and bits[-1] == "/"):
            opened.append(name)
    return False


def component_of(target: Any) -> type[Any]:
    """The class that a tag names. Raises LiveViewError if there is none, or it is no live component."""
    found = find_class(TAG, str(target), MODULES) if isinstance(target, str) else target
    if not (isinstance(found, type) and getattr(found, "is_live_component", False)):
        raise LiveViewError(
            f"{{% {TAG} %}} shows subclasses of LiveComponent; {target!r:.100} is {found!r:.100}."
        )
    return found
