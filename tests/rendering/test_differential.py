"""Any template, any history of contexts: first render and diffs, merged by the client, are Django's pages.

RENDER_THOROUGHNESS multiplies how many templates each test tries; above 1 they are new ones at each run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.template import Template, TemplateDoesNotExist, TemplateSyntaxError, VariableDoesNotExist
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine

from tests.rendering.harness import Live, Values, django_html, load
from tests.rendering.sources import Sources, families, fragments, tables
from tests.rendering.values import NAMES, Step, histories, row_changes, table_histories, table_worlds, worlds
from tests.support.merge import MergeClient

engine.MAX_SHRINKING_SECONDS = 30  # type: ignore[attr-defined]  # templates are long: a failure need not be minimal

FACTOR = float(os.environ.get("RENDER_THOROUGHNESS", "1"))


def bounded(examples: int) -> settings:
    """So many examples, the same ones in every normal run."""
    return settings(
        max_examples=max(1, int(examples * FACTOR)),
        deadline=None,
        derandomize=FACTOR <= 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


engines = st.fixed_dictionaries(
    {},
    optional={
        "autoescape": st.booleans(),
        "string_if_invalid": st.sampled_from(["", "INVALID", "<%s>"]),
        "debug": st.booleans(),
    },
)


def open_view(sources: Sources, world: Values, options: dict[str, Any]) -> Live:
    try:
        return Live(sources, world, **options)
    except TemplateSyntaxError:
        assume(False)
        raise


def outcome(render: Callable[[], str]) -> str | type[Exception]:
    """The page, or the kind of exception that took its place."""
    try:
        return render()
    except (TemplateDoesNotExist, VariableDoesNotExist):
        return LookupError  # an include may have both faults; which of them is met first does not matter
    except Exception as error:
        return type(error)


def check_render(live: Live, world: Values, *, commit: bool) -> None:
    """One render: right by the tree model, {} when done again, and Django's exception where Django raises."""
    expected = outcome(lambda: django_html(live.template, world))
    got = outcome(lambda: str(live.compiled.html(live.context)))
    assert got == expected, "html()"
    if isinstance(expected, type):
        assert outcome(lambda: str(live.render(commit=commit))) == expected, "render()"
        return
    live.render()
    assert live.pages[-1] == expected
    assert live.render(commit=commit) == {}, "a second render of the same"


def differs_knowingly(live: Live, world: Values) -> bool:
    """`{{ block.super }}` is a variable to Django: it shows nothing if a filter's argument is missing above.

    Here that is the error which it is everywhere else.
    """
    got = outcome(lambda: str(live.compiled.html(live.context)))
    return got is LookupError and outcome(lambda: django_html(live.template, world)) is not LookupError


def follow(
    client_merge: MergeClient,
    live: Live,
    world: Values,
    history: list[list[Step]],
    *,
    commit: bool = True,
    supers: bool = False,
) -> None:
    for steps in [[], *history]:
        for step in steps:
            step.apply(world)
        if supers:
            assume(not differs_knowingly(live, world))
        check_render(live, world, commit=commit)
    if live.diffs:
        assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages


@bounded(200)
@given(sources=fragments(), world=worlds, history=histories, options=engines, commit=st.booleans())
def test_a_template_follows_its_context(
    client_merge: MergeClient,
    sources: Sources,
    world: Values,
    history: list[list[Step]],
    options: dict[str, Any],
    commit: bool,
) -> None:
    world["csrf_token"] = "token"
    follow(client_merge, open_view(sources, world, options), world, history, commit=commit)


@bounded(200)
@given(sources=fragments(opaque=False), world=worlds, history=histories, options=engines)
def test_a_template_of_named_constructs_follows_its_context(
    client_merge: MergeClient,
    sources: Sources,
    world: Values,
    history: list[list[Step]],
    options: dict[str, Any],
) -> None:
    """Without tags that need a real context, the compiler takes its short ways."""
    world["csrf_token"] = "token"
    follow(client_merge, open_view(sources, world, options), world, history)


@bounded(500)
@given(sources=tables(), world=table_worlds, history=table_histories)
def test_a_table_follows_its_rows(
    client_merge: MergeClient, sources: Sources, world: Values, history: list[list[Step]]
) -> None:
    follow(client_merge, open_view(sources, world, {}), world, history)


@bounded(100)
@given(sources=families(), world=worlds, history=histories, options=engines)
def test_a_family_of_templates_follows_its_context(
    client_merge: MergeClient,
    sources: Sources,
    world: Values,
    history: list[list[Step]],
    options: dict[str, Any],
) -> None:
    world["csrf_token"] = "token"
    follow(client_merge, open_view(sources, world, options), world, history, supers=True)


@bounded(100)
@given(sources=fragments(depth=2), first=worlds, second=worlds)
def test_two_unrelated_contexts(
    client_merge: MergeClient, sources: Sources, first: Values, second: Values
) -> None:
    world: Values = dict(first)
    live = open_view(sources, world, {})
    check_render(live, world, commit=True)
    world.clear()
    world.update(second)
    check_render(live, world, commit=True)
    if live.diffs:
        assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages


LIST_TEMPLATE = (
    "<ul>{% for x in rows %}<li id='{{ x.id }}'>{{ forloop.counter }}. {{ x.name }}"
    "{% if x.done %} <b>{{ x.done }}</b>{% endif %}"
    "{% for y in x.children %}<i>{{ y }}</i>{% empty %}-{% endfor %}"
    "</li>{% empty %}none{% endfor %}</ul>{{ rows|length }}"
)


@pytest.fixture(scope="module")
def list_template() -> Template:
    return load(LIST_TEMPLATE)


@bounded(100)
@given(rows=NAMES["rows"], history=st.lists(row_changes, min_size=2, max_size=6))
def test_a_list_follows_any_history(
    client_merge: MergeClient, list_template: Template, rows: Any, history: list[list[Step]]
) -> None:
    world = {"rows": rows}
    follow(client_merge, Live(list_template, world), world, history)
