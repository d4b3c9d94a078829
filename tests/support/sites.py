"""Django sites of several shapes, written into a directory as their owners might have written them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

BASE_HTML = """\
{% load static %}<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>{% block title %}My site{% endblock %}</title>
    <!-- </head> -->
  </head>
  <body>
    <nav>menu</nav>
    <main>{% block content %}{% endblock %}</main>
  </body>
</html>
"""

PAGE_APP = {
    "pages/__init__.py": "",
    "pages/urls.py": """\
from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [path("hello/", TemplateView.as_view(template_name="pages/hello.html"))]
""",
    "pages/templates/pages/hello.html": (
        '{% extends "base.html" %}\n{% block content %}<p>hello</p>{% endblock %}\n'
    ),
}

COUNTER_APP = {
    "counter/__init__.py": "",
    "counter/live.py": """\
from django_phoenix.live_view import LiveView, event


class CounterLive(LiveView):
    template_name = "counter/counter.html"

    class Assigns:
        count: int = 0

    @event
    def inc(self, by: int = 1):
        self.assigns.count += by
""",
    "counter/urls.py": """\
from django.urls import path

from counter.live import CounterLive

urlpatterns = [path("counter/", CounterLive.as_view(), name="counter")]
""",
    "counter/templates/counter/counter.html": (
        '<h1>{{ count }}</h1>\n<button phx-click="inc" phx-value-by="2">+2</button>\n'
    ),
}


@dataclass(frozen=True)
class TemporarySite:
    """A site in a directory of its own; commands run in processes of their own, as a person runs them."""

    root: Path

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def replace(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text, f"{name} has no {old!r}"
        self.write({name: text.replace(old, new)})

    def snapshot(self) -> dict[str, bytes]:
        """Every file and its bytes, byte code left out."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }

    def python(self, *arguments: str, settings: str | None = None, stdin: str = "") -> Outcome:
        environment = {
            key: value
            for key, value in os.environ.items()
            if key not in {"DJANGO_SETTINGS_MODULE", "PYTHONHOME"}
        }
        environment |= {
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(self.root)]),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if settings:
            environment["DJANGO_SETTINGS_MODULE"] = settings
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def manage(self, *arguments: str, settings: str | None = None) -> Outcome:
        return self.python("manage.py", *arguments, settings=settings)

    def install(self, *arguments: str, settings: str | None = None) -> Outcome:
        return self.python("-m", "django_phoenix", "install", *arguments, settings=settings)


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


# -- the shapes


@cache
def startproject_files() -> dict[str, str]:
    """What ``startproject mysite`` writes."""
    with tempfile.TemporaryDirectory() as folder:
        site = TemporarySite(Path(folder))
        done = site.python("-m", "django", "startproject", "mysite", ".")
        assert done.code == 0, done
        return {name: data.decode() for name, data in site.snapshot().items()}


def fresh(root: Path) -> TemporarySite:
    """A site as ``startproject`` writes it, nothing more."""
    site = TemporarySite(root)
    site.write(startproject_files())
    return site


def with_pages(root: Path, base: str = BASE_HTML) -> TemporarySite:
    """The same with a base template and one ordinary page."""
    site = fresh(root)
    site.write(PAGE_APP | {"templates/base.html": base})
    site.replace("mysite/settings.py", "'DIRS': []", "'DIRS': [BASE_DIR / 'templates']")
    site.replace(
        "mysite/settings.py",
        "    'django.contrib.staticfiles',\n]",
        "    'django.contrib.staticfiles',\n    'pages',  # ours\n]",
    )
    site.write(
        {
            "mysite/urls.py": (
                "from django.urls import include, path\n\n"
                "urlpatterns = [\n    path('', include('pages.urls')),\n]\n"
            )
        }
    )
    return site


def settings_package(root: Path) -> TemporarySite:
    """``mysite/settings/base.py``, with ``dev.py`` and ``prod.py`` that star-import it."""
    site = with_pages(root)
    base = site.read("mysite/settings.py").replace(".parent.parent", ".parent.parent.parent")
    (root / "mysite/settings.py").unlink()
    site.write(
        {
            "mysite/settings/__init__.py": "",
            "mysite/settings/base.py": base.replace("DEBUG = True\n", ""),
            "mysite/settings/dev.py": "from .base import *\n\nDEBUG = True\n",
            "mysite/settings/prod.py": (
                "from .base import *  # noqa: F403\n\nDEBUG = False\nALLOWED_HOSTS = ['example.com']\n"
            ),
        }
    )
    site.replace("manage.py", "mysite.settings", "mysite.settings.dev")
    site.replace("mysite/wsgi.py", "mysite.settings", "mysite.settings.prod")
    site.replace("mysite/asgi.py", "mysite.settings", "mysite.settings.prod")
    return site


def protocol_type_router(root: Path) -> TemporarySite:
    """A site that already uses Channels, with a consumer of its own."""
    site = with_pages(root)
    site.replace(
        "mysite/settings.py", "INSTALLED_APPS = [\n", 'INSTALLED_APPS = [\n    "daphne",\n    "channels",\n'
    )
    site.replace(
        "mysite/settings.py",
        "WSGI_APPLICATION",
        "ASGI_APPLICATION = 'mysite.asgi.application'\nWSGI_APPLICATION",
    )
    site.write(
        {
            "mysite/consumers.py": """\
from channels.generic.websocket import WebsocketConsumer


class ShoutConsumer(WebsocketConsumer):
    def receive(self, text_data):
        self.send(text_data=text_data.upper())
""",
            "mysite/asgi.py": """\
import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")

django_application = get_asgi_application()

from mysite.consumers import ShoutConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        # our own sockets
        "websocket": AuthMiddlewareStack(URLRouter([path("ws/shout/", ShoutConsumer.as_asgi())])),
    }
)
""",
        }
    )
    return site


def wsgi_only(root: Path) -> TemporarySite:
    """A site of the days before ASGI: no asgi.py."""
    site = with_pages(root)
    (root / "mysite/asgi.py").unlink()
    return site


def without_content_block(root: Path) -> TemporarySite:
    """A base template whose only block in the body is called ``main``."""
    site = with_pages(root, BASE_HTML.replace("block content", "block main"))
    site.replace("pages/templates/pages/hello.html", "block content", "block main")
    return site


def add_counter(site: TemporarySite, settings: str = "mysite/settings.py") -> None:
    """The documented counter, put into an installed site."""
    site.write(COUNTER_APP)
    site.replace(settings, "    'pages',", "    'pages',\n    'counter',")
    site.replace(
        "mysite/urls.py",
        "include('pages.urls')),\n",
        "include('pages.urls')),\n    path('', include('counter.urls')),\n",
    )
