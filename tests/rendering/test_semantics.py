"""Corners of Django's template language: every page of every history is Django's, and changes are seen."""

# A template stays on one line, as long as it may be.
# ruff: noqa: E501
from __future__ import annotations

from typing import NamedTuple

import django
import pytest
from django.template import Context
from django.test import override_settings
from django.utils import translation

from tests.rendering.harness import Live, Values, compile_template, load
from tests.rendering.values import Item
from tests.support.merge import MergeClient


class Story(NamedTuple):
    name: str
    source: str | dict[str, str]
    worlds: list[Values]


class Touchy:
    """Has a key that cannot be read; no template here asks for it."""

    name = "n"

    @property
    def pk(self) -> int:
        raise RuntimeError("no key")


class Counting:
    """Shows another text each time."""

    def __init__(self) -> None:
        self.asked = 0

    def __str__(self) -> str:
        self.asked += 1
        return "x" * (self.asked % 2)


NOT_NONE = "{% for x in l %}{% if a != None %}<b>{{ x }}</b>{% endif %}{% endfor %}"
TREE = "<li>{{ n.name }}{% for n in n.children %}{% include 't' %}{% endfor %}</li>"

STORIES = [
    Story("a name goes, in a loop", NOT_NONE, [{"l": [1, 2], "a": 1}, {"l": [1, 2]}, {"l": [1, 2], "a": 1}]),
    Story("a name goes, asked with ==", NOT_NONE.replace("!=", "=="), [{"l": [1], "a": 1}, {"l": [1]}]),
    Story("a name goes, asked with is not", NOT_NONE.replace("!=", "is not"), [{"l": [1], "a": 1}, {"l": [1]}]),
    Story(
        "a key goes, in a loop",
        "{% for x in l %}{% if x.a != None %}<b>{{ x.b }}</b>{% endif %}{% endfor %}",
        [{"l": [{"a": 1, "b": 1}]}, {"l": [{"b": 1}]}],
    ),
    Story(
        "static without autoescape",
        "{% autoescape off %}{% static a %}{% static a as u %}{{ u }}{% endautoescape %}{% static a %}",
        [{"a": "it's & <.css"}, {"a": "x'y"}],
    ),
    Story(
        "url without autoescape",
        "{% autoescape off %}{% url 'item' a %}{% endautoescape %}{% url 'item' a %}",
        [{"a": "it's&a=1"}, {"a": "<b>;,+$!*"}, {"a": "a%sb"}, {"a": "x yé"}],
    ),
    Story("a key that cannot be read", "{% for x in l %}{{ x.name }}{% endfor %}", [{"l": [Touchy(), Touchy()]}]),
    Story(
        "a key that cannot be read, beside others",
        "{% for x in l %}{{ x.name }}{% endfor %}",
        [{"l": [Item(1, "a"), Touchy()]}, {"l": [Touchy(), Item(1, "b")]}],
    ),
    Story(
        "a block in an included template",
        {"main": "{% include 'p' %}", "p": "{% block a %}{{ block.name }}{{ x }}{% endblock %}"},
        [{"x": 1}, {"x": 2}],
    ),
    Story(
        "an included template with a parent",
        {
            "main": "{% block a %}M{% include 'p' %}{% endblock %}",
            "p": "{% extends 'b' %}{% block a %}{{ block.super }}P{{ x }}{% endblock %}",
            "b": "[{% block a %}B{{ y }}{% endblock %}]",
        },
        [{"x": 1, "y": 1}, {"x": 2, "y": 1}, {"x": 2, "y": 2}],
    ),
    Story(
        "the first of several templates",
        {"main": "{% include names %}", "a": "A{{ x }}", "b": "B{{ x }}"},
        [{"names": ["zz", "a"], "x": 1}, {"names": ["b"], "x": 1}, {"names": ("b", "a"), "x": 2}],
    ),
    Story(
        "template objects",
        "{% include t %}",
        [{"t": load("T{{ x }}"), "x": 1}, {"t": load("T{{ x }}"), "x": 2}, {"t": load("U{{ x }}"), "x": 2}],
    ),
    Story(
        "relative names",
        {
            "main": "{% extends 'd/a' %}",
            "d/a": "{% include './b' %}{% include '../c' %}",
            "d/b": "b{{ x }}",
            "c": "c{{ x }}",
        },
        [{"x": 1}, {"x": 2}],
    ),
    Story(
        "a tree",
        {"main": "{% include 't' with n=root %}", "t": TREE},
        [
            {"root": Item(1, "a", children=[Item(2, "b", children=[Item(3, "c")]), Item(4, "d")])},
            {"root": Item(1, "a", children=[Item(4, "d"), Item(2, "b", children=[Item(3, "C")])])},
        ],
    ),
    Story(
        "forloop hidden by with",
        "{% for x in l %}{% with forloop=x %}{{ forloop }}{% endwith %}{{ forloop.counter }}{% endfor %}",
        [{"l": [1, 2]}, {"l": [2, 1]}],
    ),
    Story(
        "a loop variable called forloop",
        "{% for forloop in l %}{{ forloop }}{{ forloop.counter }}{% endfor %}",
        [{"l": [1, 2]}, {"l": [2, 1]}],
    ),
    Story("one name for both", "{% for a, a in l %}{{ a }}{% endfor %}", [{"l": [(1, 2)]}, {"l": [(1, 3)]}]),
    Story(
        "block hidden by with",
        "{% block b %}{% with block=a %}{{ block }}{% endwith %}{{ block.name }}{% endblock %}",
        [{"a": 1}, {"a": 2}],
    ),
    Story("constants", "{{ True }}{{ None }}{{ False }}{% if True %}x{% endif %}", [{"True": "T"}, {"a": 1}]),
    Story(
        "methods of a dict, hidden by a key",
        "{% for k, v in d.items %}{{ k }}{{ v }}{% endfor %}{{ d.keys }}{{ d.values|length }}",
        [{"d": {"a": 1}}, {"d": {"a": 1, "b": 2}}, {"d": {"items": [(1, 2)]}}],
    ),
    Story("a set", "{% for k in s %}{{ k }}{% endfor %}", [{"s": {1, 2}}, {"s": {2, 3}}, {"s": set()}]),
    Story("letters", "{% for k in s %}{{ k }}{{ forloop.last }}{% endfor %}", [{"s": "ab"}, {"s": "abc"}, {"s": ""}]),
    Story(
        "numbers as keys and indices",
        "{{ d.1 }}{{ d.a.0 }}",
        [{"d": {1: "x", "a": "yz"}}, {"d": {"1": "w", "a": ["q"]}}],
    ),
    Story(
        "a longer condition",
        "{% if a == b and not c or d in l %}1{% elif a %}{{ a }}{% else %}0{% endif %}",
        [
            {"a": 1, "b": 1, "c": 0, "d": 1, "l": [1]},
            {"a": 2, "b": 1, "c": 0, "d": 1, "l": []},
            {"a": 0, "b": 1, "c": 0, "d": 3, "l": None},
        ],
    ),
    Story(
        "conditions that fail are false",
        "{% if a < b %}1{% endif %}{% if not a < b %}2{% endif %}{% if a in b %}3{% endif %}{% if not a in b %}4{% endif %}",
        [{"a": 1, "b": 2}, {"a": "x", "b": 2}, {"a": [], "b": {}}, {"b": 1}, {}],
    ),
    Story(
        "a deep condition",
        "{% if " + " and ".join(f"not a{n} == b" for n in range(30)) + " %}x{% else %}y{% endif %}",
        [{"b": 1}, {"b": 1, "a29": 1}],
    ),
    Story(
        "deep nesting",
        "{% if a %}{% with b=a %}" * 30 + "{{ b }}" + "{% endwith %}{% endif %}" * 30,
        [{"a": 1}, {"a": 2}, {"a": 0}],
    ),
    Story(
        "deep nesting of loops",
        "{% for x in l %}" * 25 + "{{ x }}{{ forloop.parentloop.parentloop.counter }}" + "{% endfor %}" * 25,
        [{"l": [1]}, {"l": [2]}, {"l": []}],
    ),
    Story("floats", "{{ v }}{% for x in l %}{{ x }};{% endfor %}", [{"v": v, "l": [v]} for v in (0.0, -0.0, 1e25, 1e-7)]),
    Story("not a number", "{{ v }}", [{"v": float("nan")}, {"v": float("inf")}, {"v": float("nan")}]),
    Story("rows from tuples to dicts", "{% for x in l %}{{ x.id }}{{ x.0 }}{% endfor %}", [{"l": [(1,)]}, {"l": [{"id": 1}]}]),
    Story(
        "keys of one, then another type",
        "{% for x in l %}{{ x.id }}{% endfor %}",
        [{"l": [{"id": 1}, {"id": "1"}]}, {"l": [{"id": "1"}, {"id": 1}]}, {"l": [{"id": True}, {"id": 2}]}],
    ),
    Story(
        "the same object twice",
        "{% for x in l %}{{ x.name }}{{ forloop.counter }}{% endfor %}",
        [{"l": [item := Item(1, "a"), item]}, {"l": [item]}, {"l": [item, item, item]}],
    ),
    Story(
        "state in cycles, ifchanged and counters starts afresh",
        "{% for x in l %}{% cycle 'a' 'b' %}{% ifchanged x %}!{% endifchanged %}{% count %}{% endfor %}{% count %}",
        [{"l": [1, 1, 2]}, {"l": [1, 1, 2]}, {"l": [1, 2]}],
    ),
    Story(
        "a cycle in a skipped branch stands still",
        "{% for x in l %}{% if x %}{% cycle 'a' 'b' %}{% endif %}{{ x }}{% endfor %}",
        [{"l": [1, 0, 1, 1]}, {"l": [1, 1, 1, 1]}, {"l": [0, 0, 1, 0]}],
    ),
    Story(
        "names written by tags end with their layer",
        "{% set u a %}{% with w=1 %}{% set u b %}{{ u }}{% endwith %}{{ u }}{% for x in l %}{% set u x %}{{ u }}{% endfor %}{{ u }}",
        [{"a": 1, "b": 2, "l": [3]}, {"a": 1, "b": 4, "l": [5, 6]}, {"a": 2, "b": 4, "l": []}],
    ),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_every_page_is_django_s(client_merge: MergeClient, story: Story) -> None:
    live = Live(story.source)
    for world in [*story.worlds, story.worlds[0]]:
        live.show(**world)
        assert live.render() == {}
    assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages


PARTIAL = (
    "{% partialdef card %}<b>{{ a }}</b>{% endpartialdef %}{% partial card %}{% include 'p#row' %}{{ b }}"
)
ROW = "{% partialdef row %}<i>{{ a }}{{ b }}</i>{% endpartialdef %}"


@pytest.mark.skipif(django.VERSION < (6, 0), reason="partials came with Django 6.0")
def test_partials_are_shown_as_by_django(client_merge: MergeClient) -> None:
    live = Live({"main": PARTIAL, "p": ROW})
    live.show(a=1, b=1)
    live.show(a=2, b=1)
    live.show(a=2, b=2)
    assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages


def test_what_shows_another_text_each_time_is_sent_each_time() -> None:
    live = Live("{{ a }}{{ o }}", {"a": 1, "o": Counting()})
    live.render()
    assert live.render() == {"1": ""}
    assert live.render() == {"1": "x"}


def test_thousands_are_separated_where_the_site_says_so() -> None:
    with override_settings(USE_THOUSAND_SEPARATOR=True):
        live = Live("{{ v }}{% for x in l %}{{ x }}{{ forloop.counter }}{% endfor %}{{ l|length }}")
        live.show(v=1234567, l=list(range(1200)))
        live.show(v=1234.5, l=[9999])


def test_the_language_of_a_commit_does_not_matter() -> None:
    live = Live("{{ n }}", {"n": 1.5})
    with translation.override("de"):
        render = live.compiled.render(live.context, live.state)
    render.commit()
    with translation.override("de"):
        assert live.compiled.render(live.context, live.state).diff == {}


def test_an_ellipsis_follows_the_language() -> None:
    live = Live("{{ t|truncatechars:3 }}", {"t": "hello"})
    live.render()
    with translation.override("zh-hans"):
        live.render()
        assert live.pages[-1] == str(live.compiled.html(live.context))
    assert live.pages[0] != live.pages[1]


def test_a_loader_without_a_cache_gives_the_same_fine_diffs() -> None:
    sources = {
        "main": "{% extends 'base' %}{% block b %}{% include 'p' %}{% endblock %}",
        "p": "<b>{{ a }}</b>",
    }
    live = Live(sources | {"base": "<p>{% block b %}{% endblock %}</p>"}, cached=False)
    live.show(a=1)
    assert live.show(a=2) == {"0": {"0": {"0": "2"}}}


def test_names_that_tags_write_are_kept_on_demand() -> None:
    compiled = compile_template(load("{% set x a %}{{ x }}"))
    context = Context({"a": 1})
    assert compiled.html(context) == "1"
    assert "x" not in context
    assert compiled.html(context, keep_names=True) == "1"
    assert context["x"] == 1
