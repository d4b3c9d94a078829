"""Which keys a dict has, read from the source that builds it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from .python import definition, global_value

READS = {"copy", "get", "items", "keys", "pop", "values"}
# Functions that get a dict and leave it as it is.
LOOKS = {"bool", "dict", "len", "list", "print", "repr", "sorted", "str", "tuple"}


def keys_returned(function: Any) -> set[str] | None:
    """Keys of the dicts that a function returns (none for None); None if its source does not show them."""
    tree = definition(function)
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    return Keys(function.__module__, tree).returned_by(tree)


class Keys:
    """Reads expressions of one scope: a function, or a class with its methods."""

    def __init__(self, module: str, scope: ast.AST, busy: frozenset[Any] = frozenset()) -> None:
        self.module = module
        self.scope = scope
        # What is being looked up: built of itself, it has no keys but those found elsewhere.
        self.busy = busy

    def of(self, node: ast.AST | None) -> set[str] | None:
        """The keys of the dict that an expression gives; None if the source does not show them all."""
        match node:
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return union(self.of(value) if key is None else literal(key) for key, value in pairs)
            case ast.Constant(value=None):
                return set()
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union([self.of(left), self.of(right)])
            case ast.IfExp(body=body, orelse=other):
                return union([self.of(body), self.of(other)])
            case ast.BoolOp(values=values):
                return union(map(self.of, values))
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                return self.of(value)
            case ast.Name(id=name):
                return self._once(name, lambda inner: union(inner.of_local(name)))
            case ast.Call():
                return self._of_call(node)
        return None

    def returned_by(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str] | None:
        """All keys of all its return statements."""
        inner = Keys(self.module, function, self.busy)
        returns = [node for node in _own(function) if isinstance(node, ast.Return)]
        return union(inner.of(node.value) for node in returns if node.value is not None)

    def _once(self, what: Any, look: Any) -> set[str] | None:
        if what in self.busy:
            return set()
        found: set[str] | None = look(Keys(self.module, self.scope, self.busy | {what}))
        return found

    def _of_call(self, call: ast.Call) -> set[str] | None:
        if isinstance(call.func, ast.Name) and call.func.id == "dict":
            return self.of_arguments(call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "copy":
            return self.of(call.func.value)
        function = self._method(call.func)
        if function is not None:
            return self._once(function, lambda inner: inner.returned_by(function))
        value = global_value(self.module, call.func)
        if value in self.busy:
            return set()
        if inspect.isfunction(value):
            tree = definition(value)
            if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
                return Keys(value.__module__, tree, self.busy | {value}).returned_by(tree)
        return None

    def of_arguments(self, call: ast.Call) -> set[str] | None:
        """``dict(more, a=1)``, ``update(a=1, **more)``."""
        named = [{each.arg} if each.arg else self.of(each.value) for each in call.keywords]
        return union([*map(self.of, call.args), *named])

    def _method(self, function: ast.expr) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """``self.names()``, if the scope is the class that defines it."""
        if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
            return None
        if not isinstance(self.scope, ast.ClassDef):
            return None
        for node in self.scope.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function.attr:
                return node
        return None

    # -- a dict in a local variable

    def of_local(self, name: str) -> Iterator[set[str] | None]:
        """For each thing that the scope does with a local dict, the keys that it sets."""
        is_set = False
        for node in ast.walk(self.scope):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                for target in targets(node):
                    if isinstance(target, ast.Name) and target.id == name:
                        is_set = True
                        yield self.of(node.value)
                    elif _is_item(target, name):
                        yield literal(target.slice)  # type: ignore[attr-defined]
            elif isinstance(node, ast.AugAssign):
                if isinstance(node.target, ast.Name) and node.target.id == name:
                    yield self.of(node.value)
            elif isinstance(node, ast.Call):
                yield from self._of_use(node, name)
        if not is_set:
            yield None

    def _of_use(self, call: ast.Call, name: str) -> Iterator[set[str] | None]:
        function = call.func
        if not (isinstance(function, ast.Attribute) and _is(function.value, name)):
            # Given away, it may get more keys.
            looks = isinstance(function, ast.Name) and function.id in LOOKS
            if any(_is(argument, name) for argument in call.args) and not looks:
                yield None
        elif function.attr == "update":
            yield self.of_arguments(call)
        elif function.attr == "setdefault":
            yield literal(call.args[0])
        elif function.attr not in READS:
            yield None


def union(found: Iterable[set[str] | None]) -> set[str] | None:
    """All of them; None if one is None."""
    keys: set[str] = set()
    for each in found:
        if each is None:
            return None
        keys |= each
    return keys


def literal(node: ast.AST) -> set[str] | None:
    """The one string that a literal is."""
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def targets(node: Any) -> list[ast.expr]:
    """What an assignment sets."""
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it."""
    for node in ast.iter_child_nodes(function):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from _own(node)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_item(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Subscript) and _is(target.value, name)
