"""The pictures themselves: nothing in one may act as a page of this site."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from testproject.photos import album


def picture(request: HttpRequest, key: str) -> HttpResponse:
    if not album.storage.exists(key):
        raise Http404
    with album.storage.open(key) as file:
        data = file.read()
    return HttpResponse(
        data,
        content_type=album.kind_of(data),
        headers={
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
