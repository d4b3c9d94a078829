"""The source of the site's Python: the syntax tree of a class or function; what a name in it stands for."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from types import ModuleType
from typing import Any

UNKNOWN = object()


@cache
def module_tree(name: str) -> ast.Module | None:
    """The tree of an imported module; None if its source is not at hand."""
    module = sys.modules.get(name)
    try:
        return ast.parse(inspect.getsource(module)) if module else None
    except (OSError, SyntaxError, TypeError):
        return None


@cache
def definition(thing: Any) -> ast.AST | None:
    """The definition of a function or class in its module's tree; None if it can't be found."""
    thing = inspect.unwrap(thing) if inspect.isfunction(thing) else thing
    tree = module_tree(getattr(thing, "__module__", None) or "")
    path = getattr(thing, "__qualname__", "").split(".")
    if tree is None or "<lambda>" in path:
        return None
    line = thing.__code__.co_firstlineno if inspect.isfunction(thing) else None
    return _find(tree, [part for part in path if part != "<locals>"], line)


def _find(tree: ast.AST, path: list[str], line: int | None) -> ast.AST | None:
    found = [tree]
    for name in path:
        found = [
            inner
            for outer in found
            for inner in _within(outer)
            if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and inner.name == name
        ]
    if line is not None:
        # Python counts a function's decorators in.
        at_line = [each for each in found if line in range(_first_line(each), each.lineno + 1)]  # type: ignore[attr-defined]
        found = at_line or found
    return found[-1] if found else None


def _within(outer: ast.AST) -> list[ast.AST]:
    """All that is defined in a scope, in branches too, but not in a scope inside it."""
    found: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(outer))
    while waiting:
        node = waiting.pop(0)
        found.append(node)
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


def _first_line(node: Any) -> int:
    first: int = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return first


def global_value(module: str, expression: ast.expr) -> Any:
    """What a name or dotted name stands for in a module; UNKNOWN if that takes more than looking it up."""
    if isinstance(expression, ast.Name):
        scope = vars(sys.modules[module]) if module in sys.modules else {}
        return scope.get(expression.id, getattr(sys.modules["builtins"], expression.id, UNKNOWN))
    if isinstance(expression, ast.Attribute):
        owner = global_value(module, expression.value)
        if isinstance(owner, ModuleType | type):
            return getattr(owner, expression.attr, UNKNOWN)
        if owner is not UNKNOWN:
            return getattr(type(owner), expression.attr, UNKNOWN)  # an instance's own would run its code
    return UNKNOWN


def is_foreign(thing: Any) -> bool:
    """Whether something is of Python, Django or this package: it sets nothing of a site's by itself."""
    module = getattr(thing, "__module__", None) or getattr(type(thing), "__module__", "")
    top = str(module).partition(".")[0]
    return top in sys.stdlib_module_names or top in {"django", "django_phoenix", "channels", "asgiref"}
