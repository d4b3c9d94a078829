"""Arguments of django-components' tags, as code. What we do not write ourselves, its own resolver answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.template import TemplateSyntaxError
from django.template.base import Variable

from django_phoenix.rendering.expressions import read
from django_phoenix.rendering.fills import caller_layer
from django_phoenix.rendering.frames import context_of, names_here

from .bridge import compile_tag_params_resolver

if TYPE_CHECKING:
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.runtime import Runtime
    from django_phoenix.rendering.scope import Scope
    from django_phoenix.rendering.source import Function

Emit = Callable[["Function"], str]


class Unknown(Exception):
    """An argument of a kind that only django-components can evaluate."""


@dataclass
class Params:
    """The arguments of a tag: code for each; `simple` False if django-components has to evaluate them all."""

    positional: list[Emit] = field(default_factory=list)
    named: dict[str, Emit] = field(default_factory=dict)
    literals: dict[str | int, Any] = field(default_factory=dict)  # the values that are known already
    simple: bool = True

    def values(self, fn: Function) -> str:
        """Emit the evaluation; return a tuple display: the positional ones, then the named ones."""
        found = [emit(fn) for emit in [*self.positional, *self.named.values()]]
        return f"({''.join(f'{value}, ' for value in found)})"


def compile_params(c: Compiler, scope: Scope, node: Any) -> Params:
    params = Params()
    try:
        for param in node.params:
            add(c, scope, node, params, param)
    except Unknown:
        return Params(simple=False)
    return params


def add(c: Compiler, scope: Scope, node: Any, params: Params, param: Any) -> None:
    value = param.value
    if value.spread:
        raise Unknown
    if param.key is None:
        if params.named:
            raise Unknown  # django-components has its own words for this error
        note_literal(params, len(params.positional), value)
        params.positional.append(argument(c, scope, node, value))
        return
    key = param.key.content
    if ":" in key:
        raise Unknown  # part of a dict
    note_literal(params, key, value)
    params.named.pop(key, None)  # the last one wins
    params.named[key] = argument(c, scope, node, value)


def note_literal(params: Params, key: str | int, value: Any) -> None:
    params.literals.pop(key, None)
    if not value.filters and str(value.kind) in LITERALS:
        params.literals[key] = literal(value)


LITERALS = {"string", "int", "float"}


def literal(value: Any) -> Any:
    text = value.value.content
    kind = str(value.kind)
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if "\\" in text:
        raise Unknown
    return text[1:-1]


def argument(c: Compiler, scope: Scope, node: Any, value: Any) -> Emit:
    """Code for one value and its filters, which django-components calls without ado."""
    main = plain(c, scope, value)
    if not value.filters:
        return main
    steps = []
    for each in value.filters:
        function = node.filters.get(each.name.content)
        if function is None:
            raise Unknown
        steps.append((function, None if each.arg is None else argument(c, scope, node, each.arg)))

    def emit(fn: Function) -> str:
        result = fn.define(c.module.fresh("e"))
        fn.emit(f"{result} = {main(fn)}")
        for function, given in steps:
            arguments = result if given is None else f"{result}, {given(fn)}"
            fn.emit(f"{result} = {c.constant(function)}({arguments})")
        return result

    return emit


def plain(c: Compiler, scope: Scope, value: Any) -> Emit:
    kind = str(value.kind)
    if kind in LITERALS:
        known = literal(value)
        return lambda fn: c.constant(known)
    if kind == "translation":
        source = f"_({value.value.content[2:-1]})"
        return lambda fn: f"{c.constant(Variable(source))}.resolve(None)"
    if kind != "variable":
        raise Unknown
    try:
        variable = Variable(value.value.content)
    except TemplateSyntaxError:
        raise Unknown from None

    def emit(fn: Function) -> str:
        found = read(c, fn, scope, variable)
        if found not in fn.own:  # a constant, or a counter of a loop
            return found
        result = fn.define(c.module.fresh("e"))
        fn.emit(f"{result} = {found} if {found} is not MISSING else ''")
        return result

    return emit


def resolved(c: Compiler, scope: Scope, node: Any, fn: Function) -> str:
    """Code that has django-components evaluate all arguments: (list, dict)."""
    return f"{c.constant(resolve)}(rt, {c.constant(node)}, {caller_layer(c, fn, scope)})"


def resolve(rt: Runtime, node: Any, layer: dict[str, Any] | None) -> tuple[list[Any], dict[str, Any]]:
    if node._params_resolver is None:
        node._params_resolver = compile_tag_params_resolver(
            tag_name=node.tag,
            params=node.params,
            source=node.start_tag_source or "",
            filters=node.filters,
            tags=node.tags,
        )
    context = rt.context if rt.real else context_of(rt, [names_here(rt, layer), {}])
    args, kwargs = node._params_resolver(context)
    return args, dict(kwargs)
