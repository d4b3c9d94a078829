"""A view's tree as the client keeps it, in a few lines: merge a diff, show the HTML."""

from __future__ import annotations

from typing import Any


def flat(tree: Any, templates: Any = None) -> str:
    """The HTML of a tree without components and streams."""
    if isinstance(tree, str):
        return tree
    templates = tree.get("p", templates)
    statics = tree["s"] if isinstance(tree["s"], list) else templates[str(tree["s"])]
    if "k" not in tree:
        return _filled(statics, tree, templates)
    return "".join(_filled(statics, tree["k"][str(n)], templates) for n in range(tree["k"]["kc"]))


def merged(tree: Any, diff: Any) -> Any:
    """The tree after a diff."""
    if not isinstance(tree, dict) or not isinstance(diff, dict) or "s" in diff:
        return diff
    new = {**tree, **{key: merged(tree.get(key), value) for key, value in diff.items() if key != "k"}}
    if "k" in diff:
        new["k"] = _merged_entries(tree["k"], diff["k"])
    return new


def _filled(statics: list[str], dynamics: dict[str, Any], templates: Any) -> str:
    shown = [flat(dynamics[str(n)], templates) + static for n, static in enumerate(statics[1:])]
    return statics[0] + "".join(shown)


def _merged_entries(old: dict[str, Any], diff: dict[str, Any]) -> dict[str, Any]:
    entries: dict[str, Any] = {"kc": diff["kc"]}
    for position in map(str, range(diff["kc"])):
        change = diff.get(position, {})
        if isinstance(change, int):
            entries[position] = old[str(change)]
        elif isinstance(change, list):
            entries[position] = merged(old[str(change[0])], change[1])
        else:
            entries[position] = merged(old.get(position), change) if position in old else change
    return entries
