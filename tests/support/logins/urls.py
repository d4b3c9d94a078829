"""Views that log in and out."""

from __future__ import annotations

from django.contrib.auth import alogout, login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import path


def log_in(request: HttpRequest, name: str) -> HttpResponse:
    login(request, User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse(status=204)


async def log_out(request: HttpRequest) -> HttpResponse:
    await alogout(request)
    return HttpResponse(status=204)


urlpatterns = [path("login/<str:name>/", log_in), path("logout/", log_out)]
