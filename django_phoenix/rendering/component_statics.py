"""The statics of live components: each tree carries its own, or refers to another component's (LV-59)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .diff import share_statics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .rendered import Block, Node

# Which block stands where in a tree: what a client can copy the statics of.
Skeleton = tuple["Block", dict[str, Any]]


def skeleton(tree: Node) -> Skeleton:
    """Of a tree, or part of one, that carries its statics as blocks; without comprehensions' entries."""
    below = {}
    if "k" not in tree:
        below = {slot: skeleton(value) for slot, value in tree.items() if type(value) is dict}
    return tree["s"], below


def renewed(known: Skeleton, diff: Node) -> Skeleton:
    """What becomes of a skeleton by a diff."""
    if "s" in diff:
        return skeleton(diff)
    if "k" in diff:
        return known
    block, below = known
    below = dict(below)
    for slot, value in diff.items():
        if type(value) is not dict:
            below.pop(slot, None)
        elif "s" in value:
            below[slot] = skeleton(value)
        elif slot in below:
            below[slot] = renewed(below[slot], value)
    return block, below


def leave_out(tree: Node, known: Skeleton) -> None:
    """Take out of a complete tree the statics that a component of this skeleton has at the same places."""
    del tree["s"]
    tree.pop("r", None)
    for slot, value in tree.items():
        if type(value) is not dict:
            continue
        there = known[1].get(slot)
        if there is None or there[0] is not value["s"]:
            continue
        if "k" in value:
            del value["s"]
        else:
            leave_out(value, there)


def write_statics(tree: Node, fresh: list[Node]) -> None:
    """Write the statics of `fresh`, nodes of this tree, as text: those of entries shared where it is shorter.

    A component knows no `p` at its top; a comprehension in it may have one for its entries.
    """
    carriers = [node for node in fresh if "s" in node]
    if len(carriers) > 1:
        for comprehension in outermost_comprehensions(tree):
            share_statics(comprehension, list(carriers_in(comprehension["k"])))
    for node in carriers:
        if type(node["s"]) not in (list, int):
            node["s"] = list(node["s"].statics)


def outermost_comprehensions(tree: Node) -> Iterator[Node]:
    for value in tree.values():
        if type(value) is dict:
            if "k" in value:
                yield value
            else:
                yield from outermost_comprehensions(value)


def carriers_in(entries: Node) -> Iterator[Node]:
    """All nodes below the entries of a comprehension that carry statics."""
    for entry in entries.values():
        if type(entry) is list:
            entry = entry[1]
        if type(entry) is dict:
            yield from carriers_below(entry)


def carriers_below(node: Node) -> Iterator[Node]:
    for value in node.values():
        if type(value) is not dict:
            continue
        if "s" in value:
            yield value
        yield from carriers_in(value["k"]) if "k" in value else carriers_below(value)
