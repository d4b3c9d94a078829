"""A URLconf with nothing in it."""

from __future__ import annotations

urlpatterns: list[object] = []
