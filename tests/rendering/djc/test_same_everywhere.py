"""The same components, the same HTML: in a live view as outside, whatever the state; silent at rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.template import Context, Template
from django_components import Component, registry
from django_components.app_settings import app_settings

from tests.rendering.djc.views import View, engine, weight

# What differs: ids, attributes that only scripts look for, and the slash of void elements.
IDS = re.compile(r'\s*data-djc-id-\w+(="")?|\bc[a-zA-Z0-9]{6}\b|\bc[0-9a-f]{8}_\d+\b')
SLASH = re.compile(r"\s*/>")


LOAD = "{% load component_tags %}"


class Given(Component):
    """Its names are its arguments."""

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {**kwargs, "first": args[0] if args else None}


class Card(Given):
    template = (
        LOAD
        + """<section>{{ title }}{{ first }}
      <div>{% slot "body" default %}nothing{% if title %} for {{ title }}{% endif %}{% endslot %}</div>
      <footer>{% slot "footer" note=title %}no footer{% endslot %}</footer></section>"""
    )


class Listing(Given):
    template = (
        LOAD
        + """<ul>{% for row in rows %}<li>{{ forloop.counter }}
      {% slot "row" row=row n=forloop.counter0 %}{{ row }}{% endslot %}</li>
      {% empty %}<li>none</li>{% endfor %}</ul>"""
    )


class Outer(Given):
    template = (
        LOAD
        + """{% component "card" title=title %}{% fill "body" %}
      {% slot "inner" default %}own {{ title }}{% endslot %}{% endfill %}{% endcomponent %}{{ title }}"""
    )


class Provider(Given):
    template = (
        LOAD + """{% provide "theme" color=title %}<b>{% slot "body" default / %}</b>{% endprovide %}"""
    )


class Consumer(Component):
    template = LOAD + "<i>{{ color }}</i>"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        theme = self.inject("theme", "none")
        return {"color": getattr(theme, "color", theme)}


class Identified(Given):
    template = LOAD + "<p id='{{ me }}'><input aria-describedby='{{ me }}-x'>{{ n }}</p>"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {**kwargs, "me": self.id}


class Typed(Component):
    template = LOAD + "<u>{{ size }}{{ n }}</u>"

    class Kwargs(NamedTuple):
        n: int
        size: str = "small"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return kwargs._asdict()


class Pure(Given):
    template = LOAD + "<em>{{ n }}{% slot 'body' default / %}</em>"
    live_pure = True


class Tree(Given):
    template = (
        LOAD + "<ol><li>{{ depth }}{% if depth %}{% component 'tree' depth=less / %}{% endif %}</li></ol>"
    )

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        depth = kwargs.get("depth", 0)
        return {"depth": depth, "less": depth - 1}


class Finished(Given):
    template = LOAD + "<s>{{ n }}</s>"

    def on_render_after(self, context: Any, template: Any, result: Any, error: Any) -> Any:
        return f"<!--{self.raw_kwargs['n']}-->{result}"


class Hooked(Given):
    template = LOAD + "<s>{{ n }}</s>"

    def on_render_before(self, context: Any, template: Any) -> None:
        context["n"] = f"before {context['n']}"


COMPONENTS = {
    "card": Card, "listing": Listing, "outer": Outer, "provider": Provider, "consumer": Consumer,
    "identified": Identified, "typed": Typed, "pure": Pure, "tree": Tree, "finished": Finished,
    "hooked": Hooked,
}  # fmt: skip

# One page a line.
PAGES = Path(__file__).with_name("pages.txt").read_text().splitlines()

STATES: list[dict[str, Any]] = [
    {"a": "A", "b": "B", "n": 1, "rows": ["x", "y"], "slot": "body", "kind": "card", "more": {"title": "M"}},
    {"a": "A", "b": "<b>", "n": 1, "rows": ["x", "z", "y"], "slot": "body", "kind": "card", "more": {}},
    {"a": "", "b": "B", "n": 0, "rows": [], "slot": "footer", "kind": "pure", "more": {"title": 7}},
    {"a": "A", "b": "B", "n": 2, "rows": ["y"], "slot": "footer", "kind": "tree", "depth": 1, "more": {}},
]
for state in STATES:
    state["html"] = "<b>1 & 2</b>" if state["n"] else "plain"


@pytest.fixture(autouse=True)
def components() -> Iterator[None]:
    for name, cls in COMPONENTS.items():
        registry.register(name, cls)
    yield
    for name in COMPONENTS:
        registry.unregister(name)


@pytest.fixture(autouse=True, params=["django", "isolated"])
def behavior(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app_settings._settings
    assert settings is not None
    monkeypatch.setattr(app_settings, "_settings", settings._replace(context_behavior=request.param))


def alike(html: str) -> str:
    return re.sub(r"\s+", " ", SLASH.sub(">", IDS.sub("", html)))


def outside(template: Template, state: dict[str, Any]) -> str:
    return str(template.render(Context(dict(state, DJC_DEPS_STRATEGY="simple"))))


@pytest.mark.parametrize("source", PAGES, ids=range(len(PAGES)))
def test_a_page_is_the_same_in_a_live_view_through_all_states_and_silent_at_rest(source: str) -> None:
    template = engine.from_string(source)
    view = View(source)
    for state in [*STATES, STATES[0]]:
        expected = outside(template, state)
        view.show(**state)
        assert alike(view.page) == alike(expected)
        if view.assets.count < 40:
            fresh = View(source, dict(state))
            fresh.render()
            assert fresh.get() == fresh.page
    assert sum(weight(view.show(**STATES[0])) for _ in range(3)) == 0


def test_all_of_it_rendered_a_hundred_times_sends_nothing() -> None:
    """Every page above on one."""
    view = View("".join(PAGES))
    view.show(**STATES[0])
    assert [weight(view.show(**STATES[0])) for _ in range(100)] == [0] * 100
