"""A page without anything on it, for browsers, and a view that ends all sockets of an id."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from django_phoenix.pubsub import broadcast


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!DOCTYPE html><title>A page</title>")


def disconnect(request: HttpRequest, socket_id: str) -> HttpResponse:
    broadcast(socket_id, "disconnect", {})
    return HttpResponse()


urlpatterns = [path("", page), path("disconnect/<str:socket_id>/", disconnect)]
