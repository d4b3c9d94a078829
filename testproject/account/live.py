"""The visitor's own page: only for those who have logged in."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin

from django_phoenix.live_view import LiveView, event


class AccountLive(LoginRequiredMixin, LiveView):
    template_name = "account/account.html"

    class Assigns:
        page_title: str = "Your account"
        waves: int = 0

    @event
    async def wave(self) -> None:
        self.assigns.waves += 1
