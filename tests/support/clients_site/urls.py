"""A page without anything on it, for browsers, and a view that ends all sockets of an id."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from django_phoenix import socket


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!DOCTYPE html><title>A page</title>")


def disconnect(request: HttpRequest, socket_id: str) -> HttpResponse:
    socket.disconnect(socket_id)
    return HttpResponse()


urlpatterns = [path("", page), path("disconnect/<str:socket_id>/", disconnect)]
