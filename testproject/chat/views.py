"""The chat's page and its files: ordinary Django views; all else happens over the socket."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.generic import TemplateView, View

from testproject import visitors
from testproject.chat.models import Attachment
from testproject.chat.uploads import LARGEST

ROOMS = ("lobby", "kitchen", "workshop")


class RoomView(TemplateView):
    template_name = "chat/room.html"

    def get_context_data(self, *, room: str, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            page_title="Chat room",
            room=room,
            rooms=ROOMS if room in ROOMS else (*ROOMS, room),
            visitor=visitors.of_request(self.request),
            largest=LARGEST,
            **kwargs,
        )


class AttachmentView(View):
    """Pictures are shown, all else is a download; and nothing in it may act as a page of this site."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        attachment = get_object_or_404(Attachment, key=key)
        disposition = content_disposition_header(not attachment.is_picture, attachment.name)
        return HttpResponse(
            bytes(attachment.data),
            content_type=attachment.kind,
            headers={
                "Content-Disposition": disposition,
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, max-age=31536000, immutable",
            },
        )
