"""Components with scripts and styles of their own."""

from __future__ import annotations

from typing import Any

from django_components import Component, register

# Tells the page who was called, with what, and for which elements.
SCRIPT = """
$onComponent((data, {id, name, els}) => {
  window.calls = [...(window.calls ?? []), `${name.replace(/_.*/, "")} ${data.unit} ${els[0].dataset.name}`]
})
"""
STYLE = "[data-kind] { color: rgb(1, 2, 3); outline-color: var(--tint) }"


class Measuring(Component):
    """What the two have in common."""

    js = SCRIPT
    css = STYLE

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return dict(kwargs)

    def get_js_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return {"unit": kwargs.get("unit", "kg")}

    def get_css_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return {"tint": f"rgb({kwargs.get('value', 0)}, 0, 0)"}


@register("gauge")
class Gauge(Measuring):
    """Compiled: its root element stands in its template."""

    template = """{% load component_tags %}
    <p data-kind="gauge" data-name="{{ name }}">
      {{ name }}: <b>{{ value }}</b> {% slot "note" default %}{% endslot %}
    </p>"""


@register("panel")
class Panel(Measuring):
    """Opaque: its root element comes out of a slot."""

    template = """{% load component_tags %}{% slot "body" default %}
    <p data-kind="panel" data-name="{{ name }}">{{ name }} {{ value }}</p>{% endslot %}"""
