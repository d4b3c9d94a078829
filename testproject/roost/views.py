"""Files of people: only for those who may see them, and never as a page of this site."""

from __future__ import annotations

import mimetypes
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from testproject.roost.models import Attachment, Profile

PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def sent(file: Any, name: str, shown: bool) -> HttpResponseBase:
    """A picture is shown, any other file is saved."""
    kind = mimetypes.guess_type(name)[0] if shown else None
    if kind not in PICTURES:
        kind, shown = None, False
    response = FileResponse(
        file.open("rb"),
        as_attachment=not shown,
        filename=name,
        content_type=kind or "application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@login_required
def file(request: HttpRequest, key: int) -> HttpResponseBase:
    attachment = get_object_or_404(Attachment, pk=key, card__lane__board__members=request.user)
    return sent(attachment.file, attachment.name, attachment.picture)


@login_required
def picture(request: HttpRequest, key: int) -> HttpResponseBase:
    profile = get_object_or_404(Profile.objects.exclude(picture=""), user=key)
    return sent(profile.picture, profile.picture.name, True)
