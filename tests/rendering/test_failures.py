"""A render that fails, and templates that would like to be more than text."""

# Template syntax is full of braces, and hostile names are ambiguous by design.
# ruff: noqa: UP031, RUF001
from __future__ import annotations

import asyncio
import builtins
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.template import Context, TemplateSyntaxError
from django.utils.asyncio import async_unsafe
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.rendering.harness import Live, django_html, load
from tests.rendering.values import Item
from tests.support.merge import MergeClient


class Trouble:
    """A value whose text can be had only while it is calm."""

    def __init__(self, text: str = "fine", *, calm: bool = True) -> None:
        self.text = text
        self.calm = calm

    def __str__(self) -> str:
        if not self.calm:
            raise RuntimeError("trouble")
        return self.text

    @property
    def name(self) -> str:
        return str(self)


FRAMES = {
    "a dynamic": "{{ a }}{{ t }}{{ b }}",
    "the first dynamic": "{{ t }}{{ a }}{{ b }}",
    "the last dynamic": "{{ a }}{{ b }}{{ t }}",
    "an attribute": "{{ a }}{{ t.name }}{{ b }}",
    "a filter": "{{ a }}{{ t|upper }}{{ b }}",
    "a branch": "{{ a }}{% if b %}<b>{{ b }}{{ t }}</b>{% endif %}",
    "an entry": "{{ a }}{% for x in rows %}{{ x.name }}{% if x.pk == 2 %}{{ t }}{% endif %};{% endfor %}",
    "after a loop": "{% for x in rows %}{{ x.name }}{{ a }}{% endfor %}{{ t }}{{ b }}",
    "a with": "{{ a }}{% with w=b %}{{ w }}{{ t }}{% endwith %}",
    "an opaque tag": "{{ a }}{% filter upper %}{{ t }}{% endfilter %}{{ b }}",
    "a tag": "{{ a }}{% shout t %}{{ b }}",
    "an include": "{{ a }}{% include 'part' %}{{ b }}",
    "a block": "{{ a }}{% block x %}{{ b }}{{ t }}{% endblock %}",
}
each_frame = pytest.mark.parametrize("source", FRAMES.values(), ids=FRAMES)


def trouble_view(source: str) -> tuple[Live, Trouble]:
    trouble = Trouble()
    live = Live({"main": source, "part": "<i>{{ b }}{{ t }}</i>"})
    live.values.update(a=1, b=1, t=trouble, rows=[Item(1, "x"), Item(2, "y"), Item(3, "z")])
    return live, trouble


def fail(live: Live, trouble: Trouble) -> None:
    trouble.calm = False
    with pytest.raises(RuntimeError, match="trouble"):
        live.render()
    trouble.calm = True


@each_frame
def test_a_failed_render_is_as_if_it_had_not_been(client_merge: MergeClient, source: str) -> None:
    live, trouble = trouble_view(source)
    live.render()
    live.values.update(a=2, b=2)
    live.values["rows"].pop(0)
    live.values["rows"].append(Item(4, "new"))
    fail(live, trouble)
    fail(live, trouble)
    trouble.text = "other"
    live.render()
    assert live.pages[-1] == django_html(live.template, live.values)
    assert live.render() == {}
    assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages


@each_frame
def test_nothing_to_say_after_a_failure_without_a_change(source: str) -> None:
    live, trouble = trouble_view(source)
    live.render()
    fail(live, trouble)
    assert live.render() == {}


@each_frame
def test_a_failed_first_render_leaves_the_next_one_full(source: str) -> None:
    live, trouble = trouble_view(source)
    fail(live, trouble)
    assert "s" in live.render()
    assert live.pages[-1] == django_html(live.template, live.values)


@each_frame
def test_a_render_that_is_not_committed_says_the_same_again(source: str) -> None:
    live, trouble = trouble_view(source)
    first = live.render(commit=False)
    assert live.render(commit=False) == first
    live.render()
    live.values.update(a=2, b=3)
    live.values["rows"].reverse()
    trouble.text = "other"
    second = live.render(commit=False)
    assert live.render(commit=False) == second
    live.render()
    assert live.pages[-1] == django_html(live.template, live.values)


@async_unsafe("only in a thread")
def touch_the_database() -> str:
    return "rows"


class LazyRows:
    """As a queryset on the loop: whatever is asked of it, it asks the database."""

    def __iter__(self) -> Iterator[str]:
        return iter([touch_the_database()])

    def __len__(self) -> int:
        return len(touch_the_database())

    def __bool__(self) -> bool:
        return bool(touch_the_database())

    def __str__(self) -> str:
        return touch_the_database()

    def __getitem__(self, index: Any) -> str:
        if isinstance(index, str):
            raise TypeError
        return touch_the_database()

    @property
    def name(self) -> str:
        return touch_the_database()

    def count(self) -> int:
        return len(touch_the_database())


LAZY = {
    "text": "{{ r }}",
    "an attribute": "{{ r.name }}",
    "a method": "{{ r.count }}",
    "an index": "{{ r.0 }}",
    "a filter": "{{ r|length }}",
    "an argument": "{{ a|default:r }}",
    "a condition": "{% if r %}x{% endif %}",
    "a negation": "{% if not r %}x{% endif %}",
    "and": "{% if b and r %}x{% endif %}",
    "a comparison": "{% if r.count > 1 %}x{% endif %}",
    "a comparison with a filter": "{% if r|length > 1 %}x{% endif %}",
    "in": "{% if b in r %}x{% endif %}",
    "a loop": "{% for x in r %}{{ x }}{% endfor %}",
    "with": "{% with w=r.name %}{{ w }}{% endwith %}",
    "an include": "{% include 'part' %}",
    "a tag": "{% shout r %}",
    "firstof": "{% firstof a r %}",
    "an opaque block": "{% filter upper %}{{ r }}{% endfilter %}",
    "a comparison in an opaque block": "{% filter upper %}{% if r.count > 1 %}x{% endif %}{% endfilter %}",
}


@pytest.mark.parametrize("source", LAZY.values(), ids=LAZY)
def test_a_render_on_the_loop_says_that_it_needs_a_thread(source: str) -> None:
    """Also where Django would take the exception for "false"."""
    live = Live({"main": "{{ b }}" + source, "part": "{{ r }}"}, {"r": LazyRows(), "a": "", "b": 1})

    async def on_the_loop() -> None:
        live.render()

    live.render()
    live.values["b"] = 2
    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(on_the_loop())
    live.render()
    assert live.pages[-1] == django_html(live.template, live.values)


BASE = "{% block x %}{% endblock %}"
PLACES = [
    ({"main": "one\n{{ a }}\n<p>{{ t.name }}</p>"}, "main", 3, "t.name"),
    ({"main": "\n\n{% if a %}\n{{ t }}{% endif %}"}, "main", 4, "t"),
    ({"main": "\n{% for x in rows %}\n\n{{ t }}{% endfor %}"}, "main", 4, "t"),
    ({"main": "\n{% include 'part' %}", "part": "\n\n\n{{ t }}"}, "part", 4, "t"),
    ({"main": "{% extends 'base' %}\n{% block x %}\n{{ t }}{% endblock %}", "base": BASE}, "main", 3, "t"),
    ({"main": "{% extends 'base' %}", "base": "\n{% block x %}{{ t }}{% endblock %}"}, "base", 2, "t"),
    ({"main": "\n{% shout t %}"}, "main", 2, "shout t"),
    ({"main": "\n{% filter upper %}\n{{ t }}{% endfilter %}"}, "main", 3, "t"),
    ({"main": "\n{% with w=t.name %}{{ w }}{% endwith %}"}, "main", 2, "with w=t.name"),
    ({"main": "\n{% if t.name == 1 %}{% endif %}\n{% if t.name %}{% endif %}"}, "main", 3, "if t.name"),
    ({"main": "\n\n{% url t.name %}"}, "main", 3, "url t.name"),
]  # fmt: skip


@pytest.mark.parametrize(("sources", "name", "line", "during"), PLACES)
def test_an_error_names_template_and_line_under_debug(
    sources: Any, name: str, line: int, during: str
) -> None:
    live = Live(sources, {"a": 1, "t": Trouble(calm=False), "rows": [1]}, debug=True)
    with pytest.raises(RuntimeError) as caught:
        live.render()
    debug = caught.value.template_debug  # type: ignore[attr-defined]
    assert (debug["name"], debug["line"]) == (name, line)
    assert during in debug["during"]


@pytest.mark.parametrize(("sources", "name", "line", "during"), PLACES)
def test_an_error_carries_a_note_for_the_log(sources: Any, name: str, line: int, during: str) -> None:
    live = Live(sources, {"a": 1, "t": Trouble(calm=False), "rows": [1]})
    with pytest.raises(RuntimeError) as caught:
        live.render()
    (note,) = caught.value.__notes__
    if "filter upper" in sources["main"]:  # Django's, with all in it
        line, during = 2, "filter upper"
    assert note == f"In template {name}, line {line}: {during}"


@pytest.mark.parametrize(("sources", "name", "line", "during"), PLACES)
def test_the_place_of_an_error_is_django_s_own(sources: Any, name: str, line: int, during: str) -> None:
    template = load(sources, debug=True)
    with pytest.raises(RuntimeError) as caught:
        template.render(Context({"a": 1, "t": Trouble(calm=False), "rows": [1]}))
    debug = caught.value.template_debug  # type: ignore[attr-defined]
    assert (debug["name"], debug["line"]) == (name, line)


def test_a_syntax_error_is_django_s() -> None:
    with pytest.raises(TemplateSyntaxError):
        Live("{% if %}")


SHOTS: list[str] = []


@pytest.fixture(autouse=True)
def canary() -> Iterator[list[str]]:
    """`canary()` is there for any code that should not be: it is a builtin while these tests run."""
    SHOTS.clear()
    builtins.canary = lambda *_: SHOTS.append("executed") or ""  # type: ignore[attr-defined]
    yield SHOTS
    del builtins.canary  # type: ignore[attr-defined]


PAYLOADS = [
    '"+canary()+"', "'+canary()+'", '"""+canary()+"""', "'''+canary()+'''", "{canary()}", "{0}", "%(x)s",
    "\\", '\\"', "\\'", "\\\\\" + canary() + \"", "\n canary()\n", "\r\ncanary()", "#\ncanary()",
    "\\x22+canary()+\\x22", "\\N{DIGIT ONE}", "\u2028canary()\u2028", "\x0ccanary()", "\x00", "\x1a",
    "${canary()}", "\\u0022+canary()+\\u0022", "`canary()`", "'); canary(); ('", '"); canary(); ("',
    "),canary(),(", "]);canary();([", "\x85canary()", "\ufeff", "\\\n", "é\u0301",
]  # fmt: skip
each_payload = pytest.mark.parametrize("payload", PAYLOADS)
each_literal = pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if "\n" not in payload])


def quoted(payload: str) -> str:
    """The payload as a string literal of a template; the lexer ends tags at the line's end."""
    return '"' + payload.replace("\\", "\\\\").replace('"', '\\"') + '"'


def check_harmless(source: str | dict[str, str], **values: Any) -> None:
    live = Live(source)
    live.show(**values)
    live.show(**values, more=1)
    assert not SHOTS


@each_payload
def test_hostile_text_is_text(payload: str) -> None:
    check_harmless(f"<p>{payload}</p>{{{{ a }}}}{payload}{{% if a %}}{payload}{{{{ a }}}}{{% endif %}}", a=1)


@each_literal
def test_hostile_literals_are_text(payload: str) -> None:
    literal = quoted(payload)
    check_harmless(
        "{{ %s }}{{ a|default:%s }}{%% if a == %s %%}x{%% endif %%}" % (literal, literal, literal), a=""
    )


@each_literal
def test_hostile_literals_in_tags_are_text(payload: str) -> None:
    literal = quoted(payload)
    source = "{%% with w=%s %%}{{ w }}{%% endwith %%}{%% firstof a %s %%}{%% cycle %s %s %%}" % (
        (literal,) * 4
    )
    check_harmless(source, a="")


@each_payload
def test_hostile_values_are_text(payload: str) -> None:
    check_harmless(
        "{{ a }}{{ d.x }}{% for x in l %}{{ x }}{% endfor %}", a=payload, d={"x": payload}, l=[payload]
    )


@pytest.mark.parametrize("payload", [text for text in PAYLOADS if not set("\n\r\"'\\") & set(text)])
def test_hostile_template_names_are_names(payload: str) -> None:
    sources = {
        "main": f'{{% extends "{payload}" %}}{{% block b %}}{{% include "i{payload}" %}}{{% endblock %}}'
    }
    check_harmless(
        sources | {payload: "{{ a }}{% block b %}{% endblock %}", f"i{payload}": "<b>{{ a }}</b>"}, a=1
    )


@pytest.mark.parametrize(
    "payload", [text for text in PAYLOADS if text.split() == [text] and text[-1] not in "\"'"]
)
def test_hostile_block_names_are_names(payload: str) -> None:
    base = f"{{% block {payload} %}}{{{{ a }}}}{{% endblock %}}"
    inside = "{{ block.super }}{{ block.name }}"
    main = f'{{% extends "base" %}}{{% block {payload} %}}{inside}{{% endblock %}}'
    check_harmless({"main": main, "base": base}, a=1)


WORDS = [
    "class", "import", "lambda", "None1", "self", "context", "rt", "memory", "state", "str", "len", "hash",
    "print", "exec", "eval", "escape", "get", "follow", "changed", "node", "block", "out", "append",
    "range", "True1", "async", "await", "e", "ℌ", "ｘ", "ª", "x１", "ﬁ", "i", "forloop", "value", "values",
    "args", "globals", "locals", "open", "type", "parent", "journal", "cells", "Digest", "MISSING",
    "UNCHANGED", "x", "d", "s", "k", "t", "v", "v0", "p0", "n1", "d0", "result",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_any_name_is_only_a_name(word: str) -> None:
    """Keywords, builtins, and what generated code may call its own."""
    source = (
        "{{ W }}{{ W.W }}{{ o.W }}{% if W %}{{ W }}{% endif %}{% with W=a %}{{ W }}{% endwith %}"
        "{% for W in l %}{{ W }}{{ forloop.counter }}{% endfor %}{{ W }}"
        "{% for W, a in pairs %}{{ W }}{{ a }}{% endfor %}{% shout a as W %}{{ W }}"
    )
    if word in ("self", "context"):  # Django itself fails on {% with %} of these
        source = source.replace("{% with W=a %}{{ W }}{% endwith %}", "")
    live = Live(source.replace("W", word))
    given = {"a": 1, "o": {word: "inner"}, "l": ["x", "y"], "pairs": [(1, 2)], word: {word: "deep"}}
    live.show(**given)
    live.show(**given | {"a": 2, "l": ["y"]})
    live.show(**{name: value for name, value in given.items() if name != word} | {"a": 3})


hostile = st.text(alphabet="\"'\\{}%#()\n\rab\u2028\x00,;= \t$`é\x85", max_size=20)


@settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(text=hostile, literal=hostile, value=hostile)
def test_no_text_breaks_out(text: str, literal: str, value: str) -> None:
    assume("\n" not in literal and "\r" not in literal)
    literal = '"' + literal.replace("\\", "\\\\").replace('"', '\\"') + '"'
    source = "%s{{ %s|default:a }}%s{%% if a == %s %%}%s{%% endif %%}{{ a }}%s" % (
        text,
        literal,
        text,
        literal,
        text,
        text,
    )
    try:
        live = Live(source)
    except TemplateSyntaxError:
        assume(False)
    live.show(a=value)
    live.show(a=value + "x")
