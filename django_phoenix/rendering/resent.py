"""Cids that are sent again, so that the client looks below elements that are otherwise as they were.

A client leaves out elements (nodes with `r`) that nothing was merged into, and whatever stands in them: a
component in there too, although its own tree has changed. So wherever a component has news its cid is sent
once more. Whether it has is known only when it was rendered, later than the tree that it stands in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .rendered import ComponentRef

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from .rendered import Node


class Resent(ComponentRef):
    """The cid that the client has at this place."""

    __slots__ = ()


class SameCount(int):
    """`kc` of a comprehension with as many entries as before."""

    __slots__ = ()


def settle_resent(tree: Node, news: Container[int]) -> None:
    """Leave only those cids whose components have news, and nothing around them that says nothing more."""
    for slot in list(tree):
        value = tree[slot]
        if type(value) is Resent:
            if value not in news:
                del tree[slot]
        elif type(value) is dict and "s" not in value:
            _settle_below(value, news)
            if is_empty(value):
                del tree[slot]


def _settle_below(node: Node, news: Container[int]) -> None:
    entries = node.get("k")
    if entries is None:
        settle_resent(node, news)
        return
    for position in list(entries):
        entry = entries[position]
        if type(entry) is list:
            settle_resent(entry[1], news)
            if not entry[1]:
                entries[position] = entry[0]
        elif type(entry) is dict and entry:
            settle_resent(entry, news)
            if not entry:
                del entries[position]


def is_empty(node: Node) -> bool:
    """Whether nothing is left to say."""
    if not node:
        return True
    entries = node.get("k")
    return entries is not None and len(entries) == len(node) == 1 and type(entries["kc"]) is SameCount


def only_resends(tree: Node) -> bool:
    """Whether it says nothing but cids that the client has."""
    return all(_resends(value) for value in tree.values())


def _resends(value: Any) -> bool:
    if type(value) is not dict:
        return type(value) is Resent
    if "s" in value or "p" in value:
        return False
    entries = value.get("k")
    if entries is None:
        return only_resends(value)
    if type(entries["kc"]) is not SameCount or "km" in entries or len(value) > 1:
        return False
    return all(only_resends(entry) for entry in entries.values() if type(entry) is dict)


def cids_in(tree: Node) -> Iterator[int]:
    """All cids that a tree says."""
    for value in tree.values():
        if isinstance(value, ComponentRef):
            yield value
        elif type(value) is dict:
            entries = value.get("k")
            if entries is None:
                yield from cids_in(value)
                continue
            for entry in entries.values():
                entry = entry[1] if type(entry) is list else entry
                if type(entry) is dict:
                    yield from cids_in(entry)
