"""Handlers from outside: how components, streams and other parts that render themselves come into a tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Context
from django.template.base import Node

from django_phoenix.rendering.html import flatten
from django_phoenix.rendering.nodes import handler_for, handlers, register_node_handler
from django_phoenix.rendering.parts import Hosted
from django_phoenix.rendering.rendered import UNCHANGED, ComponentRef
from tests.rendering.harness import Live, load


class PartNode(Node):
    """Stands for a tag of ours."""

    def render(self, context: Context) -> str:
        return "by Django"


class SameNode(PartNode):
    """Changes nothing of it."""


class OtherNode(PartNode):
    def render(self, context: Context) -> str:
        return "otherwise"


class Counted:
    """A part with a memory of its own."""

    def full(self, rt: Any) -> tuple[Any, Any]:
        return ComponentRef(1), 1

    def diff(self, rt: Any, memory: Any) -> tuple[Any, Any]:
        return (UNCHANGED, memory) if memory == 3 else (ComponentRef(memory + 1), memory + 1)


def part_handler(c: Any, content: Any, scope: Any, node: Any) -> None:
    content.items.append(Hosted(c.constant(Counted()), lambda fn: "", culprit=c.culprit(node)))


@pytest.fixture
def live() -> Iterator[Live]:
    register_node_handler(PartNode, part_handler)
    template = load("<p>{{ a }}</p>")
    template.nodelist.append(PartNode())
    yield Live(template, {"a": 1})
    del handlers[PartNode]


def test_a_handler_is_found_along_the_bases(live: Live) -> None:
    assert handler_for(SameNode) is part_handler


def test_a_class_that_renders_otherwise_is_unknown(live: Live) -> None:
    assert handler_for(OtherNode) is None


def test_a_part_may_be_a_component_that_is_kept_until_it_says_otherwise(live: Live) -> None:
    compiled, state = live.compiled, live.state
    render = compiled.render(live.context, state)
    assert render.diff["1"] == 1
    render.commit()
    for expected in ({"1": 2}, {"1": 3}, {}):
        render = compiled.render(live.context, state)
        assert render.diff == expected
        render.commit()


def test_a_failed_or_dropped_render_leaves_the_memory_of_a_part(live: Live) -> None:
    compiled, state = live.compiled, live.state
    compiled.render(live.context, state).commit()
    assert compiled.render(live.context, state).diff == {"1": 2}
    assert compiled.render(live.context, state).diff == {"1": 2}


def test_the_first_response_shows_the_components_tree(live: Live) -> None:
    program = live.compiled.compiled()
    shown = {"s": program.block, "0": "1", "1": ComponentRef(1)}
    inner = load("<b>{{ a }}</b>")
    component = {"s": Live(inner).compiled.compiled().block, "0": "x"}
    assert flatten(shown, {1: component}) == "<p>1</p><b>x</b>"
