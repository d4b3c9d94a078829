"""``{% js %}``: client commands written where they are used, in the template.

    <button phx-click="{% js toggle to="#menu" then toggle_attribute "aria-expanded" "true" "false" %}">
    {% js push "delete" value-id=card.pk then hide to="#confirm" as delete %}

The words after ``js`` and ``then`` are the methods of ``JS``, their arguments as in Python, but for dashes
that stand for a part: ``value-id=7`` is ``value={"id": 7}``, ``to-closest="li"`` is ``to=("closest", "li")``,
and ``in="fade"`` is ``in_="fade"``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.template import TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.utils.html import escape
from django.utils.safestring import SafeString

from django_phoenix.js import JS
from django_phoenix.rendering.runtime import Runtime as Rendering
from django_phoenix.rendering.tags import register_naming_node, register_pure_node

METHODS = {
    name: inspect.signature(method)
    for name, method in inspect.getmembers(JS, inspect.isfunction)
    if not name.startswith("_")
}
KEYWORD = re.compile(r"([\w-]+)=(.+)", re.DOTALL)
DICTS = ("value", "detail")


class Call(NamedTuple):
    """One command: a method and the names of its arguments, None for those by position."""

    method: str
    names: tuple[str | None, ...]


class JsNode(Node):
    """The commands as the text of an attribute."""

    child_nodelists = ()

    def __init__(self, calls: Sequence[Call], expressions: Sequence[FilterExpression]) -> None:
        self.calls = calls
        self.expressions = expressions

    def render(self, context: Context) -> SafeString:
        return self.text(self.values(context))

    def values(self, context: Context) -> list[Any]:
        return [expression.resolve(context) for expression in self.expressions]

    def text(self, values: Sequence[Any]) -> SafeString:
        """Escaped whatever ``{% autoescape %}`` says: JSON in an attribute is nothing without it."""
        return escape(str(self.js(values)))

    def js(self, values: Sequence[Any]) -> JS:
        """Raises TypeError or ValueError for arguments that the commands do not take."""
        js, rest = JS(), iter(values)
        for call in self.calls:
            positional, named = arguments_of(call, rest)
            js = getattr(js, call.method)(*positional, **named)
        return js


class NamedJsNode(JsNode):
    """The commands as a name of the context."""

    def __init__(self, calls: Sequence[Call], expressions: Sequence[FilterExpression], name: str) -> None:
        super().__init__(calls, expressions)
        self.name = name

    def render(self, context: Context) -> SafeString:
        context[self.name] = self.js(self.values(context))
        return SafeString()


def _text(rendering: Rendering, node: JsNode, *values: Any) -> SafeString:
    return node.text(values)


def _js(rendering: Rendering, node: JsNode, *values: Any) -> JS:
    return node.js(values)


register_pure_node(JsNode, lambda node: list(node.expressions), _text)
register_naming_node(NamedJsNode, lambda node: list(node.expressions), lambda node: node.name, _js)


def arguments_of(call: Call, values: Iterator[Any]) -> tuple[list[Any], dict[str, Any]]:
    """One call's arguments, by position and by name, from the values that stand in its words."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for name in call.names:
        value = next(values)
        if name is None:
            positional.append(value)
            continue
        name, dash, part = name.partition("-")
        if not dash:
            named[name] = value
        elif name == "to":
            named[name] = (part, value)
        else:
            named.setdefault(name, {})[part] = value
    return positional, named


def parse_js(parser: Parser, token: Token) -> JsNode:
    """Read ``{% js … then … as name %}``. Raises TemplateSyntaxError."""
    words = token.split_contents()[1:]
    target = words.pop() if len(words) > 1 and words[-2] == "as" else None
    if target is not None:
        words.pop()
    calls: list[Call] = []
    expressions: list[FilterExpression] = []
    for command in _commands(words):
        call, texts = _read_command(command)
        calls.append(call)
        expressions.extend(parser.compile_filter(text) for text in texts)
    return JsNode(calls, expressions) if target is None else NamedJsNode(calls, expressions, target)


def _commands(words: list[str]) -> Iterator[list[str]]:
    """The words of each command, from those of the tag."""
    command: list[str] = []
    for word in words:
        if word == "then":
            yield command
            command = []
        else:
            command.append(word)
    yield command


def _read_command(words: list[str]) -> tuple[Call, list[str]]:
    method, *rest = words or [""]
    if method not in METHODS:
        raise TemplateSyntaxError(
            f"{{% js %}} knows no command {method!r}. Its commands: {', '.join(METHODS)}; several are "
            "joined by the word then."
        )
    names: list[str | None] = []
    texts: list[str] = []
    for word in rest:
        match = KEYWORD.fullmatch(word)
        names.append(_argument(method, match[1]) if match else None)
        texts.append(match[2] if match else word)
    _check_arguments(method, names)
    return Call(method, tuple(names)), texts


def _check_arguments(method: str, names: list[str | None]) -> None:
    """Raises TemplateSyntaxError for a command that misses some, or has too many."""
    named = {name.partition("-")[0]: ... for name in names if name is not None}
    try:
        METHODS[method].bind(..., *(... for name in names if name is None), **named)
    except TypeError as error:
        known = ", ".join(list(METHODS[method].parameters)[1:]) or "nothing"
        raise TemplateSyntaxError(f"{{% js {method} %}}: {error}. It takes {known}.") from None


def _argument(method: str, name: str) -> str:
    """The name as Python has it. Raises TemplateSyntaxError for one that the method does not take."""
    whole, dash, part = name.partition("-")
    name = {"in": "in_"}.get(name, name)
    known = METHODS[method].parameters
    if (not dash and name in known) or (whole in known and _may_have_part(whole, part)):
        return name
    raise TemplateSyntaxError(
        f"{{% js {method} %}} takes no {name!r}, only {', '.join(list(known)[1:]) or 'nothing'}."
    )


def _may_have_part(name: str, part: str) -> bool:
    return part in ("inner", "closest") if name == "to" else name in DICTS and part != ""
