"""The chat's page: an ordinary Django view; all else happens over the socket."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

ROOMS = ("lobby", "kitchen", "workshop")


class RoomView(TemplateView):
    template_name = "chat/room.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title="Chat room", rooms=ROOMS, **kwargs)
