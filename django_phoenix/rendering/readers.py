"""Handlers for tags of Django that only read: Django renders them, given the names that they read.

So they need no real context, and are skipped where what they read has not changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.base import TokenType
from django.template.defaulttags import FirstOfNode, NowNode, WidthRatioNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import dateformat
from django.utils.formats import get_format

from .expressions import NotCompilable, check, context_name, is_pure, paths_of
from .frames import context_of
from .lookup import MISSING
from .nodes import handles
from .parts import Content, Part, Shown, Text
from .scope import Local
from .source import Function
from .surroundings import active_language, active_time_zone

if TYPE_CHECKING:
    from .program import Compiler
    from .runtime import Runtime
    from .scope import Scope


class Fixed(Part):
    """Text that is always the same, in one language. Where that changes everything is rendered anew."""

    width = 0

    def __init__(self, text: str, culprit: Any) -> None:
        self.text = text
        self.culprit = culprit

    def full(self, c: Compiler, fn: Function, at: int) -> str:
        result = fn.define(c.module.fresh("x"))
        fn.emit(f"{result} = {self.text}")
        return result

    def diff(self, c: Compiler, fn: Function, at: int, slot: str) -> None:
        pass


@handles(TranslateNode)
def translate_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    reader(c, content, scope, node, [node.filter_expression, node.message_context])


@handles(BlockTranslateNode)
def blocktranslate_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    expressions = [*node.extra_context.values(), node.counter, node.message_context]
    tokens = [*node.singular, *(node.plural or ())]
    shown = [token.contents for token in tokens if token.token_type == TokenType.VAR]
    reader(c, content, scope, node, expressions, [name for name in shown if name not in node.extra_context])


@handles(FirstOfNode)
def firstof_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    reader(c, content, scope, node, node.vars)


@handles(WidthRatioNode)
def widthratio_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    reader(c, content, scope, node, [node.val_expr, node.max_expr, node.max_width])


@handles(NowNode)
def now_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    """A clock: it reads no names, and never stands still."""
    if node.asvar is not None:
        raise NotCompilable
    text = f"{c.constant(now)}(rt, {c.constant(node.format_string)})"
    content.items.append(Text(lambda fn: text, culprit=c.culprit(node)))


def now(rt: Runtime, form: str) -> str:
    """As `NowNode` does it."""
    rt.localized = True
    moment = datetime.now(tz=active_time_zone() if settings.USE_TZ else None)
    return dateformat.format(moment, get_format(form or "DATE_FORMAT", lang=active_language()))


def reader(
    c: Compiler,
    content: Content,
    scope: Scope,
    node: Any,
    expressions: Iterable[Any],
    names: Iterable[str] = (),
) -> None:
    """Compile a tag that reads filter expressions (None: absent) and names, and writes nothing."""
    if getattr(node, "asvar", None) is not None:
        raise NotCompilable
    found = [check(expression) for expression in expressions if expression is not None]
    roots = list(dict.fromkeys([*names, *roots_of(found)]))
    bindings = [scope.find(name) for name in roots]
    if not all(binding is None or isinstance(binding, Local) for binding in bindings):
        raise NotCompilable  # forloop and block are no plain values

    def reads(fn: Function) -> list[str]:
        return [
            fn.use(binding.variable) if isinstance(binding, Local) else context_name(c, fn, name)
            for name, binding in zip(roots, bindings, strict=True)
        ]

    args = [f"a{n}" for n in range(len(roots))]
    values = ", ".join(f"{name!r}: {arg}" for name, arg in zip(roots, args, strict=True))
    fn = Function(c.module.fresh("show"), ("rt", *args))
    fn.emit(f"return {rendering(c, scope, node, values)}")
    show = c.module.share(fn)
    culprit = c.culprit(node)
    looks_deeper = any(len(variable.lookups or ()) > 1 for each in found for variable in paths_of(each))
    if looks_deeper or not all(map(is_pure, found)):
        content.items.append(Text(lambda fn: f"{show}({', '.join(['rt', *reads(fn)])})", culprit=culprit))
    elif roots:
        content.items.append(Shown(reads, show, len(roots), certain=False, culprit=culprit))
    else:
        content.items.append(Fixed(f"{show}(rt)", culprit))


def rendering(c: Compiler, scope: Scope, node: Any, values: str) -> str:
    """The call that has Django render the node; `values` are the items of a dict display."""
    return f"{c.constant(rendered_given)}(rt, {c.constant(node)}, {{{values}}}, {scope.autoescape})"


def roots_of(expressions: Iterable[Any]) -> Iterator[str]:
    """The names at the beginning of all variables of filter expressions."""
    for expression in expressions:
        for variable in paths_of(expression):
            assert variable.lookups is not None
            yield variable.lookups[0]


def rendered_given(rt: Runtime, node: Any, values: dict[str, Any], autoescape: bool) -> str:
    """What Django makes of a node, in a context that holds these values alone."""
    rt.localized = True
    given = {name: value for name, value in values.items() if value is not MISSING}
    context = context_of(rt, [{"True": True, "False": False, "None": None}, given])
    context.autoescape = autoescape
    text: str = node.render(context)
    return text
