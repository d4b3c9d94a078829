"""The twin's components, as django-components has them."""

from __future__ import annotations

from typing import Any, Literal

from django.template import Context
from django_components import Component, Slot, SlotInput, register


@register("twin_card")
class Card(Component):
    """Declares its arguments and its slots."""

    template_file = "twin/components/card.html"

    class Kwargs:
        title: str
        tone: Literal["soft", "loud"] = "soft"
        count: int = 0

    class Slots:
        actions: SlotInput
        footer: Slot | None = None
        default: Slot | None = None

    def get_template_data(self, args: Any, kwargs: Kwargs, slots: Any, context: Context) -> dict[str, Any]:
        return {"title": kwargs.title, "tone": kwargs.tone, "count": kwargs.count}


@register("twin_badge")
class Badge(Component):
    """Declares nothing: any argument will do. Its slots are in its template."""

    template = """
        <span class="badge">{% slot "label" / %}</span>
    """

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Context) -> dict[str, Any]:
        return {"tone": kwargs.get("tone")}


@register("twin_pair")
class Pair(Component):
    """Takes arguments by position."""

    template = """
        <b>{{ left }}</b>
    """

    class Args:
        left: str
        right: int

    def get_template_data(self, args: Args, kwargs: Any, slots: Any, context: Context) -> dict[str, Any]:
        return {"left": args.left, "right": args.right}


@register("twin_bare")
class Bare(Component):
    """Has no slots at all."""

    template = """
        <hr>
    """
