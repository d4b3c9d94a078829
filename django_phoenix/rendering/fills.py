"""Bodies of components' tags, compiled: each `{% fill %}` is a block that is entered through `rt.names`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .frames import LOOP, FillCode
from .reads import ANYWHERE
from .scope import BlockName, Local, LoopVariables, Scope
from .source import Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.template.base import Node as TemplateNode

    from .parts import BlockCode
    from .program import Compiler


def fill_code(
    c: Compiler,
    scope: Scope,
    node: Any,
    name: str,
    nodes: Iterable[TemplateNode],
    *,
    data: str | None = None,
    fallback: str | None = None,
) -> FillCode:
    """Compile nodes of this template into what a slot may show. `scope` is that of the component's tag.

    `data` and `fallback` are the names under which the fill sees the slot's data, and what the slot would
    show without it.
    """
    key = (id(node), "fill")
    inner = Scope(key, dynamic=key in c.marks, autoescape=scope.autoescape)
    block = scope.find("block")
    if isinstance(block, BlockName):
        inner.names["block"] = block
    if fallback is not None:
        inner.trees = frozenset({fallback})
    gathering, c.gathering = c.gathering, None
    code = c.code(inner, nodes, node)
    c.gathering = gathering
    fill = FillCode(name, node, code.block, autoescape=inner.autoescape, dynamic=inner.dynamic)
    fill.data, fill.fallback = data, fallback
    if not (code.dynamic or code.reads.impure):
        fill.reads = tuple(path for path in paths_read(c, code) if path[0] not in (data, fallback))
    if not c.is_rehearsal:
        full, diff = c.module.fresh("fill_full"), c.module.fresh("fill_diff")
        write_entrance(c, full, ("rt", "out"), code.full, code, dynamic=inner.dynamic)
        write_entrance(c, diff, ("rt", "mem", "at"), code.diff, code, dynamic=inner.dynamic)
        c.module.bind(fill, "full", full)
        c.module.bind(fill, "diff", diff)
    return fill


def paths_read(c: Compiler, code: BlockCode) -> Iterator[tuple[str, ...]]:
    """Names of the context that a block reads, each with the attributes that it looks at."""
    for variable in code.free:
        name = c.context_names.get(variable)
        if name is None:
            continue
        paths = code.reads.paths.get(variable, set())
        if not paths or ANYWHERE in paths or variable in code.reads.whole:
            yield (name,)
        else:
            for path in sorted(paths):
                yield (name, *path)


def write_entrance(
    c: Compiler, name: str, first: tuple[str, ...], target: str, code: BlockCode, *, dynamic: bool
) -> None:
    """A function that calls the block's with what it needs of the names of `rt`."""
    fn = Function(name, first, dynamic=dynamic)
    call = c.arguments(fn, *first, free=code.free)
    needed = [variable for variable in code.free if variable in fn.free and variable in c.context_names]
    if needed:
        fn.emit("names = rt.names")
    for variable in needed:
        fn.emit(f"{variable} = names.get({c.context_names[variable]!r}, MISSING)")
    fn.emit(f"return {target}({call})")
    c.module.add(fn, ())


def caller_layer(c: Compiler, fn: Function, scope: Scope) -> str:
    """A dict display of what the template has bound here in Python variables; None if that is nothing."""
    if scope.dynamic:
        return "None"
    bound = {name: found for name, found in scope.visible().items() if not isinstance(found, BlockName)}
    items = [f"{name!r}: {bound_value(fn, found)}" for name, found in bound.items()]
    loop = innermost_loop(scope)
    if loop is not None:
        # A loop that unpacks its items keeps them in a layer of their own, which Django puts on top.
        names = loop.names if len(loop.names) == 2 else {"forloop": loop.names["forloop"]}
        own = [f"{name!r}: {bound_value(fn, found)}" for name, found in names.items()]
        items.append(f"{LOOP!r}: {{{', '.join(own)}}}")
    return f"{{{', '.join(items)}}}" if items else "None"


def layer_within(c: Compiler, fn: Function, scope: Scope, around: Scope) -> str:
    """The same for what is bound between an outer scope and here."""
    if scope.dynamic:
        return "None"
    bound: dict[str, Any] = {}
    for each in reversed(scope.chain()):
        if each is around:
            bound = {}
        elif not each.dynamic:
            bound.update(each.names)
    items = [
        f"{name!r}: {bound_value(fn, found)}"
        for name, found in bound.items()
        if not isinstance(found, BlockName)
    ]
    return f"{{{', '.join(items)}}}"


def bound_value(fn: Function, found: Any) -> str:
    if isinstance(found, LoopVariables):
        return fn.use(found.ask())
    assert isinstance(found, Local)
    return fn.use(found.variable)


def innermost_loop(scope: Scope) -> Scope | None:
    for each in scope.chain():
        if "forloop" in each.names:
            return None if each.dynamic else each
    return None
