"""``{% async_result %}``: the three faces of an AsyncResult (``<.async_result>``).

    {% async_result org as company %}
      {{ company.name }}
    {% loading %}
      Loading…
    {% failed as reason %}
      That went wrong: {{ reason }}
    {% endasync_result %}

It is parsed into Django's own ``{% if %}`` and ``{% with %}``, which the compiler knows.
"""

from __future__ import annotations

from typing import Any

from django.template.base import Node, NodeList, Parser, Token
from django.template.defaulttags import IfNode, TemplateLiteral, WithNode
from django.template.exceptions import TemplateSyntaxError

END = "endasync_result"


def parse_async_result(parser: Parser, token: Token) -> IfNode:
    """The result once there is one, also while a newer one is loading; until then the other two.

    Raises TemplateSyntaxError unless it reads ``{% async_result name %}``, perhaps with ``as other``.
    """
    tag, *bits = token.split_contents()
    if len(bits) not in (1, 3) or "|" in bits[0]:
        raise TemplateSyntaxError(
            f"{{% {tag} %}} takes the name of an assign that holds an AsyncResult, and perhaps one for its "
            f"result, {{% {tag} org as company %}}; got {{% {token.contents} %}}."
        )
    value = bits[0]
    shown = _branch(parser, token, bits[1:], f"{value}.result")
    faces = {"loading": NodeList(), "failed": NodeList()}
    seen: set[str] = set()
    while (ended := parser.next_token()).contents != END:
        name, *rest = ended.split_contents()
        if name in seen:
            raise TemplateSyntaxError(f"{{% {name} %}} stands twice in one {{% {tag} %}}.")
        seen.add(name)
        faces[name] = _branch(parser, ended, rest, f"{value}.{name}")
    return IfNode(
        [
            (_condition(parser, f"{value}.ok"), shown),
            (_condition(parser, f"{value}.failed"), faces["failed"]),
            (None, faces["loading"]),
        ]
    )


def _condition(parser: Parser, path: str) -> TemplateLiteral:
    return TemplateLiteral(parser.compile_filter(path), path)


def _branch(parser: Parser, token: Token, rest: list[str], path: str) -> NodeList:
    """What stands up to the next tag of ours, in it the value under the name after ``as``."""
    if rest and (len(rest) != 2 or rest[0] != "as" or not rest[1].isidentifier()):
        raise TemplateSyntaxError(f"{{% {token.contents} %}}: after the tag's name only “as name” may stand.")
    nodes = parser.parse(("loading", "failed", END))
    if not rest:
        return nodes
    named: Any = WithNode(None, None, nodes, extra_context={rest[1]: parser.compile_filter(path)})
    named.token, named.origin = token, parser.origin
    inner: list[Node] = [named]
    return NodeList(inner)
