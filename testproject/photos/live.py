"""Pictures: chosen or dropped, seen before they are sent, sent over the page's socket, kept in a storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from django_phoenix.live_view import LiveView, event
from django_phoenix.uploads import UploadEntry
from testproject.photos import album
from testproject.photos.album import Picture


class PhotosLive(LiveView):
    template_name = "photos/photos.html"

    class Assigns:
        page_title: str = "Pictures"
        pictures: list[Picture] = []  # noqa: RUF012  (each view gets its own)
        refused: list[str] = []  # noqa: RUF012

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.allow_upload(
            "pictures",
            accept=".png,.jpg,.gif,.webp",
            max_entries=4,
            max_file_size=5 * 1024 * 1024,
            validator=self.check,
        )

    def check(self, entry: UploadEntry) -> None:
        if not entry.client_size:
            raise ValidationError("This file is empty.", code="empty")

    @event
    async def choose(self) -> None:
        self.assigns.refused = []

    @event
    def keep(self) -> None:
        for name, picture in self.consume_uploaded_entries("pictures", self.keep_one):
            if picture is None:
                self.assigns.refused.append(name)
            else:
                self.assigns.pictures.insert(0, picture)

    def keep_one(self, file: Any, entry: UploadEntry) -> tuple[str, Picture | None]:
        return entry.client_name, album.keep(file)

    @event
    async def cancel(self, ref: str) -> None:
        self.cancel_upload("pictures", ref)
