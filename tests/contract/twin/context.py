"""What every page of the twin is given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shop(request: HttpRequest) -> dict[str, Any]:
    name = {"shop_name": "Twin"}
    name["shop_town"] = "Gemini"
    return {**name, "opening_hours": "9 to 5"}
