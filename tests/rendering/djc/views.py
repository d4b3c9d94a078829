"""Components registered for one test, and a live template whose view keeps what they need."""

from __future__ import annotations

import json
from typing import Any

from django.template import Context, Engine, Template
from django.template.base import Node
from django_components import registry

from django_phoenix.rendering.assets import Assets, deliveries
from django_phoenix.rendering.diff import RenderState
from tests.rendering.harness import BUILTINS, Diff, Live
from tests.rendering.tags import register as test_tags


class Box(Node):
    """Renders what it holds, as any third-party tag does."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: Any) -> None:
        self.nodelist = nodelist

    def render(self, context: Any) -> Any:
        return f"[{self.nodelist.render(context)}]"


@test_tags.tag
def box(parser: Any, token: Any) -> Box:
    nodelist = parser.parse(("endbox",))
    parser.delete_first_token()
    return Box(nodelist)


COMPONENT_TAGS = "django_components.templatetags.component_tags"
engine = Engine(builtins=[*BUILTINS, COMPONENT_TAGS])


class View(Live):
    """As the harness's, in a view: ids stay, and needs are noted."""

    def __init__(
        self, source: str | Template, values: dict[str, Any] | None = None, id: str = "phx-1"
    ) -> None:
        super().__init__(engine.from_string(source) if isinstance(source, str) else source, values)
        self.assets = Assets(id)
        self.context.phoenix_assets = self.assets  # type: ignore[attr-defined]

    def show(self, /, **values: Any) -> Diff:
        """Without comparing: what django-components renders has random ids."""
        self.values.clear()
        self.values.update(values)
        return self.render()

    @property
    def page(self) -> str:
        return self.pages[-1]

    def news(self) -> dict[str, Any]:
        """What the page has to load now."""
        return deliveries[0].load(self.assets.take(), None) or {}

    def get(self) -> str:
        """The HTML of a GET of the same view."""
        context = Context(dict(self.values))
        context.phoenix_assets = Assets("phx-1")  # type: ignore[attr-defined]
        return str(self.compiled.html(context))


def weight(diff: Diff) -> int:
    return len(json.dumps(diff)) if diff else 0


__all__ = ["RenderState", "View", "registry", "weight"]
