"""What of a component goes over the wire: as little as of the page around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django_components import Component

from .pages import BEHAVIOURS, Page, registered

BEFORE: dict[str, Any] = {
    "n": 1,
    "m": 1,
    "show": True,
    "rows": [{"id": 1, "t": "a"}, {"id": 2, "t": "b"}],
    "name": "foot",
}
BEFORE["names"] = ["body", "foot"]


class Card(Component):
    template = (
        "{% load component_tags %}<div><h1>{{ title }}</h1>{% slot 'body' default %}none{% endslot %}"
        "<p>{% slot 'foot' size=5 %}foot {{ title }}{% endslot %}</p></div>"
    )

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"title": kwargs.get("title", "-")}


class Panel(Component):
    """Hands a slot on to the component in it."""

    template = (
        "{% load component_tags %}{% component 'card' title=title %}{% fill 'body' %}"
        "<b>{% slot 'inner' default / %}</b>{% endfill %}{% endcomponent %}"
    )

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"title": kwargs.get("title", "-")}


class Each(Component):
    template = (
        "{% load component_tags %}"
        "{% for row in rows %}<li>{% slot 'row' row=row default / %}</li>{% endfor %}"
    )

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"rows": kwargs["rows"]}


class Wrapped(Component):
    """Its own method writes it, and hands the template's output on."""

    template = "{% load component_tags %}<i>{% slot 'body' default / %}</i>"

    def on_render(self, context: Any, template: Any) -> Any:
        html, _ = yield lambda: template.render(context)
        return html


class Edited(Wrapped):
    def on_render_after(self, context: Any, template: Any, result: Any, error: Any) -> Any:
        return f"{result}!"


@pytest.fixture(params=BEHAVIOURS, autouse=True)
def components(request: pytest.FixtureRequest) -> Iterator[None]:
    found = {
        "card": Card, "panel": Panel, "each": Each, "wrapped": Wrapped, "edited": Edited,
    }  # fmt: skip
    with registered(found, request.param):
        yield


@pytest.mark.parametrize(
    ("source", "change", "diff"),
    [
        ("{% component 'card' title=n / %}", {"n": 2}, {"0": {"0": "2", "2": {"0": "2"}}}),
        ("{% component 'card' title=n %}x{% endcomponent %}", {"m": 2}, {}),
        ("{% component 'card' %}{{ n }}{{ m }}{% endcomponent %}", {"n": 2}, {"0": {"1": {"0": "2"}}}),
        (
            "{% component 'card' %}{% fill 'body' %}{{ n }}{% endfill %}{% fill 'foot' %}{{ m }}{% endfill %}"
            "{% endcomponent %}",
            {"m": 2},
            {"0": {"2": {"0": "2"}}},
        ),
        (
            "{% component 'card' title=n %}{% fill 'foot' data='d' fallback='f' %}{{ d.size }}{{ f }}{{ m }}"
            "{% endfill %}{% endcomponent %}",
            {"n": 2},
            {"0": {"0": "2", "2": {"1": {"0": "2"}}}},
        ),
        (
            "{% component 'card' %}{% if show %}{% fill 'body' %}{{ n }}{% endfill %}{% endif %}"
            "{% fill name %}{{ m }}{% endfill %}{% endcomponent %}",
            {"n": 2},
            {"0": {"1": {"0": "2"}}},
        ),
        (
            "{% component 'card' %}{% for slot in names %}{% fill slot %}{{ slot }}{{ n }}{% endfill %}"
            "{% endfor %}{% endcomponent %}",
            {"n": 2},
            {"0": {"1": {"1": "2"}, "2": {"1": "2"}}},
        ),
        (
            "{% component 'panel' title=m %}{{ n }}{% endcomponent %}",
            {"n": 2},
            {"0": {"0": {"1": {"0": {"0": "2"}}}}},
        ),
        (
            "{% for row in rows %}{% component 'card' %}{{ row.t }}{{ n }}{% endcomponent %}{% endfor %}",
            {"rows": [{"id": 1, "t": "a"}, {"id": 2, "t": "c"}]},
            {"0": {"k": {"1": {"0": {"1": {"0": "c"}}}, "kc": 2}}},
        ),
        (
            "{% for row in rows %}{% component 'card' title=row.id / %}{% endfor %}",
            {"rows": [{"id": 2, "t": "b"}, {"id": 1, "t": "a"}]},
            {"0": {"k": {"0": 1, "1": 0, "km": True, "kc": 2}}},
        ),
        (
            "{% component 'each' rows=rows %}{% fill 'row' data='d' %}{{ d.row.t }}{{ n }}{% endfill %}"
            "{% endcomponent %}",
            {"rows": [{"id": 1, "t": "a"}, {"id": 2, "t": "c"}]},
            {"0": {"0": {"k": {"1": {"0": {"0": "c"}}, "kc": 2}}}},
        ),
        (
            "{% component 'dynamic' is='card' title=m %}{{ n }}{% endcomponent %}",
            {"n": 2},
            {"0": {"1": {"0": "2"}}},
        ),
        (
            "{% provide 'gift' k=m %}{% component 'card' %}{{ n }}{% endcomponent %}{% endprovide %}",
            {"n": 2},
            {"0": {"0": {"1": {"0": "2"}}}},
        ),
        (
            "{% component 'wrapped' %}<u>{{ m }}</u>{{ n }}{% endcomponent %}",
            {"n": 2},
            {"0": {"0": {"1": "2"}}},
        ),
        (
            "{% component 'error_fallback' fallback='bad' %}{{ n }}{{ m }}{% endcomponent %}",
            {"n": 2},
            {"0": {"0": {"0": {"0": "2"}}}},
        ),
        ("{% component 'edited' %}{{ m }}{{ n }}{% endcomponent %}", {"n": 2}, {"0": "<i>12</i>!"}),
    ],
)
def test_only_what_is_new_is_sent(source: str, change: dict[str, Any], diff: Any) -> None:
    page = Page(source)
    page.show(**BEFORE)
    assert page.show(**{**BEFORE, **change}) == diff
    assert page.show(**{**BEFORE, **change}) == {}
    page.show(**BEFORE)
