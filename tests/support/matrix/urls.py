"""Ordinary Django views beside the socket."""

from __future__ import annotations

from django.db import connections
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from django_phoenix.pubsub import broadcast

DATABASES = ("default", "archive")


@csrf_exempt
def note(request: HttpRequest, topic: str) -> JsonResponse:
    """Write a line to both databases and broadcast it; ``fail`` raises after that, so both roll back."""
    text = request.GET["text"]
    for name in DATABASES:
        with connections[name].cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS note (text TEXT)")
            cursor.execute("INSERT INTO note VALUES (%s)", [text])
    broadcast(topic, "noted", {"text": text})
    if "fail" in request.GET:
        raise RuntimeError("as asked")
    return JsonResponse({})


def notes(request: HttpRequest) -> JsonResponse:
    """What the databases hold."""
    found = {}
    for name in DATABASES:
        with connections[name].cursor() as cursor:
            cursor.execute("SELECT text FROM note ORDER BY rowid")
            found[name] = [row[0] for row in cursor.fetchall()]
    return JsonResponse(found)


urlpatterns = [path("notes/", notes), path("note/<path:topic>/", note)]
