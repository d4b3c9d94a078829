"""The render tree that a LiveView client keeps, and a merge that refuses what the protocol does not allow.

`WireTree().merge(diff)` takes the first render and then each diff, raises GrammarError naming place and rule
(the LV numbers of the protocol's checklist), and `html()` gives the page's HTML as the client would have it.
The official client forgives much more: a diff that passes here is valid, and as small as the rules ask.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Diff = dict[str, Any]
Templates = dict[str, list[str]]

NODE_KEYS = {"s", "r", "p"}
COMPREHENSION_KEYS = {"k", "s", "p", "stream"}
VOID_TAGS = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class GrammarError(AssertionError):
    """A diff that breaks the protocol; `rule` is the checklist's number."""

    def __init__(self, rule: str, path: str, message: str) -> None:
        super().__init__(f"{rule} at {path or 'the top'}: {message}")
        self.rule = rule


def require(condition: object, rule: str, path: str, message: str) -> None:
    if not condition:
        raise GrammarError(rule, path, message)


def is_integer(value: object) -> bool:
    return type(value) is int


def is_index(key: str) -> bool:
    return key.isascii() and key.isdecimal() and str(int(key)) == key


@dataclass
class Node:
    """A template instance: n + 1 statics around n dynamics."""

    statics: list[str]
    dynamics: list[Any]
    root: bool = False


@dataclass
class Comprehension:
    """One set of statics, entries of dynamics by position."""

    statics: list[str]
    entries: list[list[Any]] = field(default_factory=list)
    stream: list[Any] | None = None


class WireTree:
    """What the client knows of one view.

    `lenient` tolerates what upstream's server sends although the checklist advises against it: `r: 1` at the
    top (LV-42), text that the client has already (LV-35), a sharing component without some dynamics (LV-60).
    """

    def __init__(self, *, lenient: bool = False) -> None:
        self.root: Node | None = None
        self.components: dict[int, Node] = {}
        self._lenient = lenient

    def merge(self, diff: Diff) -> None:
        """Take a diff over; `{}` says that nothing changed. A GrammarError leaves the tree in pieces."""
        require(isinstance(diff, dict), "LV-19", "", f"a diff is an object, not {diff!r}")
        diff = dict(diff)
        components = diff.pop("c", {})
        self._check_extras(diff)
        news = {int(key) for key in components if is_index(key)}
        merge = _Merge(diff.get("p"), news, repeats=self._lenient)
        if diff or self.root is None:
            self.root = merge.node("", self.root, diff, merge.templates)
        merge.check_templates_used()
        self._merge_components(components)
        for cid in merge.cids:
            require(
                cid in self.components, "LV-58", "", f"component {cid} is shown but its tree was never sent"
            )

    def html(self) -> str:
        """The page, in full. As in the client, rendering a stream empties it."""
        assert self.root is not None, "nothing was merged yet"
        return self._value_html(self.root)

    def _check_extras(self, diff: Diff) -> None:
        title, events, reply = diff.pop("t", ""), diff.pop("e", []), diff.pop("r", {})
        require(isinstance(title, str), "LV-88", "t", f"a title is a string, not {title!r}")
        for event in events:
            shape = isinstance(event, list) and [type(part) for part in event]
            require(shape in ([str, dict], [str, dict, bool]), "LV-90", "e", f"not an event: {event!r}")
        if not (self._lenient and reply == 1):
            require(
                isinstance(reply, dict), "LV-42", "r", f"at the top, r is the reply to an event: {reply!r}"
            )

    def _merge_components(self, new: dict[str, Diff]) -> None:
        before, done = dict(self.components), {}
        for key in new:
            require(is_index(key) and key != "0", "LV-57", f"c.{key}", "a cid counts from 1")
            self._merge_component(int(key), new, before, done)
        self.components.update(done)

    def _merge_component(
        self, cid: int, new: dict[str, Diff], before: dict[int, Node], done: dict[int, Node]
    ) -> Node:
        if cid in done:
            return done[cid]
        path, diff = f"c.{cid}", new[str(cid)]
        merge = _Merge(None, {int(key) for key in new}, repeats=self._lenient)
        if is_integer(diff.get("s")):
            source = self._shared(path, diff["s"], new, before, done)
            rest = {key: value for key, value in diff.items() if key != "s"}
            whole = all(str(index) in diff for index in range(len(source.dynamics)))
            require(
                whole or self._lenient,
                "LV-60",
                path,
                "a component that shares statics sends all its dynamics",
            )
            merge.sharing = True
            node = merge.node(path, copy.deepcopy(source), rest, None)
        else:
            node = merge.node(path, copy.deepcopy(before.get(cid)), diff, None)
        require(node.root, "LV-41", path, "a component's statics come with r: 1")
        done[cid] = node
        for shown in merge.cids:
            known = shown in before or str(shown) in new
            require(known, "LV-58", path, f"component {shown} is shown but its tree was never sent")
        return node

    def _shared(
        self, path: str, source: int, new: dict[str, Diff], before: dict[int, Node], done: dict[int, Node]
    ) -> Node:
        require(source != 0, "LV-59", path, "component 0 does not exist")
        if source > 0:
            require(str(source) in new, "LV-59", path, f"component {source} is not in this diff")
            return self._merge_component(source, new, before, done)
        require(-source in before, "LV-59", path, f"component {-source} was not there before")
        return before[-source]

    def _value_html(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int):
            return self._value_html(self.components[value])
        if isinstance(value, Node):
            html = self._weave(value.statics, value.dynamics)
            if value.root:
                require(has_one_root(html), "LV-40", "r", f"not exactly one element: {html}")
            return html
        html = "".join(self._weave(value.statics, entry) for entry in value.entries)
        if value.stream is not None and (value.entries or value.stream[2] or len(value.stream) > 3):
            value.entries = []
        return html

    def _weave(self, statics: list[str], dynamics: list[Any]) -> str:
        parts = [statics[0]]
        for dynamic, static in zip(dynamics, statics[1:], strict=True):
            parts += [self._value_html(dynamic), static]
        return "".join(parts)


class _Merge:
    """One diff on its way into the tree."""

    def __init__(self, templates: Any, news: set[int], *, repeats: bool) -> None:
        self.news = news  # the components that the diff has something of
        self.cids: list[int] = []
        self.sharing = False
        self._repeats = repeats
        self.templates: Templates | None = None
        self._used: set[int] = set()
        if templates is not None:
            self.templates = self._templates("", templates)

    def check_templates_used(self) -> None:
        for key in self.templates or {}:
            require(int(key) in self._used, "LV-37", f"p.{key}", "a template that nothing in the diff uses")

    def value(self, path: str, old: Any, new: Any, templates: Templates | None) -> Any:
        """What stands at a place after `new` came; `old` is None where nothing was known."""
        if isinstance(new, str):
            self._check_new(path, old, new)
            return new
        if is_integer(new):
            require(new > 0, "LV-36", path, f"integers are cids, which count from 1: {new}")
            if new not in self.news:  # a component with news is named again, to be looked for
                self._check_new(path, old, new)
            self.cids.append(new)
            return new
        require(isinstance(new, dict), "LV-36", path, f"a dynamic is a string, a cid or a node, not {new!r}")
        if "k" in new:
            return self.comprehension(path, old, new, templates)
        return self.node(path, old, new, templates)

    def _check_new(self, path: str, old: Any, new: Any) -> None:
        require(new != old or self._repeats or self.sharing, "LV-35", path, f"{new!r} is what the client has")

    def node(self, path: str, old: Any, new: Diff, templates: Templates | None) -> Node:
        dynamics = self._dynamics(path, new, NODE_KEYS)
        require(
            "p" not in new or path == "", "LV-39", path, "templates stand at the top or on a comprehension"
        )
        if "s" in new:
            statics = self._statics(path, new["s"], templates)
            require(
                "r" not in new or new["r"] == 1, "LV-40", path, f"the root flag is 1, not {new.get('r')!r}"
            )
            return Node(statics, self._complete(path, statics, dynamics, templates), "r" in new)
        require("r" not in new, "LV-40", path, "the root flag comes with statics")
        require(isinstance(old, Node), "LV-33", path, "no statics, but the client has no template here")
        require(dynamics or self.sharing, "LV-35", path, "an empty node")
        self._update(path, old.dynamics, dynamics, templates)
        return old

    def comprehension(self, path: str, old: Any, new: Diff, templates: Templates | None) -> Comprehension:
        extra = sorted(set(new) - COMPREHENSION_KEYS)
        require(not extra, "§7.1", path, f"a comprehension has no keys {extra}")
        keyed = new["k"]
        require(isinstance(keyed, dict), "§7.1", path, f"k is an object, not {keyed!r}")
        require(is_integer(keyed.get("kc")), "LV-43", path, f"kc is a number: {keyed.get('kc')!r}")
        require(keyed.get("km", True) is True, "LV-44", path, f"km is true or absent: {keyed.get('km')!r}")
        statics_templates = templates
        if "p" in new:
            templates = self._templates(path, new["p"])
        if "s" in new:
            require(keyed["kc"] > 0 or "stream" in new, "LV-48", path, 'an empty first comprehension is ""')
            old = Comprehension(self._statics(path, new["s"], statics_templates))
        else:
            require(isinstance(old, Comprehension), "LV-33", path, "the client has no comprehension here")
        self._entries(path, old, keyed, templates, first="s" in new, stream=new.get("stream"))
        return old

    def _entries(
        self, path: str, old: Comprehension, keyed: Diff, templates: Any, *, first: bool, stream: Any
    ) -> None:
        count = keyed["kc"]
        positions = {key: value for key, value in keyed.items() if key not in ("kc", "km")}
        for key in positions:
            require(
                is_index(key) and int(key) < count, "§7.1", f"{path}.k.{key}", f"no position below {count}"
            )
        if stream is not None:
            self._check_stream(path, stream, count)
            old.stream, old.entries, first = stream, [], True
        else:
            require(old.stream is None, "LV-51", path, "a stream stays a stream")
        unchanged = not positions and count == len(old.entries) and not first
        require(not unchanged, "LV-49", path, "k although nothing in it changed")
        moved = [key for key, value in positions.items() if not isinstance(value, dict)]
        require(not (moved and first), "LV-46", path, "moves in a first comprehension")
        require(bool(moved) == ("km" in keyed), "LV-44", path, f"km {keyed.get('km')}, but moved is {moved}")
        before = copy.deepcopy(old.entries) if moved else old.entries
        taken = self._check_moves(path, before, positions)
        entries = []
        for index in range(count):
            place, value = f"{path}.k.{index}", positions.get(str(index))
            entries.append(self._entry(place, old, before, index, value, taken, templates))
        old.entries = entries

    def _check_moves(self, path: str, before: list[Any], positions: Diff) -> set[int]:
        taken: set[int] = set()
        for key, value in positions.items():
            if isinstance(value, dict):
                continue
            place = f"{path}.k.{key}"
            if isinstance(value, list):
                require(
                    len(value) == 2 and isinstance(value[1], dict), "§7.1", place, f"not a move: {value!r}"
                )
                require(value[1], "LV-35", place, "a change without content is a plain move")
                value = value[0]
            require(is_integer(value), "LV-121", place, f"an old position is a number, not {value!r}")
            require(0 <= value < len(before), "LV-45", place, f"there was no position {value}")
            require(value != int(key), "LV-44", place, "a move to where it is")
            require(value not in taken, "LV-45", place, f"position {value} is taken twice")
            taken.add(value)
        return taken

    def _entry(
        self,
        place: str,
        comprehension: Comprehension,
        before: list[Any],
        index: int,
        new: Any,
        taken: set[int],
        templates: Any,
    ) -> list[Any]:
        statics = comprehension.statics
        if new is None:
            require(index < len(before), "LV-46", place, "a new position without an entry")
            require(index not in taken, "LV-45", place, "an entry that has moved away, and stays")
            return list(before[index])
        if isinstance(new, int):
            return copy.deepcopy(before[new])  # type: ignore[no-any-return]
        if isinstance(new, list):
            entry = copy.deepcopy(before[new[0]])
            self._update(place, entry, self._dynamics(place, new[1], set()), templates)
            return entry  # type: ignore[no-any-return]
        dynamics = self._dynamics(place, new, set())
        whole = len(dynamics) == len(statics) - 1
        if index >= len(before):
            return self._complete(place, statics, dynamics, templates)
        if whole and self._is_complete(new):
            return self._complete(place, statics, dynamics, templates)
        require(dynamics, "LV-49", place, "an entry without a change")
        self._update(place, before[index], dynamics, templates)
        return before[index]  # type: ignore[no-any-return]

    def _is_complete(self, value: Any) -> bool:
        """Whether a client that knows nothing could take this entry: every nested node brings its statics."""
        if not isinstance(value, dict):
            return True
        nested = [item for key, item in value.items() if is_index(key)]
        if any(isinstance(item, dict) and "s" not in item for item in nested):
            return False
        return all(self._is_complete(item) for item in nested)

    def _complete(self, path: str, statics: list[str], dynamics: dict[int, Any], templates: Any) -> list[Any]:
        wanted = list(range(len(statics) - 1))
        require(sorted(dynamics) == wanted, "LV-34", path, f"dynamics {sorted(dynamics)} instead of {wanted}")
        return [self.value(f"{path}.{index}", None, dynamics[index], templates) for index in wanted]

    def _update(self, path: str, old: list[Any], dynamics: dict[int, Any], templates: Any) -> None:
        for index, value in dynamics.items():
            require(index < len(old), "§7.2", f"{path}.{index}", f"the template has {len(old)} dynamics")
            old[index] = self.value(f"{path}.{index}", old[index], value, templates)

    def _dynamics(self, path: str, new: Diff, others: set[str]) -> dict[int, Any]:
        for key in new:
            known = isinstance(key, str) and (key in others or is_index(key))
            require(known, "§7.1", path, f"unknown key {key!r}")
        return {int(key): value for key, value in new.items() if key not in others}

    def _statics(self, path: str, statics: Any, templates: Templates | None) -> list[str]:
        if is_integer(statics):
            found = (templates or {}).get(str(statics))
            require(found is not None, "LV-37", path, f"template {statics} is not in p of this diff")
            if templates is self.templates:
                self._used.add(statics)
            return found  # type: ignore[return-value]
        return self._strings(path, statics)

    def _templates(self, path: str, templates: Any) -> Templates:
        require(
            isinstance(templates, dict) and templates, "§7.1", f"{path}.p", f"not templates: {templates!r}"
        )
        require(all(map(is_index, templates)), "§7.1", f"{path}.p", f"keys are numbers: {list(templates)}")
        return {key: self._strings(f"{path}.p.{key}", value) for key, value in templates.items()}

    def _strings(self, path: str, statics: Any) -> list[str]:
        valid = isinstance(statics, list) and statics and all(isinstance(part, str) for part in statics)
        require(valid, "§7.1", path, f"statics are strings, not {statics!r}")
        return statics  # type: ignore[no-any-return]

    def _check_stream(self, path: str, stream: Any, count: int) -> None:
        valid = isinstance(stream, list) and len(stream) in (3, 4)
        require(valid, "§7.6", path, f"not a stream: {stream!r}")
        ref, inserts, deletes = stream[:3]
        require(isinstance(ref, str), "LV-56", path, f"a stream's ref is a string: {ref!r}")
        require(len(stream) == 3 or stream[3] is True, "LV-53", path, "the fourth element is true or absent")
        require(len(inserts) == count, "LV-54", path, f"{len(inserts)} inserts, {count} entries")
        for dom_id, at, limit, update_only in inserts:
            shape = isinstance(dom_id, str) and is_integer(at) and (limit is None or is_integer(limit))
            require(
                shape and update_only in (None, True, False), "LV-121", path, f"not an insert: {inserts!r}"
            )
        require(all(isinstance(dom_id, str) for dom_id in deletes), "§7.6", path, f"dom ids: {deletes!r}")


class _Roots(HTMLParser):
    """Counts what stands at the top of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.depth = self.stray = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements += self.depth == 0
        self.depth += tag not in VOID_TAGS

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag not in VOID_TAGS
        self.stray += self.depth < 0

    def handle_data(self, data: str) -> None:
        self.stray += self.depth == 0 and bool(data.strip())


def has_one_root(html: str) -> bool:
    """Whether the HTML is one element, white space and comments aside."""
    roots = _Roots()
    roots.feed(html)
    roots.close()
    return roots.elements == 1 and roots.depth == 0 and roots.stray == 0
