"""Partials of Django 6: compiled where they are shown, and as templates of their own."""

from __future__ import annotations

import django
import pytest

from tests.rendering.harness import Live, compile_template, load

pytestmark = pytest.mark.skipif(django.VERSION < (6, 0), reason="Django has partials since 6.0")

CARD = "{% partialdef card %}<b>{{ a }}{% if b %}{{ b }}{% endif %}</b>{% endpartialdef %}"


def test_a_partial_is_compiled_where_it_is_shown() -> None:
    live = Live(f"{CARD}{{% partial card %}}-{{% partial card %}}")
    live.show(a=1, b="")
    assert list(live.compiled.opaque_parts) == []
    assert live.show(a=1, b="x")["0"] == {"1": {"0": "x", "s": ["", ""]}}


def test_an_inline_partial_is_part_of_what_is_around_it() -> None:
    live = Live("{% partialdef card inline %}<b>{{ a }}</b>{% endpartialdef %}{% partial card %}")
    live.show(a=1)
    assert live.show(a=2) == {"0": "2", "1": {"0": "2"}}


def test_a_partial_sees_the_names_around_it_and_writes_among_them() -> None:
    source = (
        "{% partialdef p %}{{ x }}{% set y x %}{% cycle 'a' 'b' %}{% endpartialdef %}"
        "{% for x in l %}{% partial p %}{{ y }}{% endfor %}{% partial p %}{{ y }}"
    )
    live = Live(source)
    live.show(l=[1, 2], x=9)
    live.show(l=[1, 3, 2], x=8)


def test_a_partial_may_show_itself() -> None:
    source = (
        "{% partialdef tree %}<li>{{ node.name }}{% for node in node.children %}{% partial tree %}"
        "{% endfor %}</li>{% endpartialdef %}{% partial tree %}"
    )
    live = Live(source)
    leaf = {"name": "leaf", "children": []}
    live.show(node={"name": "root", "children": [leaf, leaf]})
    live.show(node={"name": "root", "children": [{"name": "branch", "children": [leaf]}]})


def test_partials_that_show_others_twice_do_not_blow_up() -> None:
    defs = "".join(
        f"{{% partialdef p{n} %}}{{% if a %}}{{% partial p{n + 1} %}}{{% else %}}{{% partial p{n + 1} %}}"
        "{% endif %}{% endpartialdef %}"
        for n in range(25)
    )
    live = Live(f"{defs}{{% partialdef p25 %}}{{{{ a }}}}{{% endpartialdef %}}{{% partial p0 %}}")
    live.show(a=1)
    live.show(a=2)


def test_a_partial_of_another_template_is_included_in_pieces() -> None:
    live = Live({"main": "{% include 'cards#card' %}", "cards": CARD})
    live.show(a=1, b=2)
    assert live.show(a=1, b=3) == {"0": {"1": {"0": "3"}}}


def test_a_partial_is_a_template_of_its_own() -> None:
    engine = load({"main": "", "cards": f"\n{CARD}"}).engine
    live = Live(engine.get_template("cards#card"))
    live.show(a=1, b=2)
    assert live.show(a=2, b=2) == {"0": "2"}
    assert compile_template(engine.get_template("cards#card")) is live.compiled


def test_blocks_in_a_partial_are_not_overridden() -> None:
    base = "{% partialdef p %}<i>{% block x %}base{% endblock %}</i>{% endpartialdef %}{% partial p %}"
    live = Live({"main": "{% extends 'base' %}{% block x %}child{% endblock %}", "base": base})
    live.show()
    assert live.pages[-1] == "<i>base</i>"


def test_an_unknown_partial_is_an_error_only_where_it_is_shown() -> None:
    live = Live("{% if a %}{% partial nowhere %}{% endif %}")
    live.show(a=False)
    with pytest.raises(django.template.TemplateSyntaxError, match="nowhere"):
        live.show(a=True)
