"""A rendered tree as plain HTML, for the first response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .rendered import Node

POSITIONS = [str(position) for position in range(64)]


def flatten(tree: Node, components: Mapping[int, Node] | None = None) -> str:
    """The HTML of a complete tree whose "s" are blocks; `components` are the trees behind its cids."""
    written: list[str] = []
    _node(tree, tree["s"].statics, written.append, components or {})
    return "".join(written)


def _node(
    dynamics: Node, statics: tuple[str, ...], write: Callable[[str], None], components: Mapping[int, Node]
) -> None:
    write(statics[0])
    for position in range(1, len(statics)):
        key = POSITIONS[position - 1] if position <= 64 else str(position - 1)
        value = dynamics[key]
        if isinstance(value, str):
            write(value)
        else:
            _value(value, write, components)
        write(statics[position])


def _value(value: Any, write: Callable[[str], None], components: Mapping[int, Node]) -> None:
    if isinstance(value, int):
        value = components[value]
    statics = value["s"].statics
    if "k" not in value:
        _node(value, statics, write, components)
        return
    entries = value["k"]
    for position in range(entries["kc"]):
        _node(entries[str(position)], statics, write, components)
