"""Function components in live templates: the grain of their diffs, and when they are left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Context
from django.test import override_settings
from django_components import registry

from django_phoenix.component import Rest, Slot, component
from django_phoenix.exceptions import ComponentInputError

from .live import LivePage

CALLS: list[Any] = []
# Older versions of django-components forget a name when an earlier class of that name is collected.
KEPT: list[Any] = []


@pytest.fixture(autouse=True)
def components() -> Iterator[None]:
    CALLS.clear()

    @component("t.card", template="<b {{ rest }}>{{ title }}</b>{% slot 'body' default / %}({{ n }})")
    def card(title: Any, n: int = 0, *, body: Slot | None = None, rest: Rest) -> None:
        CALLS.append(title)

    @component("t.clock", template="{{ time }}", pure=False)
    def clock() -> dict[str, Any]:
        CALLS.append("tick")
        return {"time": len(CALLS)}

    yield
    for name in ("t.card", "t.clock"):
        KEPT.append(registry.get(name))
        registry.unregister(name)


def test_only_what_is_new_of_a_component_is_sent() -> None:
    page = LivePage("<p>{% component 't.card' title n=n id='x' / %}</p>")
    page.show(title="a", n=1)
    assert page.show(title="a", n=2) == {"0": {"3": "2"}}
    assert page.show(title="b", n=2) == {"0": {"1": "b"}}
    assert page.show(title="b", n=2) == {}


def test_only_what_is_new_in_a_slot_is_sent() -> None:
    card = "{% component 't.card' 'T' %}<i>{{ n }}{{ x }}</i>{% endcomponent %}"
    page = LivePage(f"{{% for n in ns %}}{card}{{% endfor %}}")
    page.show(ns=[1, 2], x="a")
    new = {"0": {"2": {"1": "b"}}}
    assert page.show(ns=[1, 2], x="b") == {"0": {"k": {"0": new, "1": new, "kc": 2}}}


def test_a_component_that_is_given_the_same_is_not_called() -> None:
    page = LivePage("{{ x }}{% component 't.card' title / %}")
    page.show(title="a", x=1)
    called = len(CALLS)
    values = {"title": "a", "x": 2}
    render = page.compiled.render(context_of(page, values), page.state)
    assert (render.diff, len(CALLS)) == ({"0": "2"}, called)


@pytest.mark.parametrize(
    ("fill", "changes", "called"),
    [
        ("{{ x }}", {"other": 2}, 0),
        ("{{ x }}", {"x": "b"}, 1),
        ("{% if x == 'a' %}{{ y|upper }}{% else %}{{ z }}{% endif %}", {"other": 2}, 0),
        ("{% if x == 'a' %}{{ y|upper }}{% else %}{{ z }}{% endif %}", {"y": "b"}, 1),
        ("{{ things }}", {"other": 2}, 1),
        ("{% for each in things %}{{ each }}{% endfor %}", {"other": 2}, 1),
        ("{% now 'Y' %}", {"other": 2}, 1),
        ("{% include 'django_phoenix/core/notes.html' %}", {"other": 2}, 1),
    ],
)
def test_a_component_whose_fill_reads_the_same_is_not_called(
    fill: str, changes: dict[str, Any], called: int
) -> None:
    page = LivePage(f"{{{{ other }}}}{{% component 't.card' 'T' %}}{fill}{{% endcomponent %}}")
    values = {"x": "a", "y": "y", "z": "z", "things": [1], "other": 1}
    page.show(**values)
    before = len(CALLS)
    page.compiled.render(context_of(page, {**values, **changes}), page.state)
    assert len(CALLS) - before == called
    page.show(**{**values, **changes})
    page.show(**values)


def test_fills_in_a_loop_are_told_apart() -> None:
    page = LivePage(
        "{% for title in titles %}{% component 't.card' 'T' %}{{ title }}{{ x }}{% endcomponent %}"
        "{% endfor %}"
    )
    for titles, x in [("ab", 1), ("ba", 1), ("bca", 1), ("bca", 2), ("", 2), ("c", 2)]:
        page.show(titles=list(titles), x=x)


def test_a_component_that_is_given_a_list_is_called_again() -> None:
    page = LivePage("{% component 't.card' titles / %}")
    titles = ["a"]
    page.show(titles=titles)
    titles.append("b")
    assert page.show(titles=titles) == {"0": {"1": "[&#x27;a&#x27;, &#x27;b&#x27;]"}}


def test_a_component_that_is_not_pure_is_called_at_each_render() -> None:
    page = LivePage("{% component 't.clock' / %}")
    for _ in range(3):
        called = len(CALLS)
        page.compiled.render(context_of(page, {}), page.state).commit()
        assert len(CALLS) == called + 1


def test_a_render_that_is_thrown_away_is_not_remembered() -> None:
    page = LivePage("{% component 't.card' title / %}")
    page.show(title="a")
    page.compiled.render(context_of(page, {"title": "b"}), page.state)
    assert page.show(title="b") == {"0": {"1": "b"}}


def test_a_dynamic_component_may_be_a_function() -> None:
    page = LivePage("{% component 'dynamic' is=name title=x %}{{ x }}{% endcomponent %}")
    page.show(name="t.card", x="a")
    assert page.show(name="t.card", x="b") == {"0": {"1": "b", "2": {"0": "b"}}}


def test_another_class_under_the_same_name_is_shown() -> None:
    page = LivePage("{% component 't.card' 'T' / %}")
    page.show()
    KEPT.append(registry.get("t.card"))
    registry.unregister("t.card")

    @component("t.card", template="<i>{{ title }}</i>")
    def card(title: str) -> None: ...

    page.show()
    assert "<i>T</i>" in page.tree.html()


@pytest.mark.parametrize("behavior", ["django", "isolated"])
def test_names_of_page_and_component_are_kept_apart(behavior: str) -> None:
    source = (
        "{% with n=5 %}{% for title in titles %}{% component 't.card' 'own' n=1 %}{{ title }}{{ n }}"
        "{% component 't.card' title %}<b>{{ title }}{{ n }}{{ rest }}</b>{% endcomponent %}"
        "{% endcomponent %}{% endfor %}{% endwith %}"
    )
    with override_settings(COMPONENTS={"autodiscover": False, "context_behavior": behavior}):
        page = LivePage(source)
        for titles in (["a"], ["b", "a"], [], ["c"]):
            page.show(titles=titles, rest="of the page", csrf_token="t")
    assert "own" in page.tree.html()


def test_conditions_and_loops_around_fills() -> None:
    source = (
        "{% if on %}{% component 't.card' x %}{% if deep %}{% fill 'body' %}{{ x }}{% endfill %}{% endif %}"
        "{% endcomponent %}{% endif %}"
    )
    page = LivePage(source)
    for on, deep, x in [(1, 1, "a"), (1, 0, "a"), (0, 0, "a"), (1, 1, "b"), (1, 1, "c")]:
        page.show(on=on, deep=deep, x=x)


def test_what_a_component_refuses_is_said_in_a_live_page_too() -> None:
    page = LivePage("\n{% component 't.card' 'a' n='three' / %}")
    with pytest.raises(ComponentInputError) as caught:
        page.show()
    assert "t.card: attribute 'n' should be int, got 'three' (str)" in str(caught.value)
    assert caught.value.component == "t.card"


CORE = {
    "core.button": (
        "{% component 'core.button' kind=a disabled=on class=b phx-click=b %}{{ b }}{% endcomponent %}",
        [{"a": "plain", "b": "x", "on": False}, {"a": "primary", "b": "<y>", "on": True}],
    ),
    "core.header": (
        "{% component 'core.header' level=a %}{% fill 'body' %}{{ b }}{% endfill %}{% fill 'actions' %}"
        "{{ on }}{% endfill %}{% endcomponent %}",
        [{"a": 1, "b": "x", "on": False}, {"a": 2, "b": "<y>", "on": True}],
    ),
    "core.list": (
        "{% component 'core.list' b fields=a %}{% fill 'field.x' data='f' %}{{ f.value }}{{ on }}"
        "{% endfill %}{% endcomponent %}",
        [
            {"a": {"x": "X"}, "b": {"x": 1}, "on": 1},
            {"a": {"x": "X", "y": "<Y>"}, "b": {"x": "<1>", "y": 2}, "on": 2},
        ],
    ),
    "core.table": (
        "{% component 'core.table' a columns=['name', 'total'] sort=b row_id='r' %}"
        "{% fill 'col.total' data='c' %}<b>{{ c.value }}{{ on }}</b>{% endfill %}{% endcomponent %}",
        [
            {"a": [], "b": "", "on": 1},
            {"a": [{"id": 1, "name": "<a>", "total": 2}], "b": "", "on": 1},
            {
                "a": [{"id": 2, "name": "b", "total": 3}, {"id": 1, "name": "c", "total": 2}],
                "b": "s",
                "on": 2,
            },
        ],
    ),
    "core.tabs": (
        "{% component 'core.tabs' 't' tabs={'a': 'A', 'b': b} selected=a event=on %}"
        "{% fill 'panel.a' %}AA{{ b }}{% endfill %}{% fill 'panel.b' %}BB{% endfill %}{% endcomponent %}",
        [{"a": "a", "b": "x", "on": ""}, {"a": "b", "b": "<y>", "on": ""}, {"a": "a", "b": "x", "on": "go"}],
    ),
}


@pytest.mark.parametrize("name", CORE)
def test_the_core_set_is_the_same_live(name: str) -> None:
    source, states = CORE[name]
    page = LivePage(source)
    for values in [*states, *reversed(states), states[0]]:
        page.show(**values)
    assert page.show(**states[0]) == {}


def test_a_row_that_comes_to_a_table_is_all_that_is_sent() -> None:
    page = LivePage("{% component 'core.table' rows columns=['name'] / %}")
    rows = [{"id": number, "name": f"row {number}"} for number in range(50)]
    page.show(rows=rows)
    diff = page.show(rows=[{"id": 99, "name": "new"}, *rows])
    assert len(json.dumps(diff, separators=(",", ":"))) < 600
    assert "row 7" not in json.dumps(diff)


def context_of(page: LivePage, values: dict[str, Any]) -> Context:
    context = Context(values)
    context.template = page.template
    return context


def test_an_error_in_a_page_names_the_component_as_it_is_written() -> None:
    with pytest.raises(ComponentInputError) as caught:
        LivePage("{% component 't.card' title='x'\n  size='huge' / %}").show()
    assert "component 't.card' title='x' size='huge' /" in caught.value.__notes__[-1]
