"""Rendered trees that pass through code of others as strings, and how to compare them.

A `TreeString` is HTML that remembers its tree. Whoever hands it on unchanged keeps the tree; whoever edits it
gets an ordinary string. Remembered of a tree: `Shape`s of blocks and digests, so that it is compared without
its values being kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString

from .html import flatten
from .rendered import UNCHANGED, Block, Node
from .tracking import Digest, TreeCell, cell, changed_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from .runtime import Runtime


class TreeString(SafeString):
    """The HTML of a complete tree, whose nodes with statics are `fresh`."""

    fresh: list[Node]
    tree: Node

    def __reduce__(self) -> tuple[Any, ...]:
        return SafeString, (str.__str__(self),)

    def __str__(self) -> str:
        return self

    def __html__(self) -> TreeString:
        return self


def capture(rt: Runtime, tree: Node, mark: int) -> TreeString:
    """A tree as a string; `mark` is where its nodes begin in `rt.fresh`, from which they are taken."""
    text = TreeString(flatten(tree))
    text.tree = tree
    text.fresh = rt.fresh[mark:]
    del rt.fresh[mark:]
    return text


class Shape:
    """What is remembered of a node or comprehension: its block, and a memory for each dynamic."""

    __slots__ = ("block", "parts")

    def __init__(self, block: Block, parts: list[Any]) -> None:
        self.block = block
        self.parts = parts


class StreamShape(Shape):
    """The same of a stream, of which nothing more is remembered."""

    __slots__ = ()


def shape_of(value: Any) -> Any:
    """What to remember of a complete value whose "s" are still blocks."""
    if isinstance(value, str):
        return Digest(hash(value))
    if isinstance(value, int):
        return value
    if "stream" in value:
        return StreamShape(value["s"], [])
    entries = value.get("k")
    if entries is None:
        return Shape(value["s"], [shape_of(value[str(i)]) for i in range(len(value["s"].statics) - 1)])
    width = len(value["s"].statics) - 1
    rows = [[shape_of(entries[str(row)][str(i)]) for i in range(width)] for row in range(entries["kc"])]
    return Shape(value["s"], rows)


def difference(new: Any, old: Any) -> Any:
    """What of a complete value the client does not know, where `old` is remembered; or UNCHANGED."""
    if not isinstance(new, dict):
        return UNCHANGED if shape_of(new) == old and type(old) is not Shape else new
    if "stream" in new and type(old) is StreamShape and old.block is new["s"]:
        _, *changes = new["stream"]
        return {"k": new["k"], "stream": new["stream"]} if any(changes) else UNCHANGED
    if type(old) is not Shape or old.block is not new["s"]:
        return new
    if "k" not in new:
        return parts_of(new, old.parts) or UNCHANGED
    entries = new["k"]
    count = entries["kc"]
    changed: Node = {}
    for row in range(count):
        if row >= len(old.parts):
            changed[str(row)] = entries[str(row)]
        elif entry := parts_of(entries[str(row)], old.parts[row]):
            changed[str(row)] = entry
    if not changed and count == len(old.parts):
        return UNCHANGED
    return {"k": {**changed, "kc": count}}


def parts_of(new: Node, old: list[Any]) -> Node:
    found = {}
    for i, known in enumerate(old):
        value = difference(new[str(i)], known)
        if value is not UNCHANGED:
            found[str(i)] = value
    return found


class Deferred:
    """A value that a template shows as a tree, made when it is shown."""

    def full(self, rt: Runtime) -> tuple[Any, Any]:
        """The value and what to remember of it."""
        raise NotImplementedError

    def diff(self, rt: Runtime, memory: Any) -> tuple[Any, Any]:
        """What is new since then, or UNCHANGED; and what to remember."""
        raise NotImplementedError


class Anything:
    """The place of a variable that may hold a tree."""

    __slots__ = ("text",)

    def __init__(self, text: Callable[[Runtime, Any], Any]) -> None:
        self.text = text  # of what is no tree

    def full(self, rt: Runtime, value: Any) -> tuple[Any, Any]:
        if isinstance(value, Deferred):
            return value.full(rt)
        if type(value) is TreeString:
            return show(rt, value)
        text = self.text(rt, value)
        return (text, cell(rt, value, text)) if type(text) is dict else show(rt, text)

    def diff(self, rt: Runtime, memory: Any, value: Any) -> tuple[Any, Any]:
        if isinstance(value, Deferred):
            return value.diff(rt, memory)
        if type(value) is TreeString:
            return renew(rt, value, memory)
        text = self.text(rt, value)
        return renew_tree(rt, text, memory) if type(text) is dict else renew(rt, text, memory)


def show(rt: Runtime, text: Any) -> tuple[Any, Any]:
    """The value of a text that may be a tree, and what to remember of it."""
    if type(text) is not TreeString:
        text = str(text)
        return text, Digest(hash(text))
    rt.fresh += text.fresh
    return text.tree, shape_of(text.tree)


def renew(rt: Runtime, text: Any, memory: Any) -> tuple[Any, Any]:
    """The same, if something is remembered: what is new, or UNCHANGED."""
    if type(text) is not TreeString:
        text = str(text)
        digest = Digest(hash(text))
        return (UNCHANGED, memory) if type(memory) is Digest and digest == memory else (text, digest)
    value = difference(text.tree, memory)
    if value is UNCHANGED:
        return UNCHANGED, memory
    shape = shape_of(text.tree)
    rt.fresh += [each for each in text.fresh if is_within(each, value)]
    return value, shape


def renew_tree(rt: Runtime, tree: Node, memory: Any) -> tuple[Any, Any]:
    """The same for a tree of texts that was made for a value."""
    found = changed_tree(rt, [memory], 0, tree)
    return (UNCHANGED, memory) if found is None else (found, TreeCell(tree))


def is_within(wanted: Node, value: Any) -> bool:
    if value is wanted:
        return True
    if not isinstance(value, dict):
        return False
    return any(is_within(wanted, each) for each in value.values() if isinstance(each, dict))
