"""``{% colocated_hook %}``, ``{% colocated_js %}`` and ``{% colocated_css %}``: code beside its markup.

What stands in them is taken out of the page, and collected over all templates into one module and one style
sheet (``django_phoenix.colocated``). A runtime hook alone stays where it is (LV-93).
"""

from __future__ import annotations

import json
import re
from typing import Any
from zlib import crc32

from django.template import TemplateSyntaxError
from django.template.base import Node, NodeList, Parser, TextNode, Token
from django.template.context import Context
from django.template.defaulttags import CommentNode, VerbatimNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.live.request import nonce_in
from django_phoenix.rendering.colocated import (
    Colocated,
    ColocatedHook,
    HookNames,
    namespace_of,
    rename_in_tokens,
)
from django_phoenix.rendering.nodes import register_node_handler
from django_phoenix.rendering.parts import Content, Text
from django_phoenix.rendering.program import Compiler
from django_phoenix.rendering.scope import Scope
from django_phoenix.rendering.scoped_styles import mark_roots, scoped

HOOK = re.compile(r"""(?P<quote>["'])\.(?P<name>[\w-]+)(?P=quote)(?:\s+(?P<runtime>runtime))?""")
MODULE = re.compile(r"""(?:"(?P<name>[^"]+)"(?:\s+key="(?P<key>[A-Za-z_$][\w$]*)")?)?""")
STYLE = re.compile(r"(?P<scoped>scoped)?")
HOOKS_KEY, DEFAULT_KEY = "hooks", "default"
WRAPPED = {
    "js": re.compile(r"\s*<script\b[^>]*>(.*)</script\s*>\s*", re.DOTALL | re.IGNORECASE),
    "css": re.compile(r"\s*<style\b[^>]*>(.*)</style\s*>\s*", re.DOTALL | re.IGNORECASE),
}
EXPORT = re.compile(r"export\s+default\s+(?={)")


class RuntimeHook(Node, HookNames):
    """A hook's script, which the page itself runs."""

    child_nodelists = ()

    def __init__(self, name: str, code: str) -> None:
        self.name = name
        self.code = code

    def render(self, context: Context) -> SafeString:
        nonce = nonce_in(context)
        return format_html(
            '<script data-phx-runtime-hook="{}"{}>{}</script>',
            self.name,
            "" if nonce is None else format_html(' nonce="{}"', nonce),
            mark_safe(f"window[{_literal('phx_hook_' + self.name)}] = function() {{ return {self.code} }}"),
        )


def parse_colocated_hook(parser: Parser, token: Token) -> Node:
    """``{% colocated_hook ".Phone" %}<script>export default {…}</script>{% endcolocated_hook %}``

    With a last word ``runtime`` the script stays in the page. Raises TemplateSyntaxError.
    """
    tag, found = _arguments(
        token, HOOK, 'a name in quotes that starts with a dot: {% colocated_hook ".Phone" %}'
    )
    short = found["name"]
    _once(parser, tag, short)
    name = f"{namespace_of(parser.origin, parser.tokens)}.{short}"
    place = _place(parser, token)
    text = _code(parser, tag, "js")
    node: RuntimeHook | ColocatedHook
    if found["runtime"]:
        node = RuntimeHook(name, _expression(tag, text))
    else:
        node = ColocatedHook("js", text, key="hooks", name=name, place=place)
    node.renames = short, name
    rename_in_tokens(parser.tokens, short, name)
    return node


def parse_colocated_js(parser: Parser, token: Token) -> Colocated:
    """``{% colocated_js %}`` for its effects, ``{% colocated_js "Gauge" key="elements" %}`` for its export.

    The default export becomes ``DjangoPhoenix.colocated.elements.Gauge``; without a key it is in ``default``.
    Raises TemplateSyntaxError.
    """
    example = 'nothing, or a name and perhaps a key, in quotes: {% colocated_js "Gauge" key="elements" %}'
    tag, found = _arguments(token, MODULE, example)
    name, key = found["name"] or "", found["key"] or DEFAULT_KEY
    if key == HOOKS_KEY:
        raise TemplateSyntaxError(
            '{% colocated_js … key="hooks" %}: hooks have {% colocated_hook ".Name" %}.'
        )
    if name.startswith("."):
        name = namespace_of(parser.origin, parser.tokens) + name
    place = _place(parser, token)
    return Colocated("js", _code(parser, tag, "js"), key=key, name=name, place=place)


def parse_colocated_css(parser: Parser, token: Token) -> Colocated:
    """``{% colocated_css %}<style>…</style>{% endcolocated_css %}``, for all pages.

    ``{% colocated_css scoped %}`` is for what stands below it in this template. Raises TemplateSyntaxError.
    """
    tag, found = _arguments(token, STYLE, "nothing, or the word scoped")
    namespace, place = namespace_of(parser.origin, parser.tokens), _place(parser, token)
    text = _code(parser, tag, "css")
    if found["scoped"]:
        attribute = f"phx-css-{crc32(f'{namespace} {text}'.encode()):08x}"
        text = scoped(text, attribute)
        mark_roots(parser.tokens[::-1], attribute, lambda name: _is_component(parser, name))
    return Colocated("css", text, place=place)


def _is_component(parser: Parser, name: str) -> bool:
    """Django's own tags show their bodies where they stand."""
    tag: Any = parser.tags.get(name)
    return tag is not None and not tag.__module__.startswith("django.")


def _arguments(token: Token, pattern: re.Pattern[str], expected: str) -> tuple[str, re.Match[str]]:
    tag, _, rest = token.contents.partition(" ")
    found = pattern.fullmatch(rest.strip())
    if found is None:
        raise TemplateSyntaxError(f"{{% {tag} %}} takes {expected}; got {rest.strip() or 'nothing'}.")
    return tag, found


def _once(parser: Any, tag: str, name: str) -> None:
    names: set[str] = parser.__dict__.setdefault("_django_phoenix_hooks", set())
    if name in names:
        raise TemplateSyntaxError(f'{{% {tag} ".{name}" %}}: this template has a hook of that name already.')
    names.add(name)


def _place(parser: Parser, token: Token) -> str:
    """``template:line``; for a template inside a class the class's name."""
    origin = parser.origin
    file = None if origin is None else origin.template_name
    return f"{str(file) if file else namespace_of(origin, parser.tokens)}:{token.lineno}"


def _code(parser: Parser, tag: str, kind: str) -> str:
    """What stands up to the end tag, without the `<script>` or `<style>` around it."""
    nodes: NodeList = parser.parse((f"end{tag}",))
    parser.delete_first_token()
    odd = next((node for node in nodes if not isinstance(node, TextNode | VerbatimNode | CommentNode)), None)
    if odd is not None:
        said = odd.token.contents if odd.token else type(odd).__name__
        raise TemplateSyntaxError(
            f"{{% {tag} %}} is collected once for all pages, so it holds no template tags or variables; it "
            f"holds {said!r:.60}. Pass values by data- attributes; braces of JavaScript that Django takes "
            "for its own stand in {% verbatim %}."
        )
    text = "".join(_literal_text(node) for node in nodes)
    wrapped = WRAPPED[kind].fullmatch(text)
    return (wrapped[1] if wrapped else text).strip("\n")


def _literal_text(node: Any) -> str:
    if isinstance(node, CommentNode):
        return ""
    return str(node.s if isinstance(node, TextNode) else node.content)


def _expression(tag: str, text: str) -> str:
    """The hook itself, as it may stand behind `return`."""
    code = EXPORT.sub("", text.strip(), count=1).rstrip().rstrip(";")
    if "</script" in code.lower():
        raise TemplateSyntaxError(
            f"{{% {tag} … runtime %}} cannot hold </script: write <\\/script in a string."
        )
    if not code.startswith("{"):
        raise TemplateSyntaxError(
            f"{{% {tag} … runtime %}} holds the hook as an object, {{ mounted() {{ … }} }}, with nothing "
            f"before it; it begins with {code[:40]!r}."
        )
    return code


def _literal(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")


def _runtime_hook(c: Compiler, content: Content, scope: Scope, node: RuntimeHook) -> None:
    """Its text never changes: the nonce on the socket is that of the page."""
    name = c.constant(node)
    content.items.append(Text(lambda fn: f"{name}.render(rt.context)", certain=True, culprit=c.culprit(node)))


register_node_handler(RuntimeHook, _runtime_hook)
