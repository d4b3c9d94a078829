"""`{% for %}`: which entries are new, moved, changed or gone.

An entry's key is what `{% for x in xs|key_by:"path" %}` names; else, as a template would find it, the item's
`pk`, else its `id`: of a model its primary key, of a dict that item, of another object that attribute. Keys
must be plain immutable values; if one item of a sequence has none, or two have the same, entries are known by
their position. Sequences that are unpacked, and sequences of strings and numbers, have no keys of their own.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db.models import Model

from .lookup import MISSING, follow
from .rendered import Block, Keyed, Node
from .resent import SameCount
from .runtime import node, pop, push
from .scope import HAS_LENGTH
from .streams import Stream, renew, show
from .tracking import PLAIN, is_immutable

if TYPE_CHECKING:
    from .runtime import Runtime

logger = logging.getLogger("django_phoenix.rendering")

FEW = 50  # entries, up to which the shortest code is the fastest, with the time to compile it

KEYLESS = {type(None), type(MISSING), float, complex}  # equal ones may differ, or they say nothing


class Loop:
    """One `{% for %}` of a compiled template. The functions come from the generated code."""

    rows: Callable[..., list[Node]]  # (rt, out, items, i, n, layer, *free): complete entries
    row: Callable[..., Node]  # (rt, mem, at, item, i, n, layer, *free): an entry's diff
    scan: Callable[..., list[int]] | None = None  # (items, cells, n, *free): entries that may have changed
    empty_full: Callable[..., Node]
    empty_diff: Callable[..., Node]

    def __init__(self, name: str, block: Block) -> None:
        self.name = name  # "template:line"
        self.block = block
        self.width = 0
        self.path: tuple[str, ...] | None = None  # of `key_by`; empty: the item itself is the key
        self.variables: tuple[str, ...] = ()
        self.is_reversed = False
        self.layered = False  # keeps a forloop dictionary: something below may read it
        self.dynamic = False  # its layer is really pushed onto the context
        self.indexed = False  # entries show their index
        self.counted = False  # entries show how many there are
        self.empty: Block | None = None
        self.warned = False
        self.warm_up: Callable[[], None] | None = None  # writes `rows` anew, if they become many
        self.entries = 0  # shown so far, until then

    # -- the two ways to render

    def full(self, rt: Runtime, values: Any, parent: Any, free: tuple[Any, ...]) -> tuple[Any, Any]:
        """Everything, for a client that has nothing: the value and what to remember of it."""
        if type(values) is Stream:
            return show(self, rt, values, parent, free)
        items, n = self.items(values)
        return self._full(rt, items, n, parent, free)

    def _full(self, rt: Runtime, items: Any, n: int, parent: Any, free: tuple[Any, ...]) -> tuple[Any, Any]:
        layer = self.enter(rt, parent, n)
        try:
            if not n:
                return self._full_empty(rt, free)
            if self.warm_up is not None:
                self._count(n)
            cells: list[Any] = []
            entries = self.rows(rt, cells, items, 0, n, layer, *free)
        finally:
            self.leave(rt)
        tree: Node = {"s": self.block, "k": {str(i): entry for i, entry in enumerate(entries)}}
        tree["k"]["kc"] = len(items)
        rt.fresh.append(tree)
        return tree, Keyed(self.block, len(items), self.keys(rt, items), cells)

    def diff(
        self, rt: Runtime, values: Any, parent: Any, free: tuple[Any, ...], memory: list[Any], at: int
    ) -> Any:
        """What is new since then, or None."""
        if type(values) is Stream:
            return renew(self, rt, values, parent, free, memory, at)
        known = memory[at]
        items, n = self.items(values)
        if n and type(known) is Keyed:
            layer = self.enter(rt, parent, n)
            try:
                return self._diff_items(rt, known, items, n, layer, free, memory, at)
            finally:
                self.leave(rt)
        if not n and self.empty is None:
            if type(known) is Stream:
                rt.journal.append((memory, at, None))
                return ""
            if type(known) is not Keyed or not known.count:
                return None
            rt.journal.append((memory, at, Keyed(self.block, 0, None, [])))
            return {"k": {"kc": 0}}
        if not n and type(known) is list:
            self.enter(rt, parent, n)
            try:
                return self.empty_diff(rt, known, 1, *free) or None
            finally:
                self.leave(rt)
        value, new = self._full(rt, items, n, parent, free)
        rt.journal.append((memory, at, new))
        return value

    def _count(self, n: int) -> None:
        self.entries += n
        if self.entries > FEW and (warm_up := self.warm_up) is not None:
            self.warm_up = None
            warm_up()

    def _full_empty(self, rt: Runtime, free: tuple[Any, ...]) -> tuple[Any, Any]:
        if self.empty is None:
            return "", None
        memory: list[Any] = [self.empty]
        return node(rt, self.empty_full(rt, memory, *free), self.empty), memory

    # -- comparing

    def _diff_items(
        self,
        rt: Runtime,
        known: Keyed,
        items: Any,
        n: int,
        layer: Any,
        free: tuple[Any, ...],
        memory: list[Any],
        at: int,
    ) -> Node | None:
        count = len(items)
        keys = self.keys(rt, items, known.keys)
        kept = min(count, known.count)
        if keys is known.keys or keys is None or known.keys is None or keys[:kept] == known.keys[:kept]:
            entries = self._in_place(rt, known, items, n, layer, free)
            if keys is not known.keys or count != known.count:
                rt.journal.append((memory, at, Keyed(self.block, count, keys, known.cells)))
            elif not entries:
                return None
        else:
            old_positions = {key: i for i, key in enumerate(known.keys)}
            before = [old_positions.get(key) for key in keys]
            cells: list[Any] = []
            entries = self._rearranged(rt, known.cells, cells, before, items, n, layer, free)
            rt.journal.append((memory, at, Keyed(self.block, count, keys, cells)))
        if not entries and count == known.count:
            return None
        entries["kc"] = SameCount(count) if rt.resent and count == known.count else count
        return {"k": entries}

    def _in_place(
        self, rt: Runtime, known: Keyed, items: Any, n: int, layer: Any, free: tuple[Any, ...]
    ) -> Node:
        """Every entry is where it was; at the end there may be new ones, or some are gone."""
        cells, width, count = known.cells, self.width, len(items)
        kept = min(count, known.count)
        suspects: Any = range(kept)
        if self.scan is not None and not (self.counted and count != known.count):
            suspects = self.scan(items, cells, n, *free)
        entries: Node = {}
        row = self.row
        for i in suspects:
            if i < kept and (entry := row(rt, cells, i * width, items[i], i, n, layer, *free)):
                entries[str(i)] = entry
        if count > kept:
            new: list[Any] = []
            added = self.rows(rt, new, items[kept:], kept, n, layer, *free)
            entries.update((str(i), entry) for i, entry in enumerate(added, kept))
            rt.journal.append((cells, slice(kept * width, None), new))
        elif known.count > kept:
            rt.journal.append((cells, slice(kept * width, None), []))
        return entries

    def _rearranged(
        self,
        rt: Runtime,
        old: list[Any],
        cells: list[Any],
        before: list[int | None],
        items: Any,
        n: int,
        layer: Any,
        free: tuple[Any, ...],
    ) -> Node:
        """Entries came, went or moved. `before`: where each was. `cells` gathers the new memory."""
        entries: Node = {}
        width = self.width
        scan = None if self.indexed or self.counted else self.scan
        for i, j in enumerate(before):
            if j is None:
                (entries[str(i)],) = self.rows(rt, cells, (items[i],), i, n, layer, *free)
                continue
            cells += old[j * width : (j + 1) * width]
            if j != i:
                entries[str(i)] = j
                entries["km"] = True
            # One after the other: what tags leave behind in an entry may show in the next one.
            if not scan and (entry := self.row(rt, cells, i * width, items[i], i, n, layer, *free)):
                entries[str(i)] = entry if i == j else [j, entry]
        for i in scan(items, cells, n, *free) if scan else ():
            j = before[i]
            if j is not None and (entry := self.row(rt, cells, i * width, items[i], i, n, layer, *free)):
                entries[str(i)] = entry if i == j else [j, entry]
        return entries

    # -- what Django does around the entries

    def items(self, values: Any) -> tuple[Any, int]:
        """The items as something with positions, and what the loop believes to be their number."""
        if values is None:
            return (), 0
        if not hasattr(values, "__len__"):
            values = list(values)
        n = len(values)
        if n < 1:
            return (), 0
        if self.is_reversed:
            return list(reversed(values)), n
        return values if type(values) in (list, tuple) else list(values), n

    def enter(self, rt: Runtime, parent: Any, n: int) -> dict[str, Any] | None:
        layer = None
        if self.layered:
            layer = {"parentloop": {} if parent is MISSING else parent}
            if HAS_LENGTH:
                layer["length"] = n
        if self.dynamic:
            push(rt, {"forloop": layer} if n else {})
        return layer

    def leave(self, rt: Runtime) -> None:
        if self.dynamic:
            pop(rt)

    # -- keys

    def keys(self, rt: Runtime, items: Any, known: list[Any] | None = None) -> list[Any] | None:
        """The keys of all items, None if they have none. The very list `known`, if they are those."""
        if not items:
            return None
        if self.path is not None:
            keys: list[Any] | None = keys_by(rt, items, self.path)
        elif len(self.variables) == 1:
            keys = keys_of(items)
        else:
            return None
        if keys is None or keys == known:
            return keys and known
        types = set(map(type, keys))
        if types & KEYLESS or not (types <= PLAIN or all(map(is_immutable, keys))):
            self._warn_of_value(keys)
            return None
        if len(set(keys)) != len(keys):
            self._warn_of_duplicate(keys)
            return None
        return keys

    def _warn_of_duplicate(self, keys: list[Any]) -> None:
        if not self.warned:
            self.warned = True
            twice, _ = Counter(keys).most_common(1)[0]
            logger.warning(
                "%s: two items of this {%% for %%} have the same %s %r. They are told apart by their "
                "positions, so a removed or inserted item re-sends those behind it. Make the keys unique.",
                self.name,
                "pk or id" if self.path is None else f"key ({self._key_name()})",
                twice,
            )

    def _warn_of_value(self, keys: list[Any]) -> None:
        """A key that somebody has asked for; what is merely called `id` need not be one."""
        if self.path is not None and not self.warned:
            self.warned = True
            bad = next(key for key in keys if type(key) in KEYLESS or not is_immutable(key))
            logger.warning(
                "%s: %s of this {%% for %%} should give each item a key that never changes (text, a number "
                "that is no float, a UUID, a date, a tuple of those), but gave %s. Its entries are told "
                "apart by their positions.",
                self.name,
                self._key_name(),
                "nothing" if bad is None or bad is MISSING else f"{bad!r:.100} ({type(bad).__name__})",
            )

    def _key_name(self) -> str:
        return f'|key_by:"{".".join(self.path)}"' if self.path else "|key_by"


def keys_by(rt: Runtime, items: Any, path: tuple[str, ...]) -> list[Any]:
    """What a template finds under `path` in each item; MISSING where there is nothing."""
    if not path:
        return list(items)
    try:
        return [follow(rt, item, path) for item in items]
    except SynchronousOnlyOperation:
        raise
    except Exception:  # what cannot be read here may well not be shown either
        return [MISSING] * len(items)


def keys_of(items: Any) -> list[Any] | None:
    try:
        getter = key_getter(items[0])
        return None if getter is None else list(map(getter, items))
    except SynchronousOnlyOperation:
        raise
    except Exception:  # items of several types, or one whose id cannot be read
        return _keys_one_by_one(items)


def _keys_one_by_one(items: Any) -> list[Any] | None:
    keys = []
    try:
        for item in items:
            getter = key_getter(item)
            if getter is None:
                return None
            keys.append(getter(item))
    except SynchronousOnlyOperation:
        raise
    except Exception:  # a template may well do without the id
        return None
    return keys


def key_getter(item: Any) -> Callable[[Any], Any] | None:
    """What reads the key of such an item: its pk, else its id; None if it has neither."""
    cls = type(item)
    if cls in PLAIN:
        return None
    if isinstance(item, Mapping):
        return itemgetter("pk") if "pk" in item else itemgetter("id") if "id" in item else None
    if isinstance(item, Model):
        attname = getattr(cls._meta.pk, "attname", "pk")
        return attrgetter(attname if attname in item.__dict__ else "pk")
    if hasattr(item, "pk"):
        return attrgetter("pk")
    return attrgetter("id") if hasattr(item, "id") else None
