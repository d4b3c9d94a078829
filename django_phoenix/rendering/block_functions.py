"""The two functions of a block, written part by part: `full` and `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parts import BlockCode, Content, Effect, Part
from .reads import Reads
from .rendered import Block
from .source import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .program import Compiler


def write_block(c: Compiler, content: Content, dynamic: bool, name: str, *, compact: bool) -> BlockCode:
    """Write both."""
    if c.is_rehearsal:
        rehearsed = Block((), root=False, name=name)
        return BlockCode(rehearsed, "nothing", "nothing", {}, 0, content, content.parts(), True, False, False)
    block = c.block(content, name)
    if len(content.items) == sum(isinstance(item, str) for item in content.items):
        empty = block.statics == ("",)
        return BlockCode(block, "nothing", "nothing", {}, 0, content, [], False, empty, c.balanced(content))
    full = Function(c.module.fresh("full"), ("rt", "out"), dynamic=dynamic)
    diff = Function(c.module.fresh("diff"), ("rt", "mem", "at"), dynamic=dynamic)
    full.compact = diff.compact = compact
    write_full(c, full, content)
    at = write_diff(c, diff, content)
    items = [item for item in content.items if not isinstance(item, str)]
    reads = Reads()
    for item in items:
        reads.absorb(item.reads_of)
        item.reads_of.settle(c.pool)
    reads.settle(c.pool)
    free = full.free | diff.free
    c.module.add(full, free)
    c.module.add(diff, free)
    effects = any(isinstance(item, Effect) for item in content.items)
    balanced = c.balanced(content)
    return BlockCode(
        block,
        full.name,
        diff.name,
        free,
        at,
        content,
        content.parts(),
        effects,
        False,
        balanced,
        dynamic,
        reads,
        writes=dynamic and any(item.writes for item in items),
    )


def dynamics(fn: Function, content: Content) -> Iterator[Part]:
    """The parts that take a slot, in order; what only has an effect is written on the way."""
    for item in content.items:
        if isinstance(item, str):
            continue
        fn.culprit = item.culprit
        fn.reads = item.reads_of = Reads()
        if isinstance(item, Effect):
            item.perform(fn)
            fn.reads.impure = fn.reads.impure or fn.dynamic or not item.quiet
        else:
            yield item


def write_full(c: Compiler, fn: Function, content: Content, result: str = "return ") -> None:
    at = 0
    slots: list[str] = []
    for item in dynamics(fn, content):
        slots.append(f"{str(len(slots))!r}: {item.full(c, fn, at)}")
        at += item.width
    fn.flush()
    fn.emit(f"{result}{{{', '.join(slots)}}}")


def write_diff(c: Compiler, fn: Function, content: Content) -> int:
    fn.emit("d = {}")
    at = slot = 0
    for item in dynamics(fn, content):
        item.diff(c, fn, at, str(slot))
        at, slot = at + item.width, slot + 1
    fn.emit("return d")
    return at
