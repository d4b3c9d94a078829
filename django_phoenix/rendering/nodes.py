"""One short handler per node class of Django's templates.

A handler is given the compiler, the content of the block being written, the scope, and the node. It is
found along the node's class and its bases; a subclass that overrides anything of the class we know is
unknown to us. Whatever has no handler is opaque: Django renders it, and its text is compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.template import defaulttags
from django.template.base import TextNode
from django.template.defaulttags import (
    CommentNode,
    IfNode,
    LoadNode,
    TemplateLiteral,
    TemplateTagNode,
    VerbatimNode,
)
from django.template.library import InclusionNode
from django.template.loader_tags import IncludeNode

from .expressions import NotCompilable
from .parts import Content, Hosted, Text

if TYPE_CHECKING:
    from django.template.base import Node as TemplateNode

    from .program import Compiler
    from .scope import Scope

Handler = Callable[["Compiler", Content, "Scope", Any], None]

Roots = dict[int, list[int]]
"""By id of a text node: the places in its text where root elements take attributes."""

handlers: dict[type, Handler] = {}
may_set: dict[type, frozenset[str]] = {}  # what a subclass may set and still mean the same
found: WeakKeyDictionary[type, Handler | None] = WeakKeyDictionary()

# `{% partial %}` of Django 6: what it shows is not below it in the tree.
PARTIAL_NODES = [defaulttags.PartialNode] if hasattr(defaulttags, "PartialNode") else []

# What shows the nodes that are left to Django, where comparing their text is not enough.
leaves: list[Callable[[TemplateNode, str], Any]] = []

DEPTH = 60  # blocks in blocks; what is deeper is left to Django, so that a template cannot exhaust the stack


def register_node_handler(
    node_class: type, handler: Handler, *, settable: frozenset[str] = frozenset()
) -> None:
    """Compile nodes of this class (and of subclasses that override nothing of it) by this handler.

    The handler calls `content.text`, appends a `Part` to `content.items`, or raises `NotCompilable` to
    leave one node to Django. Subclasses may set the attributes named `settable`.
    """
    handlers[node_class] = handler
    may_set[node_class] = settable
    found.clear()


def in_place_of_text(leaf: Callable[[TemplateNode, str], Any]) -> None:
    """Have a node that is left to Django shown by `leaf(node, how)`, a `Hosted`, and not as a `Text`."""
    leaves.append(leaf)


def handles(node_class: type) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        register_node_handler(node_class, handler)
        return handler

    return register


def handler_for(node_class: type) -> Handler | None:
    try:
        return found[node_class]
    except KeyError:
        handler = found[node_class] = find_handler(node_class)
        return handler


def find_handler(node_class: type) -> Handler | None:
    for cls in node_class.__mro__:
        if cls in handlers:
            return handlers[cls] if keeps(node_class, cls) else None
    return None


def keeps(node_class: type, handled: type) -> bool:
    """Whether a class leaves everything as it is in the base that we know."""
    own: set[str] = set()
    for cls in node_class.__mro__[: node_class.__mro__.index(handled)]:
        own.update(cls.__dict__)
    own -= may_set.get(handled, frozenset())
    return not any(name in own and not name.startswith("__") for name in dir(handled))


def compile_node(c: Compiler, content: Content, scope: Scope, node: TemplateNode) -> None:
    handler = handler_for(type(node))
    items, opaque_parts = len(content.items), len(c.opaque_parts)
    try:
        if handler is None or c.depth > DEPTH:
            raise NotCompilable
        handler(c, content, scope, node)
    except NotCompilable:
        del content.items[items:], c.opaque_parts[opaque_parts:]
        opaque(c, content, scope, node)


def opaque(c: Compiler, content: Content, scope: Scope, node: TemplateNode) -> None:
    c.opaque(node)
    c.opaque_nodes.add(id(node))
    c.shows_names = True
    c.mark(scope)
    name = c.module.constant("N", node)
    how = "rendered_in_a_thread" if may_hide_queries(c, node) else "rendered_by_django"
    if leaves:
        leaf = c.module.constant("L", leaves[-1](node, how))
        content.items.append(Hosted(leaf, lambda fn: "", culprit=c.culprit(node)))
        return
    content.items.append(Text(lambda fn: f"{how}(rt, {name})", culprit=c.culprit(node), writes=True))


def may_hide_queries(c: Compiler, node: Any) -> bool:
    """Whether the node holds an `{% if %}` with operators, or may do so in a template that it includes."""
    if isinstance(node, InclusionNode):
        if not isinstance(node.filename, str):
            return True
        return any(
            may_hide_queries(c, each) for each in c.template.engine.get_template(node.filename).nodelist
        )
    if any(node.get_nodes_by_type(each) for each in (IncludeNode, InclusionNode, *PARTIAL_NODES)):
        return True
    tests = [test for each in node.get_nodes_by_type(IfNode) for test, _ in each.conditions_nodelists]
    return any(test is not None and type(test) is not TemplateLiteral for test in tests)


# -- text


@handles(TextNode)
def text_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    start = 0
    for place in c.roots.get(id(node), ()):
        content.text(node.s[start:place])
        content.items.append(Text(lambda fn: "root_attributes(rt)", certain=True))
        start = place
    content.text(node.s[start:])


@handles(VerbatimNode)
def verbatim_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    content.text(node.content)


@handles(TemplateTagNode)
def templatetag_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    content.text(node.mapping.get(node.tagtype, ""))


@handles(LoadNode)
@handles(CommentNode)
def silent_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    pass
