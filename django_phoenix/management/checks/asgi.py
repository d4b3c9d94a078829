"""Is the ASGI application there, and is there something of ours in it?"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings as site
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from django_phoenix.management.asgi_tree import FoundSocket, find_sockets
from django_phoenix.management.checks.messages import error, warning
from django_phoenix.transport.blueprint import blueprint_of


def check_asgi() -> Iterator[CheckMessage]:
    """W001 no ASGI_APPLICATION, E004 it cannot be loaded, W002 nothing of ours in it."""
    name = getattr(site, "ASGI_APPLICATION", None)
    if not name:
        yield warning(
            1,
            "ASGI_APPLICATION is not set, so runserver opens no sockets: live pages show but do not live.",
            "Run manage.py phx_install, or set it to the application in your asgi.py.",
        )
        return
    try:
        application = _load(name)
    except Exception as problem:  # whatever the site's asgi.py raises is the finding
        yield error(
            4,
            f"ASGI_APPLICATION {name!r} cannot be loaded: {type(problem).__name__}: {problem}",
            "It should be the dotted path of `application` in your asgi.py, which should raise nothing.",
        )
        return
    if not find_sockets(application):
        yield warning(
            2,
            f"{name} serves neither live views nor channels.",
            f"In {name.rpartition('.')[0]}: application = phoenix_application(application), "
            "from django_phoenix.routing; manage.py phx_install writes it.",
        )


def _load(name: str) -> Any:
    module = name.rpartition(".")[0]
    if module:
        # First, or an AttributeError inside it would be taken for a missing name.
        import_module(module)
    return import_string(name)


def check_events() -> Iterator[CheckMessage]:
    """E011 a channel's method that no payload can reach, E012 a declaration that makes no sense.

    (A live view's handlers are a TypeError in urls.py.)
    """
    for channel in dict.fromkeys(
        channel for found in sockets() for channel in found.socket_class.channels.values()
    ):
        try:
            blueprint_of(channel)
        except TypeError as problem:
            hint = "Parameters of an @event method are found by name and converted by their annotations."
            yield error(11, str(problem), hint, obj=channel)
        except ImproperlyConfigured as problem:
            yield error(
                12, str(problem), "The channel can't be joined before that is put right.", obj=channel
            )


def sockets() -> list[FoundSocket]:
    """The sockets of an application that can be loaded; E004 tells about others."""
    try:
        return find_sockets(import_string(getattr(site, "ASGI_APPLICATION", None) or ""))
    except Exception:
        return []


def check_daphne() -> Iterator[CheckMessage]:
    """W004 runserver speaks no WebSocket. (A late "daphne" is daphne.E001.)"""
    if getattr(site, "ASGI_APPLICATION", None) and not apps.is_installed("daphne"):
        yield warning(
            4,
            '"daphne" is not in INSTALLED_APPS, so runserver opens no sockets.',
            'Put "daphne" at the head of INSTALLED_APPS; it only replaces runserver. Deploy with any. '
            "If you develop with another ASGI server, silence this check.",
        )
