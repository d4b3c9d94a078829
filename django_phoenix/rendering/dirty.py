"""Which names have new values since the last render, and which parts of a page therefore need a look.

A program is tracked if comparing the names that it reads costs less than what may be left out. Of a view's
last render the value of each such name is kept, if it can't change in place. What reads only names
whose values are the very same shows the same text; for the others there are variants of the program.
"""

from __future__ import annotations

from itertools import compress
from operator import is_, is_not, itemgetter
from typing import TYPE_CHECKING, Any, Literal

from django.template.context import ContextDict

from .gathering import Gathering
from .lookup import MISSING
from .runtime import HELPERS, flat
from .settled import is_settled
from .source import writing
from .tracking import PLAIN, is_immutable, same
from .variants import VariantWriter
from .worth import sizes_of, weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .diff import RenderState
    from .program import Program
    from .runtime import Runtime

    Key = tuple[int, ...]  # the numbers of the names that have new values
    Written = tuple[tuple[int, Any], ...]

PATIENCE = 3  # diffs of a program before it is tracked
HEAT = 2  # renders with the same names before a variant is written for them
EFFORT = 16  # parts that may be written for each render with the same names
WORTH = 12  # parts, beside one for each name, from which on tracking pays
VARIANTS = 32
KEYS = 256

LAYERS = (dict, ContextDict)  # types whose reading has no surprises


class Unsure:
    """The type of `UNSURE`: a value that may have changed in place, or that looks into something that may."""

    __slots__ = ()


UNSURE = Unsure()


class Variant:
    """A comparison for one set of names."""

    run: Callable[[Runtime, list[Any], int], dict[str, Any]]

    __slots__ = ("run",)


class Watch:
    """What one tracked render has seen."""

    __slots__ = ("known", "seen", "tracker", "values", "written")

    def __init__(self, tracker: Tracker, values: tuple[Any, ...], known: dict[str, Written]) -> None:
        self.tracker = tracker
        self.values = values  # of the tracker's names, before tags could write any
        # What tags had written in the last render: the rest of the block after them -> name and value.
        self.known = known
        self.written: dict[str, Written] = {}
        self.seen: tuple[Any, ...] = ()  # the values, if they can't change in place


class Tracker:
    """The names that a program reads, and its variants."""

    def __init__(self, program: Program, rt: Runtime) -> None:
        self.program = program
        gathering = Gathering(program, rt.compiled)
        self.pending = gathering.pending
        self.renders = 0
        reads = gathering.reads
        names = program.compiler.context_names
        self.variables = sorted(reads.names & names.keys())
        self.names = tuple(names[variable] for variable in self.variables)
        self.paths = [reads.paths.get(variable) for variable in self.variables]
        self.writer = VariantWriter(program)
        self.variants: dict[Key, Variant | None] = {}
        self.met: dict[Key, int] = {}
        self.sizes: dict[str, int] = {}  # variable -> parts that read it
        self.keeping: dict[tuple[frozenset[str], Key], Variant] = {}  # by names whose values are gone
        self.arrange(set(rt.context.dicts[-1]))

    # -- values

    def arrange(self, here: set[str]) -> None:
        """Names that the topmost layer has now are read from it in one go."""
        order = sorted(range(len(self.names)), key=lambda n: self.names[n] not in here)
        self.names = tuple(self.names[n] for n in order)
        self.variables = [self.variables[n] for n in order]
        self.paths = [self.paths[n] for n in order]
        self.numbers = range(len(order))
        count = sum(name in here for name in self.names)
        self.every = frozenset(self.names)
        self.lower = frozenset(self.names[count:])
        self.low = self.names[count:]
        self.get: Callable[[Any], tuple[Any, ...]] | None = None
        if count > 1:
            self.get = itemgetter(*self.names[:count])

    def values(self, layers: list[Any]) -> tuple[Any, ...]:
        """The values of all names, as they are in the context."""
        at = len(layers) - 1
        top = layers[at]
        while at and type(top) in LAYERS and top.keys().isdisjoint(self.every):
            at -= 1
            top = layers[at]
        if self.get is not None and type(top) in LAYERS and top.keys().isdisjoint(self.lower):
            try:
                upper = self.get(top)
            except KeyError:
                pass
            else:
                return (*upper, *[value_of(layers, name) for name in self.low]) if self.low else upper
        names = flat(layers)
        return tuple([names.get(name, MISSING) for name in self.names])

    def certain(self, number: int, value: Any) -> Any:
        """The value, if all that is read of it can't change in place; else UNSURE."""
        paths = self.paths[number]
        if paths is None:
            return value if type(value) in PLAIN or is_immutable(value) else UNSURE
        return value if is_immutable(value) and all(is_settled(value, path) for path in paths) else UNSURE

    # -- a render

    def is_outdated(self) -> bool:
        """Looks now and then: whether includes can be looked into that had not been rendered."""
        self.renders += 1
        return not self.renders % 256 and any(include.seen for include in self.pending)

    def begin(self, rt: Runtime, state: RenderState) -> Key | None:
        """Compare the names' values with those of the last render; None if they are not known."""
        values = self.values(rt.context.dicts)
        rt.watch = watch = Watch(self, values, state.written)
        seen = state.seen
        if seen is None or state.tracker is not self:
            watch.seen = tuple(map(self.certain, range(len(values)), values))
            return None
        different = list(compress(self.numbers, map(is_not, values, seen)))
        if not different:
            watch.seen = seen
            return ()
        new = list(seen)
        key = []
        for number in different:
            value, old = values[number], seen[number]
            if old is not UNSURE and same(value, old):
                new[number] = value
            else:
                key.append(number)
                new[number] = self.certain(number, value)
        watch.seen = tuple(new)
        return tuple(key)

    def variant(self, key: Key) -> Variant | None:
        """The comparison for new values of these names; None if there is none, or not yet."""
        try:
            return self.variants[key]
        except KeyError:
            met = self.met[key] = self.met.get(key, 0) + 1
            if met < HEAT or met < self.effort(key) or len(self.variants) >= VARIANTS:
                if len(self.met) > KEYS:
                    self.met.clear()
                return None
            return self.write(key)

    def effort(self, key: Key) -> int:
        """How many renders the writing of a variant is worth: the more it holds, the longer it takes."""
        if not self.sizes:
            self.sizes = sizes_of(self.program.code)
        return sum(self.sizes.get(self.variables[number], 0) for number in key) // EFFORT

    def write(self, key: Key) -> Variant | None:
        with writing:
            if key not in self.variants:
                self.variants[key] = self.written(self.writer, key)
        return self.variants[key]

    def written(self, writer: VariantWriter, key: Key) -> Variant:
        variant = Variant()
        numbers = {variable: number for number, variable in enumerate(self.variables)}
        name = writer.write({self.variables[number] for number in key}, numbers)
        if name is None:
            variant.run = nothing_new
        else:
            self.program.module.bind(variant, "run", name)
        return variant

    def keeping_variant(self, key: Key | None, kept: frozenset[str]) -> Variant:
        """The comparison that leaves out what shows the names that are kept, and nothing new besides."""
        numbers: Iterable[int] = self.numbers
        if key is not None and len(self.keeping) < VARIANTS:
            numbers = key
        key = tuple(number for number in numbers if self.names[number] not in kept)
        variant = self.keeping.get((kept, key))
        if variant is None:
            with writing:
                named = zip(self.variables, self.names, strict=True)
                writer = VariantWriter(self.program, frozenset(each for each, name in named if name in kept))
                variant = self.keeping[kept, key] = self.written(writer, key)
        return variant


def follow(program: Program, rt: Runtime, state: RenderState) -> dict[str, Any]:
    """What is new since the last render, for a context that is not entered yet."""
    tracker = program.tracker
    if tracker is None:
        tracker = track(program, rt)
    if not tracker:
        enter(program, rt)
        return program.diff(rt, state.cells, 0)  # type: ignore[no-any-return]
    if tracker.is_outdated():
        program.tracker, program.followed = None, PATIENCE - 1
    key = tracker.begin(rt, state)
    variant = None if key is None else tracker.variant(key)
    if variant is None:
        enter(program, rt)
        return program.diff(rt, state.cells, 0)  # type: ignore[no-any-return]
    if variant.run is nothing_new:
        return {}
    if program.dynamic or program.compiler.hosts:
        enter(program, rt)
    return variant.run(rt, state.cells, 0)


def follow_keeping(program: Program, rt: Runtime, state: RenderState) -> dict[str, Any]:
    """The same where values of some names are gone: what shows them is left as the client has it."""
    tracker = program.tracker
    if not tracker:
        with writing:
            tracker = program.tracker = Tracker(program, rt)
    variant = tracker.keeping_variant(tracker.begin(rt, state), state.kept)
    if variant.run is nothing_new:
        return {}
    if program.dynamic or program.compiler.hosts:
        enter(program, rt)
    return variant.run(rt, state.cells, 0)


def enter(program: Program, rt: Runtime, *, keep_names: bool = False) -> None:
    """Have the context as the program needs it. With `keep_names` tags may write names into it for good."""
    if program.dynamic:
        rt.protect(keep_names=keep_names)
        rt.real = True
        rt.push_state(program)
    else:
        rt.names = None  # those of the context


def track(program: Program, rt: Runtime) -> Tracker | Literal[False]:
    """The tracker of a program that has been compared often enough, if that pays; else False."""
    program.followed += 1
    if program.followed < PATIENCE:
        return False
    with writing:
        if program.tracker is None:
            tracker = Tracker(program, rt)
            program.tracker = tracker if weight(program.code) > WORTH + len(tracker.names) else False
    return program.tracker or False


def has_written(rt: Runtime, rest: str) -> bool:
    """Whether tags have left other names than in the last render, before this rest of a block."""
    watch = rt.watch
    assert watch is not None
    tracker = watch.tracker
    now = tracker.values(rt.context.dicts)
    new: Written = ()
    if not all(map(is_, now, watch.values)):
        new = tuple(
            (number, tracker.certain(number, value))
            for number, (value, before) in enumerate(zip(now, watch.values, strict=True))
            if value is not before
        )
    watch.written[rest] = new
    old = watch.known.get(rest)
    return old is None or len(new) != len(old) or not all(map(is_same_name, new, old))


def is_same_name(new: tuple[int, Any], old: tuple[int, Any]) -> bool:
    return new[0] == old[0] and new[1] is not UNSURE and same(new[1], old[1])


def nothing_new(rt: Runtime, memory: list[Any], at: int) -> dict[str, Any]:
    return {}


def value_of(layers: list[Any], name: str) -> Any:
    for layer in reversed(layers):
        if name in layer:
            return layer[name]
    return MISSING


HELPERS["has_written"] = has_written
