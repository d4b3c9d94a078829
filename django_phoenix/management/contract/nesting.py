"""The elements of a page, and what is wrong with how they nest.

The page is followed along its branches: each way through its conditions has its own list of open elements. A
tag is at fault only if on no way anything matches it; conditions may depend on each other in ways we do not
see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from django.template.defaulttags import ForNode

from .elements import Element, Fault
from .html import UNNAMED, Tag, Tags
from .source import Body, Scope, Source, Step, Text, Use
from .vocabulary import CLOSES, FOREIGN, OPTIONAL, SVG, VOID

MOST_WAYS = 64
ROUNDS = 2  # of a loop, to see what one round leaves to the next

Way = tuple[Element, ...]
Ways = list[Way]


class Nesting:
    """Follows one unit's steps and gathers elements and faults."""

    def __init__(self, tags_of: Callable[[Source], Tags], *, whole: bool) -> None:
        self.tags_of = tags_of
        self.elements: list[Element] = []
        self.faults: list[Fault] = []
        self.gave_up = False
        self._known: dict[tuple[int, int], Element] = {}
        self._path: tuple[tuple[Use, int], ...] = ()
        self._outer: Way = ()
        self._loops = 0
        self._enclosed = self._whole = whole
        self._opaque = 0
        # End tags that belong to elements already reported.
        self._forgiven: Counter[str] = Counter()
        self._blamed: set[Element] = set()

    def follow(self, steps: list[Step]) -> None:
        """Everything, once."""
        self._run(steps, [()], Scope(), live=False)
        self._finish(self.elements)

    # -- walking

    def _run(self, steps: Iterable[Step], ways: Ways, scope: Scope, *, live: bool) -> Ways:
        for step in steps:
            if isinstance(step, Text):
                for tag in self.tags_of(step.source).between(step.start, step.end):
                    ways = self._tag(step, tag, ways, scope, live=live)
            else:
                ways = self._use(step, ways)
                scope, live = step.scope, step.live
        return ways

    def _use(self, use: Use, ways: Ways) -> Ways:
        use.parents, use.outer = ways[0], self._outer
        if use.detached:
            for body in use.bodies:
                self._detached(use, body)
            return ways
        if use.opaque and not self._within_tag(use):
            self._opaque += 1
        if not use.exclusive:
            for body in use.bodies:
                ways = self._body(use, None, body, ways)
            return ways
        found: Ways = []
        for number, body in enumerate(use.bodies):
            found += self._body(use, number, body, ways)
        return self._distinct(found or ways)

    def _body(self, use: Use, number: int | None, body: Body, ways: Ways) -> Ways:
        outer = self._path, self._loops
        if number is not None:
            self._path = (*self._path, (use, number))
        self._loops += isinstance(use.node, ForNode) and body.many
        try:
            after = self._loop(use, body, ways) if body.many else self._run_body(use, body, ways)
            return self._distinct([*ways, *after]) if body.maybe else after
        finally:
            self._path, self._loops = outer

    def _run_body(self, use: Use, body: Body, ways: Ways) -> Ways:
        return self._distinct(self._run(body.steps, ways, use.scope, live=use.live))

    def _loop(self, use: Use, body: Body, ways: Ways) -> Ways:
        """One round may close what another has opened, so faults count in the last one alone."""
        before = len(self.faults), Counter(self._forgiven), set(self._blamed)
        for _ in range(ROUNDS):
            after = self._run_body(use, body, ways)
            more = self._distinct([*ways, *after])
            if len(more) == len(ways):
                return after
            ways = more
            del self.faults[before[0] :]
            self._forgiven, self._blamed = Counter(before[1]), set(before[2])
        return self._run_body(use, body, ways)

    def _detached(self, use: Use, body: Body) -> None:
        outer = self._enclosed, self._whole, self._outer
        first = len(self.elements)
        self._enclosed, self._whole = False, True
        self._outer = (*self._outer, *use.parents)
        try:
            self._run(body.steps, [()], use.scope, live=use.live)
            self._finish(self.elements[first:])
        finally:
            self._enclosed, self._whole, self._outer = outer

    def _within_tag(self, use: Use) -> bool:
        """Whether it stands inside of a start tag, where it can open no element."""
        tags = self.tags_of(use.place.source)
        return tags.covers(use.place.start)

    def _distinct(self, ways: Ways) -> Ways:
        found = list(dict.fromkeys(ways))
        if len(found) > MOST_WAYS:
            self.gave_up = True
            del found[MOST_WAYS:]
        return found

    # -- tags

    def _tag(self, step: Text, tag: Tag, ways: Ways, scope: Scope, *, live: bool) -> Ways:
        if tag.closing:
            return self._end(step, tag, ways)
        element = self._known.get((id(step), tag.place.start))
        if element is None:
            element = self._element(tag, ways[0], scope, live=live)
            self._known[id(step), tag.place.start] = element
            self.elements.append(element)
        return self._distinct([self._start(element, way) for way in ways])

    def _element(self, tag: Tag, way: Way, scope: Scope, *, live: bool) -> Element:
        return Element(
            tag.name,
            tag.attributes,
            tag.place,
            scope,
            _without(way, tag.name),
            enclosed=self._enclosed,
            live=live,
            path=self._path,
            repeated=self._loops > 0,
            mixed=tag.mixed,
            self_closed=tag.self_closed,
            opaque_before=self._opaque,
            outer=self._outer,
        )

    def _start(self, element: Element, way: Way) -> Way:
        kept = _without(way, element.tag)
        for ended in way[len(kept) :]:
            ended.ended_by = ended.ended_by or element
        if element.tag in VOID or (element.self_closed and _is_foreign(element, kept)):
            element.closed = True
            return kept
        return (*kept, element)

    def _end(self, step: Text, tag: Tag, ways: Ways) -> Ways:
        if tag.name in VOID:
            return ways
        after: Ways = []
        for way in ways:
            index = _matching(way, tag.name)
            if index is not None:
                _close(way[index], tag)
                after.append(way[:index])
        if after:
            return self._distinct(after)
        return self._mismatch(tag, ways)

    def _mismatch(self, tag: Tag, ways: Ways) -> Ways:
        """On no way does the end tag match what is open."""
        for way in ways:
            index = next((n for n in range(len(way) - 1, -1, -1) if way[n].tag == tag.name), None)
            if index is None:
                continue
            _close(way[index], tag)
            for left in way[index + 1 :]:
                if left.tag not in OPTIONAL and not left.closed and left not in self._blamed:
                    self._blamed.add(left)
                    self._forgiven[left.tag] += 1
                    self._unclosed(left, tag)
            return self._distinct([each[:index] for each in ways if each[: index + 1] == way[: index + 1]])
        if self._forgiven[tag.name]:
            self._forgiven[tag.name] -= 1
        elif tag.name != UNNAMED and (self._whole or any(each.tag not in OPTIONAL for each in ways[0])):
            self._stray(tag)
        return ways

    def _stray(self, tag: Tag) -> None:
        last = next((each for each in reversed(self.elements) if each.tag == tag.name), None)
        certain = self._opaque == 0
        if last is not None and last.end is not None and _is_thief(last, tag):
            # The page's own element was closed too early, by a template that stands inside of it.
            self.faults.append(Fault("stray", last.end.place, tag.name, last, tag.place, certain))
            return
        ended = last.ended_by if last is not None and not last.closed else None
        self.faults.append(Fault("stray", tag.place, tag.name, ended, certain=certain))

    def _unclosed(self, element: Element, tag: Tag | None) -> None:
        kind = "self-closed" if element.self_closed else "unclosed"
        end = None if tag is None else tag.place
        certain = element.opaque_before == self._opaque
        if element.tag != UNNAMED:
            self.faults.append(Fault(kind, element.place, element.tag, end=end, certain=certain))

    def _finish(self, elements: list[Element]) -> None:
        """What is open at the end is a fault, unless this is a fragment that may end elsewhere."""
        if not self._whole:
            return
        for element in elements:
            if element.closed or element in self._blamed or element.tag in OPTIONAL | VOID:
                continue
            self._blamed.add(element)
            self._unclosed(element, None)


def _without(way: Way, tag: str) -> Way:
    """What stays open when this start tag comes."""
    closes = CLOSES.get(tag)
    end = len(way)
    while closes and end and way[end - 1].tag in closes:
        end -= 1
    return way[:end]


def _close(element: Element, tag: Tag) -> None:
    element.closed = True
    element.end = element.end or tag


def _is_thief(element: Element, tag: Tag) -> bool:
    """Whether the end tag that closed an element stands in another template than it and its own end tag."""
    assert element.end is not None
    own = element.place.source
    return own is tag.place.source and element.end.place.source is not own


def _matching(way: Way, tag: str) -> int | None:
    """The element that an end tag closes; those above it may be left unclosed."""
    for index in range(len(way) - 1, -1, -1):
        if way[index].tag == tag:
            return index
        if way[index].tag not in OPTIONAL:
            return None
    return None


def _is_foreign(element: Element, way: Way) -> bool:
    return any(each.tag in FOREIGN for each in way) or element.tag in SVG
