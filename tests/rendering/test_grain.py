"""What travels: for a template and two contexts, the diff to the last byte (statics written inline).

Every case is tried twice: with new objects for the second context, and with the first one's changed in place.
"""

# A template stays on one line, as long as it may be.
# ruff: noqa: E501
from __future__ import annotations

import copy
from typing import Any, NamedTuple

import pytest
from django.utils.safestring import mark_safe

from tests.rendering.harness import Live, Values
from tests.rendering.values import Colour, Function, Item, Pair, Row
from tests.support.merge import MergeClient

Diff = dict[str, Any]
NOTHING: Diff = {}


class Case(NamedTuple):
    name: str
    source: str | dict[str, str]
    before: Values
    after: Values
    diff: Diff


def rows(*names: Any, **more: Any) -> list[Item]:
    """Items 1, 2, 3, … of these names; `2: "b"` pairs give the key."""
    pairs = [name if isinstance(name, tuple) else (index, name) for index, name in enumerate(names, 1)]
    return [Item(pk, name, **more) for pk, name in pairs]


def keyed(*pairs: tuple[Any, Any]) -> list[Item]:
    return [Item(pk, name) for pk, name in pairs]


P = "<p>{{ a }}</p>"
VARIABLES = [
    Case("a variable", P, {"a": "x"}, {"a": "y"}, {"0": "y"}),
    Case("nothing changed", P, {"a": "x"}, {"a": "x"}, NOTHING),
    Case("an unread name", P, {"a": "x", "b": 1}, {"a": "x", "b": 2}, NOTHING),
    Case("the second of two", "<p>{{ a }} {{ b }}</p>", {"a": 1, "b": 1}, {"a": 1, "b": 2}, {"1": "2"}),
    Case(
        "two of three",
        "{{ a }}{{ b }}{{ c }}",
        {"a": 1, "b": 1, "c": 1},
        {"a": 2, "b": 1, "c": 2},
        {"0": "2", "2": "2"},
    ),
    Case("to nothing", P, {"a": "x"}, {"a": ""}, {"0": ""}),
    Case("to None", P, {"a": "x"}, {"a": None}, {"0": "None"}),
    Case("to a missing name", P, {"a": "x"}, {}, {"0": ""}),
    Case("from missing to empty", P, {}, {"a": ""}, NOTHING),
    Case("a number to its text", P, {"a": 1}, {"a": "1"}, NOTHING),
    Case("1 to True", P, {"a": 1}, {"a": True}, {"0": "True"}),
    Case("1 to 1.0", P, {"a": 1}, {"a": 1.0}, {"0": "1.0"}),
    Case("0.0 to -0.0", P, {"a": 0.0}, {"a": -0.0}, {"0": "-0.0"}),
    Case("escaped", P, {"a": "x"}, {"a": "<b>"}, {"0": "&lt;b&gt;"}),
    Case("text to safe text", P, {"a": "<b>"}, {"a": mark_safe("<b>")}, {"0": "<b>"}),
    Case("safe text to plain, same look", P, {"a": mark_safe("x")}, {"a": "x"}, NOTHING),
    Case("a list's text", P, {"a": [1]}, {"a": [1, 2]}, {"0": "[1, 2]"}),
    Case("an enum", P, {"a": Colour.RED}, {"a": Colour.BLUE}, {"0": "Colour.BLUE"}),
    Case("unicode", P, {"a": "é"}, {"a": "漢✓"}, {"0": "漢✓"}),
    Case("a number is a string on the wire", P, {"a": 0}, {"a": 7}, {"0": "7"}),
    Case("an attribute of an object", "{{ o.name }}", {"o": Item(1, "x")}, {"o": Item(1, "y")}, {"0": "y"}),
    Case("another attribute", "{{ o.name }}", {"o": Item(1, "x")}, {"o": Item(2, "x")}, NOTHING),
    Case("a method", "{{ o.label }}", {"o": Item(1, "x")}, {"o": Item(1, "y")}, {"0": "y &amp; co"}),
    Case("a key in a key", "{{ d.k.x }}", {"d": {"k": {"x": 1}}}, {"d": {"k": {"x": 2}}}, {"0": "2"}),
    Case(
        "a key beside", "{{ d.k.x }}", {"d": {"k": {"x": 1, "y": 1}}}, {"d": {"k": {"x": 1, "y": 2}}}, NOTHING
    ),
    Case("an index", "{{ l.1 }}", {"l": [1, 1]}, {"l": [2, 3]}, {"0": "3"}),
    Case("a callable", P, {"a": Function("x")}, {"a": Function("y")}, {"0": "y"}),
    Case("the value of a filter", "{{ a|upper }}", {"a": "x"}, {"a": "y"}, {"0": "Y"}),
    Case("a filter that hides the change", "{{ a|upper }}", {"a": "x"}, {"a": "X"}, NOTHING),
    Case("a filter's argument", "{{ a|add:n }}", {"a": 1, "n": 1}, {"a": 1, "n": 2}, {"0": "3"}),
    Case("an argument not needed", "{{ a|default:b }}", {"a": 1, "b": 1}, {"a": 1, "b": 2}, NOTHING),
    Case(
        "an argument of the second filter",
        "{{ a|upper|cut:b }}",
        {"a": "xy", "b": "X"},
        {"a": "xy", "b": "Y"},
        {"0": "X"},
    ),
    Case("an attribute's value", '<p class="{{ a }}" id="x">', {"a": 1}, {"a": 2}, {"0": "2"}),
    Case("half an attribute", '<p class="{{ a }} {{ b }}">', {"a": 1, "b": 1}, {"a": 1, "b": 2}, {"1": "2"}),
    Case(
        "autoescape off",
        "{% autoescape off %}{{ a }}{% endautoescape %}",
        {"a": 1},
        {"a": "<b>"},
        {"0": "<b>"},
    ),
    Case(
        "comments are no parts",
        "{# c #}{% comment %}{{ b }}{% endcomment %}{{ a }}",
        {"a": 1},
        {"a": 2},
        {"0": "2"},
    ),
    Case(
        "verbatim is no part", "{% verbatim %}{{ b }}{% endverbatim %}{{ a }}", {"a": 1}, {"a": 2}, {"0": "2"}
    ),
    Case("a brace is no part", "{% templatetag openblock %}{{ a }}", {"a": 1}, {"a": 2}, {"0": "2"}),
]

IF = "<p>{% if on %}<b>{{ a }}</b>{% else %}<i>{{ b }}</i>{% endif %}</p>"
ELIF = "{% if n == 1 %}one {{ a }}{% elif n == 2 %}two {{ a }}{% elif n == 3 %}three {{ b }}{% else %}many {{ n }}{% endif %}"
ATTRIBUTE = "<a{% if on %} class='{{ a }}'{% endif %}>"
CONDITIONS = [
    Case("a value in a branch", IF, {"on": 1, "a": 1}, {"on": 1, "a": 2}, {"0": {"0": "2"}}),
    Case("a value in the other branch", IF, {"on": 1, "b": 1}, {"on": 1, "b": 2}, NOTHING),
    Case("the condition stays true", IF, {"on": 1, "a": 1}, {"on": 2, "a": 1}, NOTHING),
    Case("the condition and the value", IF, {"on": 1, "a": 1}, {"on": 2, "a": 2}, {"0": {"0": "2"}}),
    Case(
        "the other branch",
        IF,
        {"on": 1, "a": 1, "b": 2},
        {"on": 0, "a": 1, "b": 2},
        {"0": {"0": "2", "s": ["<i>", "</i>"]}},
    ),
    Case(
        "and back",
        IF,
        {"on": 0, "a": 1, "b": 2},
        {"on": 1, "a": 3, "b": 2},
        {"0": {"0": "3", "s": ["<b>", "</b>"]}},
    ),
    Case("an attribute goes", ATTRIBUTE, {"on": 1, "a": "x"}, {"on": 0, "a": "x"}, {"0": ""}),
    Case(
        "an attribute comes",
        ATTRIBUTE,
        {"on": 0, "a": "x"},
        {"on": 1, "a": "x"},
        {"0": {"0": "x", "s": [" class='", "'"]}},
    ),
    Case(
        "a value in an attribute in a branch",
        ATTRIBUTE,
        {"on": 1, "a": "x"},
        {"on": 1, "a": "y"},
        {"0": {"0": "y"}},
    ),
    Case("still no branch", ATTRIBUTE, {"on": 0, "a": "x"}, {"on": "", "a": "y"}, NOTHING),
    Case("a value in elif", ELIF, {"n": 2, "a": 1}, {"n": 2, "a": 2}, {"0": {"0": "2"}}),
    Case("from if to elif", ELIF, {"n": 1, "a": 1}, {"n": 2, "a": 1}, {"0": {"0": "1", "s": ["two ", ""]}}),
    Case(
        "from elif to elif", ELIF, {"n": 2, "b": 1}, {"n": 3, "b": 1}, {"0": {"0": "1", "s": ["three ", ""]}}
    ),
    Case(
        "from elif to else", ELIF, {"n": 3, "b": 1}, {"n": 4, "b": 1}, {"0": {"0": "4", "s": ["many ", ""]}}
    ),
    Case("a value in else", ELIF, {"n": 4}, {"n": 5}, {"0": {"0": "5"}}),
    Case(
        "a comparison stays",
        "{% if a > b %}{{ c }}{% endif %}",
        {"a": 2, "b": 1, "c": 1},
        {"a": 3, "b": 2, "c": 1},
        NOTHING,
    ),
    Case("in a list", "{% if a in l %}{{ a }}{% endif %}", {"a": 1, "l": [1]}, {"a": 1, "l": [2]}, {"0": ""}),
    Case(
        "a value in an if in an if",
        "{% if on %}<b>{% if a %}<i>{{ b }}</i>{% endif %}</b>{% endif %}",
        {"on": 1, "a": 1, "b": 1},
        {"on": 1, "a": 2, "b": 2},
        {"0": {"0": {"0": "2"}}},
    ),
    Case(
        "an if in an if goes",
        "{% if on %}<b>{% if a %}<i>{{ b }}</i>{% endif %}</b>{% endif %}",
        {"on": 1, "a": 1, "b": 1},
        {"on": 1, "a": 0, "b": 1},
        {"0": {"0": ""}},
    ),
    Case(
        "beside an if",
        "{{ b }}{% if on %}<b>{{ a }}</b>{% endif %}{{ c }}",
        {"on": 1, "a": 1, "b": 1, "c": 1},
        {"on": 1, "a": 1, "b": 1, "c": 2},
        {"2": "2"},
    ),
]

UL = "<ul>{% for x in rows %}<li id='{{ x.id }}'>{{ x.name }}</li>{% endfor %}</ul>"
NAMES = "{% for x in rows %}<b>{{ x.name }}</b>{% endfor %}"
COUNTED = "{% for x in rows %}{{ forloop.counter }}{{ x.name }};{% endfor %}"
PLAIN = "{% for x in l %}<b>{{ x }}</b>{% endfor %}"
EMPTY = "{% for x in rows %}<b>{{ x.name }}</b>{% empty %}<i>{{ a }}</i>{% endfor %}"
IN_IF = "{% for x in rows %}{% if x.done %}<b>{{ x.name }}</b>{% else %}-{{ x.id }}{% endif %};{% endfor %}"
NESTED = "{% for x in rows %}<p>{{ x.name }}{% for y in x.children %}<i>{{ y.name }}</i>{% endfor %}</p>{% endfor %}"
ITEMS = "{% for key, value in d.items %}{{ key }}={{ value }};{% endfor %}"


def family(*children: list[Item]) -> list[Item]:
    return [Item(pk, f"p{pk}", children=list(inner)) for pk, inner in enumerate(children, 1)]


def entry(diff: Any, *, count: int, at: str = "0", **more: Any) -> Diff:
    return {"0": {"k": {at: diff, "kc": count, **more}}}


LOOPS = [
    Case(
        "a cell",
        UL,
        {"rows": rows("a", "b", "c")},
        {"rows": rows("a", "B", "c")},
        entry({"1": "B"}, at="1", count=3),
    ),
    Case("no cell", UL, {"rows": rows("a", "b")}, {"rows": rows("a", "b")}, NOTHING),
    Case(
        "append",
        UL,
        {"rows": rows("a")},
        {"rows": rows("a", "b")},
        entry({"0": "2", "1": "b"}, at="1", count=2),
    ),
    Case("drop the last", UL, {"rows": rows("a", "b")}, {"rows": rows("a")}, {"0": {"k": {"kc": 1}}}),
    Case(
        "drop the first",
        UL,
        {"rows": keyed((1, "a"), (2, "b"), (3, "c"))},
        {"rows": keyed((2, "b"), (3, "c"))},
        {"0": {"k": {"0": 1, "1": 2, "kc": 2, "km": True}}},
    ),
    Case(
        "drop one in the middle",
        UL,
        {"rows": keyed((1, "a"), (2, "b"), (3, "c"))},
        {"rows": keyed((1, "a"), (3, "c"))},
        {"0": {"k": {"1": 2, "kc": 2, "km": True}}},
    ),
    Case(
        "swap",
        UL,
        {"rows": keyed((1, "a"), (2, "b"))},
        {"rows": keyed((2, "b"), (1, "a"))},
        {"0": {"k": {"0": 1, "1": 0, "kc": 2, "km": True}}},
    ),
    Case(
        "put before",
        UL,
        {"rows": keyed((1, "a"), (2, "b"))},
        {"rows": keyed((9, "n"), (1, "a"), (2, "b"))},
        {"0": {"k": {"0": {"0": "9", "1": "n"}, "1": 0, "2": 1, "kc": 3, "km": True}}},
    ),
    Case(
        "move and change",
        UL,
        {"rows": keyed((1, "a"), (2, "b"))},
        {"rows": keyed((2, "B"), (1, "a"))},
        {"0": {"k": {"0": [1, {"1": "B"}], "1": 0, "kc": 2, "km": True}}},
    ),
    Case(
        "moves, a new one and a removal",
        UL,
        {"rows": keyed((1, "a"), (2, "b"), (3, "c"), (4, "d"))},
        {"rows": keyed((4, "d"), (1, "A"), (5, "e"))},
        {"0": {"k": {"0": 3, "1": [0, {"1": "A"}], "2": {"0": "5", "1": "e"}, "kc": 3, "km": True}}},
    ),
    Case(
        "another key at the place",
        UL,
        {"rows": keyed((1, "a"))},
        {"rows": keyed((2, "b"))},
        {"0": {"k": {"0": {"0": "2", "1": "b"}, "kc": 1}}},
    ),
    Case("clear", UL, {"rows": rows("a", "b")}, {"rows": []}, {"0": {"k": {"kc": 0}}}),
    Case(
        "first entries ever",
        UL,
        {"rows": []},
        {"rows": rows("a")},
        {"0": {"k": {"0": {"0": "1", "1": "a"}, "kc": 1}, "s": ["<li id='", "'>", "</li>"]}},
    ),
    Case("still none", UL, {"rows": []}, {"rows": ()}, NOTHING),
    Case(
        "plain values change in place",
        PLAIN,
        {"l": [1, 2]},
        {"l": [1, 3]},
        entry({"0": "3"}, at="1", count=2),
    ),
    Case(
        "plain values have no moves",
        PLAIN,
        {"l": [1, 2, 3]},
        {"l": [2, 3]},
        {"0": {"k": {"0": {"0": "2"}, "1": {"0": "3"}, "kc": 2}}},
    ),
    Case(
        "counters follow a move",
        COUNTED,
        {"rows": keyed((1, "a"), (2, "b"))},
        {"rows": keyed((2, "b"), (1, "a"))},
        {"0": {"k": {"0": [1, {"0": "1"}], "1": [0, {"0": "2"}], "kc": 2, "km": True}}},
    ),
    Case(
        "counters follow an insertion",
        COUNTED,
        {"rows": keyed((1, "a"))},
        {"rows": keyed((9, "n"), (1, "a"))},
        {"0": {"k": {"0": {"0": "1", "1": "n"}, "1": [0, {"0": "2"}], "kc": 2, "km": True}}},
    ),
    Case(
        "the last one is no longer last",
        "{% for x in l %}{{ x }}{% if not forloop.last %}, {{ n }}{% endif %}{% endfor %}",
        {"l": [1, 2], "n": ""},
        {"l": [1, 2, 3], "n": ""},
        {"0": {"k": {"1": {"1": {"0": "", "s": [", ", ""]}}, "2": {"0": "3", "1": ""}, "kc": 3}}},
    ),
    Case(
        "counting down",
        "{% for x in l %}{{ forloop.revcounter }}{{ x }}{% endfor %}",
        {"l": [7, 8]},
        {"l": [7, 8, 9]},
        {"0": {"k": {"0": {"0": "3"}, "1": {"0": "2"}, "2": {"0": "1", "1": "9"}, "kc": 3}}},
    ),
    Case(
        "a name from outside in every entry",
        "{% for x in l %}{{ a }}{{ x }}{% endfor %}",
        {"l": [7, 8], "a": 1},
        {"l": [7, 8], "a": 2},
        {"0": {"k": {"0": {"0": "2"}, "1": {"0": "2"}, "kc": 2}}},
    ),
    Case(
        "a name from outside in one entry",
        "{% for x in l %}{{ x }}{% if x == sel %}<b>{{ a }}</b>{% endif %}{% endfor %}",
        {"l": [7, 8], "a": 1, "sel": 8},
        {"l": [7, 8], "a": 2, "sel": 8},
        {"0": {"k": {"1": {"1": {"0": "2"}}, "kc": 2}}},
    ),
    Case(
        "empty: the list goes",
        EMPTY,
        {"rows": rows("a"), "a": 1},
        {"rows": [], "a": 1},
        {"0": {"0": "1", "s": ["<i>", "</i>"]}},
    ),
    Case("empty: a value in it", EMPTY, {"rows": [], "a": 1}, {"rows": [], "a": 2}, {"0": {"0": "2"}}),
    Case(
        "empty: the list comes",
        EMPTY,
        {"rows": [], "a": 1},
        {"rows": rows("x"), "a": 1},
        {"0": {"k": {"0": {"0": "x"}, "kc": 1}, "s": ["<b>", "</b>"]}},
    ),
    Case("empty: not shown", EMPTY, {"rows": rows("a"), "a": 1}, {"rows": rows("a"), "a": 2}, NOTHING),
    Case(
        "reversed",
        "{% for x in rows reversed %}{{ x.name }}{% endfor %}",
        {"rows": rows("a")},
        {"rows": rows("a", "b")},
        {"0": {"k": {"0": {"0": "b"}, "1": 0, "kc": 2, "km": True}}},
    ),
    Case(
        "a branch in an entry",
        IN_IF,
        {"rows": rows("a", "b", done=True)},
        {"rows": [*rows("a", done=True), Item(2, "b", False)]},
        entry({"0": {"0": "2", "s": ["-", ""]}}, at="1", count=2),
    ),
    Case(
        "a value in a branch in an entry",
        IN_IF,
        {"rows": rows("a", "b", done=True)},
        {"rows": rows("a", "B", done=True)},
        entry({"0": {"0": "B"}}, at="1", count=2),
    ),
    Case(
        "an entry with a branch moves",
        IN_IF,
        {"rows": [Item(1, "a", True), Item(2, "b", False)]},
        {"rows": [Item(2, "b", False), Item(1, "a", True)]},
        {"0": {"k": {"0": 1, "1": 0, "kc": 2, "km": True}}},
    ),
    Case(
        "a loop in a loop: a value",
        NESTED,
        {"rows": family(rows("a", "b"), rows("c"))},
        {"rows": family(rows("a", "B"), rows("c"))},
        entry({"1": {"k": {"1": {"0": "B"}, "kc": 2}}}, count=2),
    ),
    Case(
        "a loop in a loop: append",
        NESTED,
        {"rows": family(rows("a"), rows("c"))},
        {"rows": family(rows("a"), rows("c", "d"))},
        entry({"1": {"k": {"1": {"0": "d"}, "kc": 2}}}, at="1", count=2),
    ),
    Case(
        "a loop in a loop: clear",
        NESTED,
        {"rows": family(rows("a"), rows("c"))},
        {"rows": family(rows("a"), [])},
        entry({"1": {"k": {"kc": 0}}}, at="1", count=2),
    ),
    Case(
        "a loop in a moved entry",
        NESTED,
        {"rows": [Item(1, "p", children=rows("a")), Item(2, "q", children=rows("b"))]},
        {"rows": [Item(2, "q", children=rows("b", "c")), Item(1, "p", children=rows("a"))]},
        {"0": {"k": {"0": [1, {"1": {"k": {"1": {"0": "c"}, "kc": 2}}}], "1": 0, "kc": 2, "km": True}}},
    ),
    Case(
        "a counter of the outer loop",
        "{% for x in rows %}{% for y in x.children %}{{ forloop.parentloop.counter }}{{ y.name }}{% endfor %};{% endfor %}",
        {"rows": [Item(1, "p", children=rows("a")), Item(2, "q", children=rows("b"))]},
        {"rows": [Item(2, "q", children=rows("b"))]},
        {"0": {"k": {"0": [1, {"0": {"k": {"0": {"0": "1"}, "kc": 1}}}], "kc": 1, "km": True}}},
    ),
    Case(
        "pairs of a dict",
        ITEMS,
        {"d": {"x": 1, "y": 2}},
        {"d": {"x": 1, "y": 3}},
        entry({"1": "3"}, at="1", count=2),
    ),
    Case(
        "dicts with an id",
        NAMES,
        {"rows": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]},
        {"rows": [{"id": 2, "name": "b"}, {"id": 1, "name": "a"}]},
        {"0": {"k": {"0": 1, "1": 0, "kc": 2, "km": True}}},
    ),
    Case(
        "namedtuples with an id",
        NAMES,
        {"rows": [Row(1, "a", False, ()), Row(2, "b", False, ())]},
        {"rows": [Row(2, "B", False, ())]},
        {"0": {"k": {"0": [1, {"0": "B"}], "kc": 1, "km": True}}},
    ),
    Case(
        "namedtuples without an id",
        NAMES,
        {"rows": [Pair("a", 1), Pair("b", 1)]},
        {"rows": [Pair("a", 2), Pair("c", 1)]},
        entry({"0": "c"}, at="1", count=2),
    ),
    Case(
        "statics alone",
        "{% for x in l %}<br>{% endfor %}",
        {"l": [1]},
        {"l": [1, 2, 3]},
        {"0": {"k": {"1": {}, "2": {}, "kc": 3}}},
    ),
    Case("beside a loop", PLAIN + "{{ a }}", {"l": [1], "a": 1}, {"l": [1], "a": 2}, {"1": "2"}),
    Case(
        "a loop over text",
        "{% for x in a %}{{ x }}.{% endfor %}",
        {"a": "ab"},
        {"a": "ac"},
        entry({"0": "c"}, at="1", count=2),
    ),
]

WITH = "{% with w=o.name %}<b>{{ w }}</b>{% endwith %}"
INCLUDE = {"main": "<div>{% include 'part' %}</div>", "part": "<b>{{ a }}</b>{{ b }}"}
INCLUDE_WITH = {"main": "{% include 'part' with a=o.name %}", "part": "<b>{{ a }}</b>"}
INCLUDE_ONLY = {"main": "{% include 'part' with a=b only %}", "part": "<b>{{ a }}</b>{{ c }}"}
INCLUDE_ANY = {"main": "{% include name %}", "one": "<b>{{ a }}</b>", "two": "<i>{{ a }}</i>"}
INCLUDE_EACH = {
    "main": "{% for x in rows %}{% include 'part' %}{% endfor %}",
    "part": "<b>{{ x.name }}</b>{{ a }}",
}
TREE = {
    "main": "{% include 'node' with nodes=rows %}",
    "node": "{% for x in nodes %}<li>{{ x.name }}{% if x.children %}<ul>{% include 'node' with nodes=x.children %}</ul>"
    "{% endif %}</li>{% endfor %}",
}
SCOPES = [
    Case("with", WITH, {"o": Item(1, "x")}, {"o": Item(1, "y")}, {"0": {"0": "y"}}),
    Case("with: unchanged", WITH, {"o": Item(1, "x")}, {"o": Item(2, "x")}, NOTHING),
    Case(
        "with a filter",
        "{% with w=l|length %}{{ w }}{% endwith %}",
        {"l": [1]},
        {"l": [1, 2]},
        {"0": {"0": "2"}},
    ),
    Case(
        "with two names",
        "{% with v=a w=b %}{{ v }}{{ w }}{% endwith %}",
        {"a": 1, "b": 1},
        {"a": 1, "b": 2},
        {"0": {"1": "2"}},
    ),
    Case(
        "with hides a name",
        "{{ a }}{% with a=b %}{{ a }}{% endwith %}{{ a }}",
        {"a": 1, "b": 1},
        {"a": 2, "b": 1},
        {"0": "2", "2": "2"},
    ),
    Case("include", INCLUDE, {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"0": {"0": "2"}}),
    Case("include: unchanged", INCLUDE, {"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 1, "c": 2}, NOTHING),
    Case("include with", INCLUDE_WITH, {"o": Item(1, "x")}, {"o": Item(1, "y")}, {"0": {"0": "y"}}),
    Case("include only", INCLUDE_ONLY, {"b": 1, "c": 1}, {"b": 2, "c": 2}, {"0": {"0": "2"}}),
    Case("include by name", INCLUDE_ANY, {"name": "one", "a": 1}, {"name": "one", "a": 2}, {"0": {"0": "2"}}),
    Case(
        "include another",
        INCLUDE_ANY,
        {"name": "one", "a": 1},
        {"name": "two", "a": 1},
        {"0": {"0": "1", "s": ["<i>", "</i>"]}},
    ),
    Case(
        "include in a loop",
        INCLUDE_EACH,
        {"rows": rows("a", "b"), "a": 1},
        {"rows": rows("a", "B"), "a": 1},
        entry({"0": {"0": "B"}}, at="1", count=2),
    ),
    Case(
        "include in a loop, a name from outside",
        INCLUDE_EACH,
        {"rows": rows("a", "b"), "a": 1},
        {"rows": rows("a", "b"), "a": 2},
        {"0": {"k": {"0": {"0": {"1": "2"}}, "1": {"0": {"1": "2"}}, "kc": 2}}},
    ),
    Case(
        "a template that includes itself",
        TREE,
        {"rows": family(rows("a"), rows("b", "c"))},
        {"rows": family(rows("a"), rows("b", "C"))},
        {"0": {"0": {"k": {"1": {"1": {"0": {"0": {"k": {"1": {"0": "C"}, "kc": 2}}}}}, "kc": 2}}}},
    ),
]

BASE = "<html>{{ a }}{% block head %}<title>{{ t }}</title>{% endblock %}{% block body %}<p>{{ b }}</p>{% endblock %}</html>"
CHILD = {
    "main": "{% extends 'base' %}{% block body %}<h1>{{ c }}</h1>{{ block.super }}{% endblock %}",
    "base": BASE,
}
DEEP = {
    "base": "<main>{% block body %}base {{ a }}{% endblock %}</main>",
    "section": "{% extends 'base' %}{% block body %}<section>{{ b }}{{ block.super }}</section>{% endblock %}",
    "main": "{% extends 'section' %}{% block body %}<i>{{ c }}</i>{{ block.super }}{% include 'list' %}{% endblock %}",
    "list": "{% for x in rows %}<li>{% if x.done %}<b>{{ x.name }}</b>{% endif %}</li>{% endfor %}",
}
INNER = {
    "base": "{% block outer %}<o>{{ a }}{% block inner %}<i>{{ b }}</i>{% endblock %}</o>{% endblock %}",
    "main": "{% extends 'base' %}{% block inner %}<u>{{ c }}</u>{% endblock %}",
}
PAGE = {"a": 1, "t": 1, "b": 1, "c": 1, "rows": rows("a", "b", done=True)}
BLOCKS = [
    Case("around the blocks", CHILD, PAGE, PAGE | {"a": 2}, {"0": "2"}),
    Case("a block of the base", CHILD, PAGE, PAGE | {"t": 2}, {"1": {"0": "2"}}),
    Case("an overridden block", CHILD, PAGE, PAGE | {"c": 2}, {"2": {"0": "2"}}),
    Case("block.super", CHILD, PAGE, PAGE | {"b": 2}, {"2": {"1": {"0": "2"}}}),
    Case("block.super of block.super", DEEP, PAGE, PAGE | {"a": 2}, {"0": {"1": {"1": {"0": "2"}}}}),
    Case("a block in a block", INNER, PAGE, PAGE | {"c": 2}, {"0": {"1": {"0": "2"}}}),
    Case("around a block in a block", INNER, PAGE, PAGE | {"a": 2}, {"0": {"0": "2"}}),
    Case("an overridden block's old content", INNER, PAGE, PAGE | {"b": 2}, NOTHING),
    Case(
        "a value in an if in a for in an include in a twice overridden block",
        DEEP,
        PAGE,
        PAGE | {"rows": [*rows("a", done=True), Item(2, "B", True)]},
        {"0": {"2": {"0": {"k": {"1": {"0": {"0": "B"}}, "kc": 2}}}}},
    ),
    Case(
        "another parent",
        {
            "main": "{% extends p %}{% block b %}{{ a }}{% endblock %}",
            "one": "1{% block b %}{% endblock %}",
            "two": "2{% block b %}{% endblock %}",
        },
        {"p": "one", "a": 1},
        {"p": "two", "a": 1},
        {"0": {"0": "1", "s": ["", ""]}, "s": ["2", ""]},
    ),
]

GROUPED = "{% regroup rows by done as groups %}{% for g in groups %}{{ g.grouper }}:{{ g.list|length }};{% endfor %}"
TAGS = [
    Case("url: its argument", "<a href='{% url 'item' pk %}'>", {"pk": 1}, {"pk": 2}, {"0": "/item/2/"}),
    Case("url: nothing", "<a href='{% url 'home' %}'>{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
    Case("url as", "{% url 'item' pk as u %}<a href='{{ u }}'>", {"pk": 1}, {"pk": 2}, {"0": "/item/2/"}),
    Case("static", "{% load static %}{% static 'a.css' %}{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
    Case("static of a name", "{% static a %}", {"a": "a.css"}, {"a": "b.css"}, {"0": "/static/b.css"}),
    Case("csrf_token stays", "{% csrf_token %}{{ a }}", {"csrf_token": "t", "a": 1}, {"csrf_token": "t", "a": 2}, {"1": "2"}),
    Case("now stays", "{% now 'Y' %}{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
    Case("a simple tag", "{% shout a %}{{ b }}", {"a": "x", "b": 1}, {"a": "y", "b": 1}, {"0": "Y!"}),
    Case("a simple tag that says the same", "{% shout a %}", {"a": "x"}, {"a": "X"}, NOTHING),
    Case("a simple tag as", "{% shout a as u %}<b>{{ u }}</b>", {"a": "x"}, {"a": "y"}, {"0": "Y!"}),
    Case("a simple tag as, the same", "{% shout a as u %}<b>{{ u }}</b>", {"a": "x"}, {"a": "X"}, NOTHING),
    Case("a simple tag as, before it is read", "{{ u }}{% shout a as u %}", {"a": "x"}, {"a": "y"}, NOTHING),
    Case(
        "a simple tag as, read in a branch",
        "{% shout a as u %}{% if on %}<b>{{ u }}</b>{% endif %}",
        {"a": "x", "on": 1},
        {"a": "y", "on": 1},
        {"0": {"0": "Y!"}},
    ),
    Case(
        "a simple tag as, in a loop",
        "{% for x in l %}{% shout x as u %}<b>{{ u }}</b>{% endfor %}",
        {"l": ["a", "b"]},
        {"l": ["a", "c"]},
        entry({"0": "C!"}, at="1", count=2),
    ),
    Case(
        "a simple tag as, read in a loop",
        "{% shout a as u %}{% for x in l %}{{ x }}{{ u }}{% endfor %}",
        {"l": [1, 2], "a": "x"},
        {"l": [1, 2], "a": "y"},
        {"0": {"k": {"0": {"1": "Y!"}, "1": {"1": "Y!"}, "kc": 2}}},
    ),
    Case(
        "a simple tag as, seen in an include",
        {"main": "{% shout a as u %}{% include 'part' %}", "part": "<b>{{ u }}</b>"},
        {"a": "x"},
        {"a": "y"},
        {"0": {"0": "Y!"}},
    ),
    Case("any tag may write a name", "{% set u a %}<b>{{ u }}</b>", {"a": 1}, {"a": 2}, {"1": "2"}),
    Case("a written name ends with its scope", "{% with w=1 %}{% set u a %}{{ u }}{% endwith %}{{ u }}", {"a": 1}, {"a": 2},
         {"0": {"1": "2"}}),
    Case("firstof", "{% firstof a b %}", {"a": "", "b": "x"}, {"a": "", "b": "y"}, {"0": "y"}),
    Case("firstof as", "{% firstof a b as u %}{{ u }}", {"a": "", "b": "x"}, {"a": "y", "b": "x"}, {"1": "y"}),
    Case("regroup", GROUPED, {"rows": [Item(1, "a", 0), Item(2, "b", 1)]}, {"rows": [Item(1, "a", 0), Item(2, "b", 1), Item(3, "c", 1)]},
         {"1": {"k": {"1": {"1": "2"}, "kc": 2}}}),
    Case(
        "regroup in a loop",
        "{% for r in l %}{% regroup r by 0 as groups %}{% for g in groups %}{{ g.grouper }}{% endfor %};{% endfor %}",
        {"l": [[(1, 1)], [(2, 1)]]},
        {"l": [[(1, 1)], [(3, 1)]]},
        entry({"1": {"k": {"0": {"0": "3"}, "kc": 1}}}, at="1", count=2),
    ),
    Case(
        "cycle in a loop: append",
        "{% for x in l %}{% cycle 'odd' 'even' %}{{ x }}{% endfor %}",
        {"l": [1, 2]},
        {"l": [1, 2, 3]},
        {"0": {"k": {"2": {"0": "odd", "1": "3"}, "kc": 3}}},
    ),
    Case(
        "cycle in a loop: a value",
        "{% for x in l %}{% cycle 'odd' 'even' %}{{ x }}{% endfor %}",
        {"l": [1, 2, 3]},
        {"l": [1, 2, 4]},
        entry({"1": "4"}, at="2", count=3),
    ),
    Case(
        "cycle as, read after it",
        "{% for x in l %}{% cycle a 'even' as c %}<b class='{{ c }}'>{{ x }}</b>{% endfor %}",
        {"l": [1, 2], "a": "odd"},
        {"l": [1, 2], "a": "ODD"},
        entry({"0": "ODD", "1": "ODD"}, count=2),
    ),
    Case(
        "cycle as, silent, with moves",
        "{% for x in rows %}{% cycle 'odd' 'even' as c silent %}<b class='{{ c }}'>{{ x.name }}</b>{% endfor %}",
        {"rows": keyed((1, "a"), (2, "b"))},
        {"rows": keyed((2, "b"), (1, "a"))},
        {"0": {"k": {"0": [1, {"1": "odd"}], "1": [0, {"1": "even"}], "kc": 2, "km": True}}},
    ),
    Case(
        "cycle as, read after the loop",
        "{% cycle 'odd' a as c silent %}{% for x in l %}{% cycle c %}{% endfor %}{{ c }}",
        {"l": [1], "a": "even"},
        {"l": [1], "a": "EVEN"},
        {"2": "EVEN"},
    ),
    Case("a filter block", "{% filter upper %}<b>{{ a }}</b>{% endfilter %}", {"a": "x"}, {"a": "y"}, {"0": "<B>Y</B>"}),
    Case("spaceless", "{% spaceless %}<p> <b>{{ a }}</b> </p>{% endspaceless %}", {"a": 1}, {"a": 2}, {"0": "<p><b>2</b></p>"}),
    Case("widthratio", "{% widthratio a 10 100 %}", {"a": 1}, {"a": 2}, {"0": "20"}),
    Case("ifchanged", "{% for x in l %}{% ifchanged x %}{{ x }}{% endifchanged %};{% endfor %}", {"l": [1, 1]}, {"l": [1, 2]},
         entry({"0": "2"}, at="1", count=2)),
    Case("an inclusion tag", "{% badge a %}{{ b }}", {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"0": "(2/1)"}),
    Case("a tag that reads the context", "{% peek 'a' %}{{ b }}", {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"0": "2"}),
    Case("translate", "{% translate 'Yes' %}{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
    Case("a block tag", "{% boxed %}<b>{{ a }}</b>{% endboxed %}", {"a": 1}, {"a": 2}, {"0": "[plain:&lt;b&gt;2&lt;/b&gt;]"}),
]  # fmt: skip

CASES = [*VARIABLES, *CONDITIONS, *LOOPS, *SCOPES, *BLOCKS, *TAGS]
each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@each_case
def test_only_what_changed_travels(client_merge: MergeClient, case: Case) -> None:
    live = Live(case.source)
    live.show(**copy.deepcopy(case.before))
    assert inline(live.show(**copy.deepcopy(case.after))) == case.diff
    assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages


@each_case
def test_the_same_when_objects_change_in_place(case: Case) -> None:
    live = Live(case.source)
    live.show(**(world := copy.deepcopy(case.before)))
    become(world, copy.deepcopy(case.after))
    assert inline(live.show(**world)) == case.diff


@each_case
def test_and_back_again(client_merge: MergeClient, case: Case) -> None:
    live = Live(case.source)
    for world in (case.before, case.after, case.before, case.before):
        diff = live.show(**copy.deepcopy(world))
    assert diff == NOTHING
    assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def inline(value: Any, templates: Any = None) -> Any:
    """The diff with its statics in place, without root flags: what a case can be compared with."""
    if not isinstance(value, dict):
        return [value[0], inline(value[1], templates)] if isinstance(value, list) else value
    templates = value.get("p", templates)
    result = {}
    for key, item in value.items():
        if key == "s":
            result[key] = templates[str(item)] if isinstance(item, int) else item
        elif key not in ("p", "r"):
            result[key] = inline(item, templates)
    return result


def become(old: Any, new: Any) -> Any:
    """Give `old` the content of `new`, keeping every object that can be kept; what stands in its place."""
    if type(old) is not type(new) or not isinstance(old, (list, dict, Item, Function)):
        return new
    if isinstance(old, list):
        old[:] = [become(*pair) for pair in zip(old, new, strict=True)] if len(old) == len(new) else new
    elif isinstance(old, dict):
        merged = {key: become(old.get(key), value) for key, value in new.items()}
        old.clear()
        old.update(merged)
    else:
        become(old.__dict__, new.__dict__)
    return old
