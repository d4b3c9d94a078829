"""Big templates are written in a shorter way; what they show is the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_phoenix.rendering import keyed, program, source
from tests.rendering.harness import Live, Values, compile_template, django_html, load
from tests.rendering.sources import Sources, fragments, tables
from tests.rendering.test_differential import bounded, follow, open_view
from tests.rendering.values import Step, histories, table_histories, table_worlds, worlds
from tests.support.merge import MergeClient


@pytest.fixture
def all_are_big() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "BIG", -1)
        patch.setattr(keyed, "FEW", 2)
        yield


@bounded(40)
@given(sources=fragments(), world=worlds, history=histories, invalid=st.sampled_from(["", "<%s>"]))
def test_any_big_template_follows_its_context(
    all_are_big: None,
    client_merge: MergeClient,
    sources: Sources,
    world: Values,
    history: list[list[Step]],
    invalid: str,
) -> None:
    world["csrf_token"] = "token"
    follow(client_merge, open_view(sources, world, {"string_if_invalid": invalid}), world, history)


@bounded(60)
@given(sources=tables(), world=table_worlds, history=table_histories)
def test_any_table_in_a_big_template_follows_its_rows(
    all_are_big: None,
    client_merge: MergeClient,
    sources: Sources,
    world: Values,
    history: list[list[Step]],
) -> None:
    follow(client_merge, open_view(sources, world, {}), world, history)


SOURCE = (
    "{{ a }}{{ a.b.c }}{{ missing }}{{ a|upper }}"
    "{% if a %}{{ b }}{% endif %}{% if a.b %}x{% else %}{{ b }}{% endif %}"
    "{% for row in rows %}<li>{{ row.name }}{{ row.name|title }}"
    "{% if row.on %}{{ b }}{% endif %}</li>{% endfor %}"
)


def test_a_big_template_becomes_much_less_code(all_are_big: None) -> None:
    short = compile_template(load(SOURCE)).compiled().source.count("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "BIG", 10**6)
        assert compile_template(load(SOURCE)).compiled().source.count("\n") > 1.4 * short


def test_rows_are_written_anew_when_they_become_many(all_are_big: None) -> None:
    rows = [{"name": "x", "on": n % 2} for n in range(2)]
    live = Live(SOURCE, {"a": 1, "b": 2, "rows": rows})
    live.render()
    lines = live.compiled.compiled().source.count("\n")
    for number in range(5):
        live.values["rows"] = [*rows, {"name": f"y{number}", "on": 1}]
        live.state = type(live.state)()
        assert live.render()
        assert live.pages[-1] == django_html(live.template, live.values)
    assert lines < live.compiled.compiled().source.count("\n") < 2 * lines


def test_a_function_is_compiled_once_though_it_was_taken_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows of a loop are compared by the function that was there when the comparison began."""
    compiled: list[str] = []
    compile_one = source.Late.function

    def count(late: source.Late) -> Any:
        compiled.append(late.name)
        return compile_one(late)

    monkeypatch.setattr(source.Late, "function", count)
    live = Live("{% for x in rows %}{{ x.a.b }}{% endfor %}", {"rows": [{"a": {"b": 1}} for _ in range(5)]})
    for _ in range(3):
        live.render()
    assert sorted(set(compiled)) == sorted(compiled)
