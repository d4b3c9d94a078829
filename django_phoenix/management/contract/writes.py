"""Which names a tag of a library may put into the context, read from its source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.template.base import Node
from django.template.library import InclusionNode, SimpleNode

from .mappings import Keys, literal
from .name_set import NameSet
from .python import definition, is_foreign


def written_by(node: Node) -> NameSet:
    """What a tag leaves in the context, or puts there for its body; what ``as name`` gives aside."""
    if isinstance(node, InclusionNode):
        return NameSet()  # renders its template with a context of its own
    if isinstance(node, SimpleNode):
        return _by_function(node.func) if node.takes_context else NameSet()
    node_class: Any = type(node)
    return _by_class(node_class)


@cache
def _by_function(function: Any) -> NameSet:
    return _read(function, NameSet())


@cache
def _by_class(node_class: Any) -> NameSet:
    written = NameSet()
    for base in node_class.__mro__:
        if base is Node or is_foreign(base):
            break
        _read(base, written)
    return written


def _read(thing: Any, written: NameSet) -> NameSet:
    thing = inspect.unwrap(thing) if inspect.isfunction(thing) else thing
    tree = definition(thing)
    if tree is None:
        written.open = True
        return written
    for names in _keys_written(tree, Keys(thing.__module__, tree)):
        written.add(names)
    return written


def _keys_written(tree: ast.AST, keys: Keys) -> Iterator[set[str] | None]:
    contexts = _contexts(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if _is_context(node.value, contexts):
                yield literal(node.slice)
            continue
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="update" | "push")):
                if _is_context(owner, contexts):
                    yield keys.of_arguments(node)
            case ast.Call(func=ast.Attribute(value=owner, attr="setdefault"), args=[name, *_]):
                if _is_context(owner, contexts):
                    yield literal(name)


def _contexts(tree: ast.AST) -> set[str]:
    """What functions call the context: ``context``, and the second parameter of ``render``."""
    names = {"context"}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in ("render", "render_annotated"):
            names |= {argument.arg for argument in node.args.args[1:2]}
    if isinstance(tree, ast.FunctionDef):
        names |= {argument.arg for argument in tree.args.args[:1]}
    return names


def _is_context(node: ast.AST, names: set[str]) -> bool:
    """``context``, or a layer of it: ``context.dicts[-1]``."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr not in ("dicts",):
            return False
        node = node.value
    return isinstance(node, ast.Name) and node.id in names
