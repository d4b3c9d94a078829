"""What is told of a template: its parts, what each reads, which are evaluated always, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django_phoenix.rendering.anatomy import BlockView, PartView, anatomy
from tests.rendering.harness import Live, compile_template, load


def parts(source: str | dict[str, str]) -> list[PartView]:
    return list(walk(anatomy(compile_template(load(source)).compiled())))


def walk(block: BlockView) -> Iterator[PartView]:
    for part in block.parts:
        yield part
        for inner in part.blocks:
            yield from walk(inner)


TOLD: list[tuple[str, str, list[str], str]] = [
    ("{{ a }}", "text", ["a"], ""),
    ("{{ a.b.c|default:d }}", "text", ["a.b.c", "d"], ""),
    ("{% url 'item' pk=a.id %}", "text", ["a.id"], ""),
    ("{{ a|random }}", "text", ["a"], "filter random"),
    ("{% if a.b and c|brackets %}x{% endif %}", "if", ["a.b", "c"], "filter brackets"),
    ("{% for x in a|dictsort:'id' %}{% endfor %}", "for", ["a"], ""),
    ("{% for x in a|key_by:'id' %}{% endfor %}", "for", ["a"], ""),
    ("{% with x=a.b %}{{ x }}{% endwith %}", "with", ["a.b"], ""),
    ("{% include 'part' with x=a.b only %}", "include", ["a.b"], ""),
    ("{% include a %}", "include", ["a"], ""),
    ("{% now 'Y' %}", "text", [], "a clock never stands still"),
    ("{% static a %}", "text", ["a"], "the storage of static files"),
    ("{% shout a %}", "text", ["a"], "shout() may answer differently"),
    ("{% ifchanged a %}x{% endifchanged %}", "opaque", [], "does not know IfChangedNode"),
    ("{% url 'home' as u %}", "effect", [], "it writes a name"),
]


@pytest.mark.parametrize(("source", "kind", "reads", "why"), TOLD, ids=[row[0] for row in TOLD])
def test_what_is_told_of_a_part(source: str, kind: str, reads: list[str], why: str) -> None:
    part = parts({"main": f"\n{source}", "part": "{{ x }}"})[0]
    assert (part.kind, part.reads, part.line) == (kind, reads, 2)
    assert why in part.why
    assert part.always is bool(why)
    assert part.source == source.partition("%}" if source.startswith("{%") else "}}")[0] + (
        "%}" if source.startswith("{%") else "}}"
    )


def test_names_bound_by_the_template_are_told_as_they_are_written() -> None:
    loop, *inside = parts(
        "{% for row in rows %}{{ row.name }}{% with w=row %}{{ w.x }}{% endwith %}{% endfor %}"
    )
    assert [part.reads for part in (loop, *inside)] == [["rows"], ["row.name"], ["row"], ["w.x"]]


def test_branches_and_clauses_are_labelled() -> None:
    found = parts(
        "{% if a %}1{% elif b %}{% elif c %}3{% else %}4{% endif %}"
        "{% for x in y %}{{ x }}{% empty %}-{% endfor %}"
    )
    assert [block.label for block in found[0].blocks] == ["if", "elif", "else"]
    assert [block.statics for block in found[0].blocks] == [["1"], ["3"], ["4"]]
    assert [block.label for block in found[1].blocks] == ["each", "empty"]


def test_what_templates_include_and_extend_is_shown_with_its_own_name() -> None:
    sources = {
        "main": '{% extends "base" %}{% block x %}{{ a }}{% include "part" %}{% endblock %}',
        "base": "<p>{{ title }}{% block x %}{% endblock %}</p>",
        "part": "{{ b }}{% include 'part' %}{% include 'none' %}",
    }
    found = parts(sources)
    assert [(part.template, part.source) for part in found if part.kind == "text"] == [
        ("base", "{{ title }}"),
        ("main", "{{ a }}"),
        ("part", "{{ b }}"),
    ]


def test_pieces_are_the_template_again() -> None:
    live = Live("<a>{{ a }}</a>{% set u a %}<b>{{ u }}</b>", {"a": 1})
    view = anatomy(live.compiled.compiled())
    shown: list[Any] = [piece if isinstance(piece, str) else piece.source for piece in view.pieces()]
    assert "".join(shown) == "<a>{{ a }}</a>{% set u a %}<b>{{ u }}</b>"
