"""URLs of the twin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.contract.twin import live


def plain(request: HttpRequest, **captured: object) -> HttpResponse:
    return HttpResponse("plain")


admin_patterns = [
    path("", plain, name="index"),
    path("item/<int:pk>/", plain, name="item"),
]
urlpatterns = [
    path("", live.CounterLive.as_view(), name="counter"),
    path("open/", live.OpenLive.as_view(), name="open"),
    path("form/", live.FormLive.as_view(), name="form"),
    path("shop/", live.ShopLive.as_view(), name="shop"),
    path("shop/<int:pk>/", live.ShopLive.as_view(), name="item"),
    path("offer/", live.DerivedShopLive.as_view(), name="offer"),
    path("catalogue/", live.CatalogueLive.as_view(), name="catalogue"),
    path("streams/", live.StreamsLive.as_view(), name="streams"),
    path("links/", live.LinksLive.as_view(), name="links"),
    path("links/<slug:section>/<int:page>/", live.LinksLive.as_view(), name="section"),
    path("markup/", live.MarkupLive.as_view(), name="markup"),
    path("labels/", live.LabelsLive.as_view(), name="labels"),
    path("parts/", live.PartsLive.as_view(), name="parts"),
    path("board/", live.BoardLive.as_view(), name="board"),
    path("plain/", plain, name="plain"),
    path("manage/", include((admin_patterns, "manage"))),
]
