"""From a context that a test of Django's renders, others: each value changed, emptied, lengthened, gone.

Each of them is a next render of a live view that showed the first: what the client then has must be the page
that Django makes of the second context, and again that of the first when it comes back.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.template import Context
from django.template.loaders.cached import Loader
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.rendering.compiler import RenderState, compile_template
from tests.support.wire_grammar import GrammarError, WireTree

Values = dict[str, Any]

GONE = object()  # the name is no longer there
LIMIT = 200  # of second contexts for one first


def variants(value: Any) -> Iterator[Any]:
    """Other values that may come in its place."""
    if isinstance(value, str):
        words: tuple[str, ...] = (f"{value}x", "", f"<{value}> & {value * 3}")
        yield from (map(mark_safe, words) if isinstance(value, SafeString) else words)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float, Decimal)):
        yield from (value + 1, value * 0, value * 1000 + 7)
    elif isinstance(value, (date, timedelta)):
        yield from (value + timedelta(days=1), value + timedelta(days=400, hours=5))
    elif isinstance(value, (list, tuple)):
        yield from sequences(value)
    elif type(value) is dict:
        yield from mappings(value)
    elif value is None:
        yield "no longer None"
    else:
        yield from (None, "", ["another", "thing"])
    yield GONE


def sequences(value: Any) -> Iterator[Any]:
    make = type(value) if type(value) in (list, tuple) else list
    yield make(reversed(value))
    yield make()
    yield make([*value, *value[:2]])
    for position, item in enumerate(value[:3]):
        for other in inner(item):
            yield make([*value[:position], other, *value[position + 1 :]])


def mappings(value: dict[Any, Any]) -> Iterator[Any]:
    yield {}
    yield {**value, "another": "one"}
    for key in list(value)[:3]:
        for other in inner(value[key]):
            yield {**value, key: other}


def inner(value: Any) -> list[Any]:
    return [other for other in variants(value) if other is not GONE][:3]


def second_contexts(values: Values) -> Iterator[Values]:
    for name, value in values.items():
        for other in variants(value):
            rest = {key: kept for key, kept in values.items() if key != name}
            yield rest if other is GONE else {**rest, name: other}


class Pairs:
    """Checks what it is shown, and gathers what is not as it should be."""

    def __init__(self, django_render: Callable[[Any, Context], str]) -> None:
        self.django_render = django_render
        self.counts: Counter[str] = Counter()
        self.differences: list[dict[str, str]] = []
        self.busy = False
        self.seen: set[Any] = set()

    def take(self, template: Any, context: Any) -> None:
        if self.busy or template.engine.debug or not made_by_setup(template.engine):
            return
        values = {name: context[name] for name in context.flatten() if name not in ("True", "False", "None")}
        key = template.source, template.name, template.engine.string_if_invalid, repr(values)
        if key in self.seen:
            return
        self.seen.add(key)
        self.busy = True
        try:
            self.follow(template, context, values)
        finally:
            self.busy = False

    def follow(self, template: Any, context: Any, values: Values) -> None:
        self.counts["templates"] += 1
        try:
            copied(values)
        except TypeError:
            self.counts["used up"] += 1
            return
        if self.page(template, context, values) != self.page(template, context, values):
            self.counts["never the same"] += 1  # such as a tag that counts how often it was rendered
            return
        for number, other in enumerate(second_contexts(values)):
            if number == LIMIT:
                break
            self.check(template, context, [values, other, values])

    def page(self, template: Any, like: Any, values: Values) -> str:
        return outcome(lambda: self.django_render(template, context_of(like, values)))

    def check(self, template: Any, like: Any, history: list[Values]) -> None:
        """One view whose assigns go through these values, each beside Django's page."""
        compiled, state, tree = compile_template(template), RenderState(), WireTree()
        self.counts["pairs"] += len(history) - 1
        for step, values in enumerate(history):
            expected = self.page(template, like, values)

            def render(values: Values = values) -> str:
                render = compiled.render(context_of(like, values), state)
                render.commit()
                tree.merge(render.diff)
                return tree.html()

            got = outcome(render)
            if got != expected:
                shown = {"template": template.source, "step": str(step), "values": repr(values)}
                self.differences.append({**shown, "expected": expected, "got": got})
                return


def made_by_setup(engine: Any) -> bool:
    """Whether the test's templates come from the decorator that the cases of tags and filters use."""
    return [type(loader) for loader in engine.template_loaders] == [Loader]


def context_of(like: Any, values: Values) -> Context:
    return Context(copied(values), autoescape=like.autoescape, use_l10n=like.use_l10n, use_tz=like.use_tz)


def copied(value: Any) -> Any:
    """As fresh as the first time. Raises TypeError for what a first render has used up."""
    if type(value) in (list, tuple, set):
        return type(value)(map(copied, value))
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, Iterator):
        raise TypeError(value)
    return value


def outcome(render: Callable[[], str]) -> str:
    random.seed(1)
    try:
        return render()
    except GrammarError as error:
        return repr(error)
    except Exception as error:
        return type(error).__name__
