"""What the players fetch."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from testproject.radio.stations import BY_SLUG, sound


def loop(request: HttpRequest, slug: str) -> HttpResponse:
    """The sound of a station."""
    if slug not in BY_SLUG:
        raise Http404("No such station.")
    return HttpResponse(
        sound(slug), content_type="audio/wav", headers={"Cache-Control": "public, max-age=86400"}
    )
