"""URLs: one page per demo, the account pages, and the benchmark's pages when asked for."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from testproject.account.live import AccountLive
from testproject.board.views import BoardView
from testproject.cards.live import CardsLive
from testproject.chart.live import ChartLive
from testproject.chat.views import AttachmentView, RoomView
from testproject.counter.live import CounterLive
from testproject.gallery.live import GalleryLive
from testproject.journal.live import JournalLive
from testproject.pages.live import HomeLive
from testproject.photos.live import PhotosLive
from testproject.photos.views import picture
from testproject.roost.live.landing import LandingLive
from testproject.table.live import TableLive
from testproject.together.live import TogetherLive

urlpatterns = [
    path("", LandingLive.as_view(), name="home"),
    path("", include("testproject.roost.urls")),
    path("labs/", HomeLive.as_view(), name="labs"),
    path("counter/", CounterLive.as_view(), name="counter"),
    path("together/", TogetherLive.as_view(), name="together"),
    path("table/", TableLive.as_view(), name="table"),
    path("cards/", CardsLive.as_view(), name="cards"),
    path("chart/", ChartLive.as_view(), name="chart"),
    path("journal/", JournalLive.as_view(), name="journal"),
    path("pictures/", PhotosLive.as_view(), name="pictures"),
    path("pictures/<str:key>/", picture, name="picture"),
    path("radio/", include("testproject.radio.urls")),
    path("chat/", RoomView.as_view(), {"room": "lobby"}, name="chat"),
    path("chat/files/<str:key>/", AttachmentView.as_view(), name="attachment"),
    path("chat/<slug:room>/", RoomView.as_view(), name="room"),
    path("board/", BoardView.as_view(), {"board": "everybody"}, name="board"),
    path("board/<slug:board>/", BoardView.as_view(), name="own-board"),
    path("components/", GalleryLive.as_view(), name="components"),
    path("components/<slug:name>/", GalleryLive.as_view(), name="component"),
    path("account/", AccountLive.as_view(), name="account"),
    path("account/", include("testproject.account.urls")),
]

if settings.BENCH:
    urlpatterns.append(path("live/", include("testproject.bench.urls")))
