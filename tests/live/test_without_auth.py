"""A site need not have users: neither django.contrib.auth nor what it depends on is installed there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SITE = """
import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django_phoenix"],
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    ROOT_URLCONF="__main__",
    SECRET_KEY="of a test",
    STATIC_URL="static/",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()

from django.test import Client
from django.urls import path
from django_phoenix.checks import check_live
from django_phoenix.live_view import LiveView


class Hello(LiveView):
    template = "<p>Hello, {{ user }}</p>"


urlpatterns = [path("", Hello.as_view())]
print(Client().get("/").content.decode(), check_live())
"""


def test_a_page_and_the_checks_do_without_users() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SITE],
        cwd=Path(__file__).resolve().parents[2],
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "<p>Hello, </p>" in done.stdout
