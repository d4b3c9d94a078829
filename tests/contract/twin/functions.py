"""The twin's function components."""

from __future__ import annotations

from typing import Any, Literal

from django_phoenix.component import Rest, Slot, component


@component("twin.price", template_file="twin/components/price.html")
def price(amount: int, currency: Literal["EUR", "USD"] = "EUR", *, rest: Rest) -> dict[str, Any]:
    return {"sign": {"EUR": "€", "USD": "$"}[currency]}


@component("twin.panel", template_file="twin/components/panel.html")
def panel(title: str, *, body: Slot, footer: Slot | None = None) -> None:
    pass
