"""`{% provide %}`: data for all components below that ask for it with `inject()`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django_phoenix.rendering.expressions import NotCompilable
from django_phoenix.rendering.nodes import handles
from django_phoenix.rendering.parts import Hosted
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import node as dressed
from django_phoenix.rendering.runtime import pop, push

from .bridge import INJECT_PREFIX, ProvideNode, active_provides, clean_provided, provide_cache
from .params import compile_params, resolved

if TYPE_CHECKING:
    from django_phoenix.rendering.parts import Content
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.rendered import Block
    from django_phoenix.rendering.runtime import Runtime
    from django_phoenix.rendering.scope import Scope
    from django_phoenix.rendering.source import Function

ids = itertools.count(1)


@handles(ProvideNode)
def provide_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    params = compile_params(c, scope, node)
    key = literal_key(node)
    if key is None or not key.isidentifier() or (params.simple and len(params.positional) > 1):
        raise NotCompilable
    inner = c.child(scope, (id(node), "provide"))
    variable = c.bind(inner, INJECT_PREFIX + key)
    code = c.code(inner, node.nodelist, node)
    if c.is_rehearsal:
        return
    provide = Provide(key, code.block, real=inner.dynamic)
    c.module.bind(provide, "full_code", code.full)
    c.module.bind(provide, "diff_code", code.diff)
    params.named.pop("name", None)

    def arguments(fn: Function) -> str:
        if params.simple:
            named = ", ".join(f"{name!r}: {emit(fn)}" for name, emit in params.named.items())
            data = f"{{{named}}}"
        else:
            data = f"{c.constant(without_name)}({resolved(c, scope, node, fn)})"
        fn.emit(f"{fn.define(variable)} = {c.constant(provide_data)}({data})")
        return f", {variable}, {c.tuple_of(fn, code.free)}"

    content.items.append(Hosted(c.module.constant("P", provide), arguments, culprit=c.culprit(node)))


def literal_key(node: Any) -> str | None:
    for position, param in enumerate(node.params):
        if (position == 0 and param.key is None) or (param.key is not None and param.key.content == "name"):
            value = param.value
            if str(value.kind) == "string" and not value.filters and not value.spread:
                return str(value.value.content[1:-1])
            return None
    return None


def without_name(given: tuple[list[Any], dict[str, Any]]) -> dict[str, Any]:
    args, kwargs = given
    return {key: value for key, value in kwargs.items() if args or key != "name"}


@lru_cache(maxsize=256)
def payload_class(fields: tuple[str, ...]) -> Any:
    return NamedTuple("DepInject", [(name, Any) for name in fields])


def provide_data(data: dict[str, Any]) -> str:
    """Enter data where `inject()` looks for it; return the id under which it is there."""
    provide_id = f"phx_p{next(ids)}"
    provide_cache[provide_id] = payload_class(tuple(data))(**data)
    active_provides.add(provide_id)
    return provide_id


class Provide:
    """One `{% provide %}` of a compiled template. Remembered: its block and cells."""

    full_code: Callable[..., Any]
    diff_code: Callable[..., Any]

    def __init__(self, key: str, block: Block, *, real: bool) -> None:
        self.key = INJECT_PREFIX + key
        self.block = block
        self.real = real  # its layer has to be in the context

    def full(self, rt: Runtime, provide_id: str, free: tuple[Any, ...]) -> tuple[Any, Any]:
        return self.render(rt, None, provide_id, free)

    def diff(self, rt: Runtime, memory: Any, provide_id: str, free: tuple[Any, ...]) -> tuple[Any, Any]:
        return self.render(rt, memory, provide_id, free)

    def render(self, rt: Runtime, memory: Any, provide_id: str, free: tuple[Any, ...]) -> tuple[Any, Any]:
        if self.real:
            push(rt, {self.key: provide_id})
        try:
            if type(memory) is list and memory[0] is self.block:
                return self.diff_code(rt, memory, 1, *free) or UNCHANGED, memory
            memory = [self.block]
            return dressed(rt, self.full_code(rt, memory, *free), self.block), memory
        finally:
            if self.real:
                pop(rt)
            active_provides.discard(provide_id)
            clean_provided(provide_id)
