"""The live region: one block of a page, as Django resolves it over the chain of templates."""

# A template stays on one line, as long as it may be.
# ruff: noqa: E501
from __future__ import annotations

from typing import Any

import pytest
from django.template import Context

from django_phoenix.exceptions import PhoenixError
from tests.rendering.harness import RenderState, compile_region, django_html, load
from tests.support.wire_grammar import WireTree

BASE = "<html><body>{{ a }}{% block head %}{{ t }}{% endblock %}<main>{% block content %}base {{ b }}{% endblock %}</main></body></html>"
CHAIN = {
    "base": BASE,
    "section": "{% extends 'base' %}{% block content %}<s>{% block inner %}{{ c }}{% endblock %}{{ block.super }}</s>{% endblock %}",
    "main": "{% extends 'section' %}{% block head %}{{ d }}{% endblock %}{% block inner %}<i>{{ e }}{{ block.super }}</i>{% endblock %}",
}
VALUES = {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E", "t": "T"}


def show(sources: Any, block: str | None, *values: dict[str, Any]) -> list[dict[str, Any]]:
    """The diffs of these contexts; each page is checked against what Django puts between the markers of the base."""
    template = load(sources)
    region = compile_region(template, block)
    state, tree, diffs = RenderState(), WireTree(), []
    for each in values:
        context = Context(each)
        context.template = template
        render = region.render(context, state)
        tree.merge(render.diff)
        render.commit()
        diffs.append(render.diff)
        page = django_html(template, each)
        inside = page.split("<main>")[-1].split("</main>")[0]
        assert tree.html() == inside == region.html(context)
    return diffs


def test_the_region_is_the_block_as_the_chain_resolves_it() -> None:
    show(CHAIN, "content", VALUES, VALUES | {"b": "2"}, VALUES | {"c": "3"}, VALUES | {"e": "4"})


def test_a_change_outside_the_region_is_no_diff() -> None:
    assert show(CHAIN, "content", VALUES, VALUES | {"a": 2, "d": 3})[-1] == {}


def test_a_change_under_block_super_is_fine_grained() -> None:
    (_, diff) = show(CHAIN, "content", VALUES, VALUES | {"b": "2"})
    assert len(str(diff)) < 50


def test_a_fragment_is_live_as_a_whole() -> None:
    show("<p>{{ a }}</p>", "content", {"a": 1}, {"a": 2})


def test_a_chain_of_fragments_is_live_as_a_whole() -> None:
    sources = {
        "frame": "<f>{{ a }}{% block body %}{% endblock %}</f>",
        "main": "{% extends 'frame' %}{% block body %}{{ b }}{% endblock %}",
    }
    show(sources, "content", {"a": 1, "b": 1}, {"a": 2, "b": 2})


def test_without_a_block_name_everything_is_live() -> None:
    show("<p>{{ a }}</p>", None, {"a": 1}, {"a": 2})


@pytest.mark.parametrize(
    "page",
    [
        "<html>{% block other %}{% endblock %}</html>",
        "<BODY class='x'>{% block other %}{% endblock %}</BODY>",
    ],
)
def test_a_page_without_the_block_is_refused_with_what_it_offers(page: str) -> None:
    with pytest.raises(PhoenixError) as caught:
        compile_region(load({"base": page, "main": "{% extends 'base' %}"}), "content")
    message = str(caught.value)
    assert "main" in message
    assert "base" in message
    assert "content" in message
    assert "other" in message


def test_a_page_of_its_own_is_refused() -> None:
    with pytest.raises(PhoenixError, match="main"):
        compile_region(load("<!doctype html><html><body>{{ a }}</body></html>"), "content")


def test_a_block_that_only_a_child_has_is_not_the_root_s() -> None:
    sources = {
        "base": "<html>{% block page %}{% endblock %}</html>",
        "main": "{% extends 'base' %}{% block page %}<main>{% block content %}{{ a }}{% endblock %}</main>{% endblock %}",
    }
    show(sources, "content", {"a": 1}, {"a": 2})
