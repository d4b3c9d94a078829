"""What `bench/phxload.py` asks for by default. The socket of the live views is mounted at /live, too."""

from __future__ import annotations

from django.urls import path

from testproject.bench.live import (
    ChatLive,
    ChatStreamLive,
    CounterLive,
    CounterSyncLive,
    FormLive,
    FormSyncLive,
    TableKeyedLive,
    TableLive,
    UploadLive,
)
from testproject.bench.views import hold_rows, plain

urlpatterns = [
    path("counter", CounterLive.as_view()),
    path("counter_sync", CounterSyncLive.as_view()),
    path("table", TableLive.as_view()),
    path("table_keyed", TableKeyedLive.as_view()),
    path("form", FormLive.as_view()),
    path("form_sync", FormSyncLive.as_view()),
    path("chat", ChatLive.as_view()),
    path("chat_stream", ChatStreamLive.as_view()),
    path("upload", UploadLive.as_view()),
    path("plain", plain),
    path("rows/<int:number>", hold_rows),
]
