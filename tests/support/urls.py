"""Pages of the unit and integration tests."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

urlpatterns = [
    path("hello/", lambda request: HttpResponse("hello")),
]
