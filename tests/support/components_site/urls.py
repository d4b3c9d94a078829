"""URLs of the components' site."""

from __future__ import annotations

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.http import HttpResponse
from django.urls import include, path

from tests.support.components_site import views

urlpatterns = [
    path("gauges/", views.GaugesLive.as_view()),
    path("gauges/other/", views.OtherLive.as_view(), name="other"),
    path("opaque/", views.OpaqueLive.as_view()),
    path("holders/", views.HoldersLive.as_view()),
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("", include("django_components.urls")),
    *staticfiles_urlpatterns(),
]
