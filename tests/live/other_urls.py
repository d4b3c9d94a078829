from __future__ import annotations

from django.urls import path

from tests.support.live_site.views import PlaceLive

urlpatterns = [
    path("elsewhere/", PlaceLive.as_view(), name="place-elsewhere"),
    path("there/", PlaceLive.as_view(), name="there"),
]
