"""Views whose templates can fail in their own ways: one page for each."""

from __future__ import annotations

from typing import Any

from django.urls import path

from django_phoenix.live_view import LiveView, event


class Faulty(LiveView):
    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.assigns.count = 0
        self.assigns.broken = "get" in params

    @event
    def break_it(self) -> None:
        self.assigns.broken = True

    @event
    def inc(self) -> None:
        self.assigns.count += 1


def page(name: str) -> Any:
    return path(f"{name}/", Faulty.as_view(template_name=f"site/faulty_{name}.html"))


urlpatterns = [page("tag"), page("recursion"), page("missing"), page("include")]
