"""An ordinary Django view that broadcasts."""

from __future__ import annotations

import os

from django.http import HttpRequest, JsonResponse
from django.urls import path

from django_phoenix.pubsub import broadcast


def shout(request: HttpRequest, topic: str) -> JsonResponse:
    broadcast(topic, "shout", {"from": os.getpid(), "body": request.GET["body"]})
    return JsonResponse({"pid": os.getpid()})


urlpatterns = [path("shout/<path:topic>/", shout)]
