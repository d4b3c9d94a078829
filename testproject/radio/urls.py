"""The radio's pages and sounds."""

from __future__ import annotations

from django.urls import path

from testproject.radio import views
from testproject.radio.live import RadioLive, StationLive

urlpatterns = [
    path("", RadioLive.as_view(), name="radio"),
    path("<slug:slug>.wav", views.loop, name="loop"),
    path("<slug:slug>/", StationLive.as_view(), name="station"),
]
