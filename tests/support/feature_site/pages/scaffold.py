"""The plainest page: shows that the site itself works."""

from __future__ import annotations

from django.urls import path

from django_phoenix.live_view import LiveView, event


class TallyLive(LiveView):
    layout = "base.html"
    template = '<h1>Tally</h1><button id="add" phx-click="add">{{ count }}</button>'

    class Assigns:
        count: int = 0

    @event
    def add(self) -> None:
        self.assigns.count += 1


urlpatterns = [path("", TallyLive.as_view(), name="tally")]
