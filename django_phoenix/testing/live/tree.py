"""One view's render tree, as the client keeps it: diffs in, HTML out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Node = dict[str, Any]
Templates = dict[str, list[str]] | None

# What is no dynamic part.
RESERVED = frozenset({"s", "p", "r", "k", "stream"})

# White space and comments before an element's name, and the name.
ROOT_TAG = re.compile(r"(?:\s|<!--.*?-->)*<[^\s/>]+", re.DOTALL)
FIRST_ID = re.compile(r"""^(?:\s|<!--.*?-->)*<[^\s/>]+[^>]*?\sid=(?:"([^"]*)"|'([^']*)')""", re.DOTALL)


class Items:
    """The items of one stream that stand in the page: the server has forgotten them."""

    def __init__(self) -> None:
        self.entries: dict[str, Node] = {}
        self.order: list[str] = []

    def change(self, stream: list[Any], entries: Iterable[tuple[str, Node]]) -> None:
        """Take over what a diff says: deletes, inserts, or all anew."""
        inserts = {each[0]: each[1:] for each in stream[1]}
        if len(stream) > 3:
            self.order.clear()
            self.entries.clear()
        for dom_id in stream[2]:
            self._delete(dom_id)
        for dom_id, entry in entries:
            at, limit, update_only = inserts.get(dom_id, (-1, None, None))
            if dom_id in self.entries:
                self.entries[dom_id] = entry
            elif not update_only:
                self.order.insert(len(self.order) if at == -1 else at, dom_id)
                self.entries[dom_id] = entry
                self._keep(limit)

    def _delete(self, dom_id: str) -> None:
        if self.entries.pop(dom_id, None) is not None:
            self.order.remove(dom_id)

    def _keep(self, limit: int | None) -> None:
        if limit is None:
            return
        kept = self.order[:limit] if limit >= 0 else self.order[limit:]
        for dom_id in set(self.order).difference(kept):
            self._delete(dom_id)


class Tree:
    """What is shown now. ``components``: those the server was not told to be gone, by cid."""

    def __init__(self) -> None:
        self.root: Node = {}
        self.components: dict[int, Node] = {}
        self._streams: dict[str, Items] = {}
        self._html: str | None = None
        # Of the diff in hand: the streams that it changes, each with its node and new entries.
        self._changes: list[tuple[list[Any], Node, list[Node]]] = []

    def merge(self, diff: Node) -> None:
        """Take over a diff, without its title, events and reply."""
        self._html = None
        components = diff.get("c", {})
        rest = {key: value for key, value in diff.items() if key != "c"}
        before = dict(self.components)
        if rest:
            self.root = self._merged(self.root, rest, None)
        done: dict[int, Node] = {}
        for cid in components:
            self._merge_component(int(cid), components, before, done)
        self.components.update(done)
        self._change_streams()

    def html(self) -> str:
        """All that the view shows; a component's root has its ``data-phx-component``."""
        if self._html is None:
            parts: list[str] = []
            if self.root:
                self._write(self.root, parts.append)
            self._html = "".join(parts)
        return self._html

    def seen(self) -> set[int]:
        """The cids that are shown. Streams that are not shown any more are forgotten."""
        cids: set[int] = set()
        streams: set[str] = set()
        self._look(self.root, cids, streams)
        for ref in self._streams.keys() - streams:
            del self._streams[ref]
        return cids

    @property
    def has_parts(self) -> bool:
        """Whether ``seen`` could tell of anything."""
        return bool(self.components or self._streams)

    def forget(self, cids: Iterable[int]) -> None:
        """The server has deleted these components."""
        for cid in cids:
            self.components.pop(cid, None)

    # Merging.

    def _merged(self, old: Any, new: Node, templates: Templates) -> Node:
        templates = new.get("p", templates)
        statics = new.get("s")
        if statics is not None:
            node: Node = {"s": _statics(statics, templates)}
            old = None
        else:
            node = dict(old) if isinstance(old, dict) else {}
        for key, value in new.items():
            if key not in RESERVED:
                node[key] = self._value(node.get(key), value, templates)
        if "r" in new:
            node["r"] = 1
        if "stream" in new:
            self._note_stream(node, new, templates)
        elif "k" in new:
            node["k"] = self._entries(node.get("k"), new["k"], templates)
        return node

    def _value(self, old: Any, new: Any, templates: Templates) -> Any:
        return self._merged(old, new, templates) if isinstance(new, dict) else new

    def _entries(self, old: list[Node] | None, new: Node, templates: Templates) -> list[Node]:
        before = old or []
        entries: list[Node] = []
        for position in range(new["kc"]):
            change = new.get(str(position))
            if change is None:
                entries.append(before[position])
            elif isinstance(change, int):
                entries.append(before[change])
            elif isinstance(change, list):
                entries.append(self._merged(before[change[0]], change[1], templates))
            else:
                known = before[position] if position < len(before) else None
                entries.append(self._merged(known, change, templates))
        return entries

    def _merge_component(
        self, cid: int, news: dict[str, Node], before: dict[int, Node], done: dict[int, Node]
    ) -> Node:
        if cid in done:
            return done[cid]
        diff = news[str(cid)]
        shared = diff.get("s")
        if isinstance(shared, int):
            source = before[-shared] if shared < 0 else self._merge_component(shared, news, before, done)
            diff = {key: value for key, value in diff.items() if key != "s"}
            node = self._merged(source, diff, None)
        else:
            node = self._merged(before.get(cid), diff, None)
        done[cid] = node
        return node

    # Streams.

    def _note_stream(self, node: Node, new: Node, templates: Templates) -> None:
        node["stream"] = new["stream"][0]
        fresh = new.get("k", {"kc": 0})
        entries = [self._merged(None, fresh[str(position)], templates) for position in range(fresh["kc"])]
        self._changes.append((new["stream"], node, entries))

    def _change_streams(self) -> None:
        """Once all components are known: an item's id may be that of a component."""
        for stream, node, entries in self._changes:
            items = self._streams.get(stream[0])
            if items is None:
                items = self._streams[stream[0]] = Items()
            items.change(stream, [(self._id_of(node, entry), entry) for entry in entries])
        self._changes.clear()

    def _id_of(self, node: Node, entry: Node) -> str:
        parts: list[str] = []
        self._weave(node["s"], entry, parts.append)
        found = FIRST_ID.match("".join(parts))
        return (found[1] or found[2] or "") if found else ""

    # Showing.

    def _write(self, value: Any, write: Callable[[str], object]) -> None:
        if isinstance(value, str):
            write(value)
        elif isinstance(value, int):
            self._write_component(value, write)
        elif "stream" in value:
            items = self._streams[value["stream"]]
            for dom_id in items.order:
                self._weave(value["s"], items.entries[dom_id], write)
        elif "k" in value:
            for entry in value["k"]:
                self._weave(value["s"], entry, write)
        else:
            self._weave(value["s"], value, write)

    def _weave(self, statics: list[str], dynamics: Node, write: Callable[[str], object]) -> None:
        write(statics[0])
        for position in range(1, len(statics)):
            value = dynamics[str(position - 1)]
            if isinstance(value, str):
                write(value)
            else:
                self._write(value, write)
            write(statics[position])

    def _write_component(self, cid: int, write: Callable[[str], object]) -> None:
        parts: list[str] = []
        self._write(self.components[cid], parts.append)
        html = "".join(parts)
        found = ROOT_TAG.match(html)
        if found is not None:
            html = f'{html[: found.end()]} data-phx-component="{cid}"{html[found.end() :]}'
        write(html)

    def _look(self, value: Any, cids: set[int], streams: set[str]) -> None:
        if isinstance(value, int):
            if value not in cids and value in self.components:
                cids.add(value)
                self._look(self.components[value], cids, streams)
            return
        inner: Iterable[Node] = (value,)
        if "stream" in value:
            streams.add(value["stream"])
            inner = self._streams[value["stream"]].entries.values()
        elif "k" in value:
            inner = value["k"]
        for node in inner:
            for key, each in node.items():
                if type(each) in (dict, int) and key not in RESERVED:
                    self._look(each, cids, streams)


def _statics(statics: Any, templates: Templates) -> list[str]:
    if isinstance(statics, list):
        return statics
    assert templates is not None, f"statics {statics} without templates"
    return templates[str(statics)]
