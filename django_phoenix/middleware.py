"""Middleware of the site's own pages: MIDDLEWARE in its settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from django_phoenix.live.flash_page import delete_cookie, hand_over, storage_of, take_carried


class FlashMiddleware(MiddlewareMixin):
    """What a live view put into its flash before it led to an ordinary page is among that page's messages.

    Below MessageMiddleware. Live pages need it not.
    """

    def process_request(self, request: HttpRequest) -> None:
        storage = storage_of(request)
        if storage is None or not is_page(request):
            return
        carried = take_carried(request)
        if carried is not None:
            hand_over(storage, carried)
            request.phoenix_carried = True  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if hasattr(request, "phoenix_carried"):
            delete_cookie(response)
            patch_vary_headers(response, ["Cookie"])  # no cache may show it to others
        return response


def is_page(request: HttpRequest) -> bool:
    """Whether the browser is to show the response: the picture beside a page must not take its flash."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode is not None:
        return mode == "navigate"
    return "text/html" in request.headers.get("Accept", "")
