"""Tags and filters that the compiler has never heard of, as a site would write them."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context

register = template.Library()


@register.simple_tag
def shout(value: Any, mark: str = "!") -> str:
    return f"{value}{mark}".upper()


@register.simple_tag(takes_context=True)
def peek(context: Context, name: str) -> Any:
    return context.get(name, "nothing")


@register.simple_tag(takes_context=True)
def poke(context: Context, name: str, value: Any) -> str:
    context[name] = value
    return ""


@register.simple_block_tag
def boxed(content: str, kind: str = "plain") -> str:
    return f"[{kind}:{content}]"


@register.inclusion_tag("inclusion.html")
def badge(label: Any, level: Any = 1) -> dict[str, Any]:
    return {"label": label, "level": level}


@register.inclusion_tag("inclusion.html", takes_context=True)
def context_badge(context: Context, name: str) -> dict[str, Any]:
    return {"label": context.get(name), "level": context.get("n")}


class Ticks:
    """A clock that tests can set."""

    count = 0


def ticks() -> int:
    Ticks.count += 1
    return Ticks.count


@register.filter
def ticking(value: Any) -> int:
    return ticks()


@register.filter
def brackets(value: Any) -> str:
    return f"<{value}>"


@register.filter(is_safe=True)
def starred(value: Any) -> str:
    return f"*{value}*"


@register.filter(needs_autoescape=True)
def escape_aware(value: Any, autoescape: bool = True) -> str:
    return f"{value}|{autoescape}"


class TwiceNode(Node):
    """Renders what it holds two times, the second time with `round` set."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        first = self.nodelist.render(context)
        with context.push(round=2):
            return first + self.nodelist.render(context)


@register.tag
def twice(parser: Parser, token: Token) -> TwiceNode:
    nodelist = parser.parse(("endtwice",))
    parser.delete_first_token()
    return TwiceNode(nodelist)


class CountNode(Node):
    """Counts its renders in the render context, as `cycle` does: its state is that of one page render."""

    def render(self, context: Context) -> str:
        count: int = context.render_context.get(self, 0) + 1
        context.render_context[self] = count
        return str(count)


@register.tag
def count(parser: Parser, token: Token) -> CountNode:
    return CountNode()


class SetNode(Node):
    """Writes `name` into the innermost layer of the context, like `cycle … as`, `regroup`, many others."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value

    def render(self, context: Context) -> str:
        context[self.name] = self.value.resolve(context)
        return ""


@register.tag("set")
def set_name(parser: Parser, token: Token) -> SetNode:
    _, name, value = token.split_contents()
    return SetNode(name, parser.compile_filter(value))


class TallyNode(Node):
    """Counts its renders on itself, which Django advises against, and people do."""

    def __init__(self) -> None:
        self.renders = 0

    def render(self, context: Context) -> str:
        self.renders += 1
        return str(self.renders)


@register.tag
def tally(parser: Parser, token: Token) -> TallyNode:
    return TallyNode()
