from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest, **captures: object) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("home/", nothing, name="home"),
    path("item/<str:pk>/", nothing, name="item"),
]
