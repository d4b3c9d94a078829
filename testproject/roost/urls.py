"""Roost's pages. Those behind the login are one live session: between them nothing is loaded anew."""

from __future__ import annotations

from django.urls import include, path

from django_phoenix.live_view import live_session
from testproject.roost import views
from testproject.roost.live.activity import ActivityLive
from testproject.roost.live.board import BoardLive
from testproject.roost.live.boards import BoardsLive
from testproject.roost.live.search import SearchLive
from testproject.roost.live.settings import BoardSettingsLive, ProfileLive

app_name = "roost"

members = [
    path("boards/", BoardsLive.as_view(), name="boards"),
    path("boards/new/", BoardsLive.as_view(live_action="new"), name="new-board"),
    path("boards/<int:board>/", BoardLive.as_view(), name="board"),
    path("boards/<int:board>/cards/<int:card>/", BoardLive.as_view(live_action="card"), name="card"),
    path("boards/<int:board>/settings/", BoardSettingsLive.as_view(), name="board-settings"),
    path("search/", SearchLive.as_view(), name="search"),
    path("activity/", ActivityLive.as_view(), name="activity"),
    path("settings/", ProfileLive.as_view(), name="settings"),
]

urlpatterns = [
    path("", include(live_session("roost", members))),
    path("files/<int:key>/", views.file, name="file"),
    path("people/<int:key>/picture/", views.picture, name="picture"),
]
