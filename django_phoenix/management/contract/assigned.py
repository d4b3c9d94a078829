"""Which names a live class sets on its assigns, and which streams and uploads it has: read from its source.

Read generously: a name that any reachable function sets on anybody's assigns counts. Where the source leaves
open which names are set (``setattr`` with a variable, assigns given away), ``open`` says so.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django_phoenix.generic import FormLive
from django_phoenix.generic.base import GenericLive

from .mappings import Keys, targets
from .name_set import NameSet
from .python import UNKNOWN, definition, global_value, is_foreign

# Calls that give nothing away: they look, or what they set is read here.
HARMLESS = {
    "bool", "callable", "delattr", "dir", "format", "getattr", "hasattr", "hash", "id", "isinstance", "iter",
    "len", "list", "next", "print", "repr", "setattr", "sorted", "str", "super", "tuple", "type", "vars",
}  # fmt: skip
DEEPEST = 6
_METHOD = object()  # stands for a method of the class itself, which is read anyway


@dataclass
class Assigned(NameSet):
    """What the source of a class tells."""

    streams: set[str] = field(default_factory=set)
    uploads: set[str] = field(default_factory=set)
    # What it sends to live components.
    sent: set[str] = field(default_factory=set)
    # There may be others as well.
    open_streams: bool = False
    open_uploads: bool = False
    # Functions see all of its events, and may take some.
    hooks_events: bool = False


def assigned_by(owner: type, guards: Iterable[Any] = ()) -> Assigned:
    """What a class, its bases and the guards that run before it set.

    Methods of any name count, since handlers may call them.
    """
    found = Assigned()
    seen: set[Any] = set()
    for klass in owner.__mro__:
        if not is_foreign(klass):
            _read(klass, found, seen, depth=0)
    if issubclass(owner, GenericLive):
        _read_generic(owner, found)
    for guard in guards:
        _read_guard(guard, found, seen)
    return found


def _read_generic(owner: type[GenericLive], found: Assigned) -> None:
    """What its bases of ours give, of which the source says nothing; ``get_context_data`` may give more."""
    found.names |= owner.template_names()
    found.open_uploads = found.open_uploads or issubclass(owner, FormLive)
    own = [klass for klass in owner.__mro__ if not is_foreign(klass)]
    found.open = found.open or any("get_context_data" in vars(klass) for klass in own)


def _read_guard(guard: Any, found: Assigned, seen: set[Any]) -> None:
    hook = getattr(guard, "on_mount", guard)
    while isinstance(hook, partial):
        hook = hook.func
    hook = getattr(hook, "__func__", hook)
    if not is_foreign(hook):
        _read(hook if inspect.isfunction(hook) else type(hook), found, seen, depth=0)


def _read(thing: Any, found: Assigned, seen: set[Any], depth: int) -> None:
    """A function or class of the site, once."""
    if thing in seen:
        return
    seen.add(thing)
    tree = definition(thing)
    if tree is None or depth > DEEPEST:
        found.open = found.open_streams = found.open_uploads = True
        return
    reader = _Reader(tree, thing.__module__, found, is_handed_state=depth > 0)
    reader.read()
    for callee in reader.given_to:
        _read(callee, found, seen, depth + 1)


class _Reader:
    """Goes once over the tree of a function or of a class with all its methods."""

    def __init__(self, tree: ast.AST, module: str, found: Assigned, *, is_handed_state: bool) -> None:
        self.tree = tree
        self.module = module
        self.found = found
        # Any parameter may be the assigns.
        self.is_handed_state = is_handed_state
        # Functions and classes of the site that are handed the view or its assigns.
        self.given_to: list[Any] = []

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def parameters(self) -> list[list[str]]:
        """Of each function, the names of its parameters."""
        return [
            [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

    @cached_property
    def receivers(self) -> set[str]:
        """What methods call the view: their first parameter, whatever its name, and ``view``."""
        return {"self", "view", *(names[0] for names in self.parameters if names)}

    @cached_property
    def aliases(self) -> set[str]:
        """Local names that stand for the assigns or their dict."""
        found = {
            target.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr)
            and node.value is not None
            and (is_assigns_itself(node.value) or is_assigns_itself(dict_of(node.value)))
            for target in targets(node)
            if isinstance(target, ast.Name)
        }
        for names in self.parameters:
            found.update(names if self.is_handed_state else {"assigns"} & set(names))
        return found

    def read(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                if self.is_assigns(node.value):
                    self.found.names.add(node.attr)
            elif self.is_assigns(dict_of(node)) or (isinstance(node, ast.Name) and node.id in self.aliases):
                self.mapping(node)
            elif isinstance(node, ast.Call):
                self.call(node)

    # -- the assigns

    def is_assigns(self, node: ast.AST | None) -> bool:
        return is_assigns_itself(node) or (isinstance(node, ast.Name) and node.id in self.aliases)

    def mapping(self, node: ast.AST) -> None:
        """What is done with the dict of the assigns."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
            self.name_of(parent.slice)
        elif isinstance(parent, ast.AugAssign) and parent.target is node:
            self.names_of_mapping(parent.value)
        elif isinstance(parent, ast.Attribute) and isinstance(call := self.parents.get(parent), ast.Call):
            if parent.attr == "update":
                self.names_of_call(call)
            elif parent.attr == "setdefault":
                self.name_of(call.args[0])

    # -- calls

    def call(self, call: ast.Call) -> None:
        method = call.func.attr if isinstance(call.func, ast.Attribute) else None
        if method == "assign":
            self.names_of_call(call)
        elif method == "assign_new" and call.args:
            self.name_of(call.args[0])
        elif method == "assign_async" and call.args:
            for name in _elements(call.args[0]):
                self.name_of(name)
        elif method == "send_update":
            self.found.sent.update(each.arg for each in call.keywords if each.arg)
        elif method is not None and method.startswith("stream") and call.args:
            self.found.open_streams |= not _add(self.found.streams, call.args[0])
            if method == "stream_async":
                self.name_of(call.args[0])
        elif method == "attach_hook":
            self.hook(call)
        elif method == "allow_upload" and call.args:
            self.found.open_uploads |= not _add(self.found.uploads, call.args[0])
        elif isinstance(call.func, ast.Name) and call.func.id == "setattr" and len(call.args) > 1:
            if self.is_assigns(call.args[0]):
                self.name_of(call.args[1])
        else:
            self.given_away(call)

    def hook(self, call: ast.Call) -> None:
        """A function that will get the view."""
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(argument, ast.Constant):
                self.found.hooks_events |= argument.value == "handle_event"
            elif isinstance(argument, ast.Name | ast.Attribute):
                function = self.callee(argument)
                if function not in (None, _METHOD) and not is_foreign(function):
                    self.given_to.append(function)

    def names_of_call(self, call: ast.Call) -> None:
        """``assign(a=1)``, ``assign({"a": 1})``, ``update(a=1, **more)``."""
        for argument in call.args:
            self.names_of_mapping(argument)
        for keyword in call.keywords:
            if keyword.arg is None:
                self.names_of_mapping(keyword.value)
            else:
                self.found.names.add(keyword.arg)

    def names_of_mapping(self, node: ast.AST) -> None:
        self.found.add(Keys(self.module, self.tree).of(node))

    def name_of(self, node: ast.AST) -> None:
        self.found.open |= not _add(self.found.names, node)

    def given_away(self, call: ast.Call) -> None:
        """A call that is handed the view or its assigns may set names on them."""
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        given = [each for each in arguments if self._is_state(each)]
        if not given or (isinstance(call.func, ast.Name) and call.func.id in HARMLESS):
            return
        callee = self.callee(call.func)
        if callee is None or (callee is _METHOD and any(map(self.is_assigns, given))):
            self.found.open = True
        elif callee is not _METHOD and not is_foreign(callee):
            self.given_to.append(callee)
        else:
            # Such as functools.partial(load, self).
            others = (self.callee(each) for each in arguments if isinstance(each, ast.Name | ast.Attribute))
            self.given_to += [each for each in others if each not in (None, _METHOD) and not is_foreign(each)]

    def _is_state(self, node: ast.AST) -> bool:
        return self.is_assigns(node) or (isinstance(node, ast.Name) and node.id in self.receivers)

    def callee(self, function: ast.expr) -> Any:
        """The function or class that is called; None if that can't be told."""
        if isinstance(function, ast.Attribute) and _root(function) in self.receivers:
            return _METHOD if isinstance(function.value, ast.Name) else None
        value = global_value(self.module, function)
        value = getattr(value, "__func__", value)
        if value is UNKNOWN:
            return None
        return value if inspect.isfunction(value) or isinstance(value, type) else type(value)


def is_assigns_itself(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "assigns"


def dict_of(node: ast.AST) -> ast.AST | None:
    """What ``vars(…)`` or ``….__dict__`` is asked of."""
    match node:
        case ast.Call(func=ast.Name(id="vars"), args=[owner]) | ast.Attribute(value=owner, attr="__dict__"):
            return owner
    return None


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]


def _add(names: set[str], node: ast.AST) -> bool:
    """Whether the node is a literal name, which is then added."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        names.add(node.value)
        return True
    return False
