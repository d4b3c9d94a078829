"""A socket at a path, and the table that finds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.urls.resolvers import RoutePattern

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

# What the client adds to a mount's path, and the kinds of requests that are ours there.
TRANSPORTS = {"websocket": ("websocket", "http"), "longpoll": ("http",)}


class Mount:
    """One socket class at one route. The client adds the transport's name to the route."""

    def __init__(self, route: str, socket_class: type[Socket], **options: Any) -> None:
        if not isinstance(route, str) or not hasattr(socket_class, "as_asgi"):
            raise ImproperlyConfigured(
                'A socket is mounted by socket("socket/", UserSocket), '
                f"got socket({route!r}, {socket_class!r})."
            )
        if route.startswith("/") or (route and not route.endswith("/")):
            raise ImproperlyConfigured(
                f"{socket_class.__name__} is mounted at {route!r}: write the route as in urls.py, without a "
                f"slash before it and with one after it, {route.strip('/') + '/'!r}."
            )
        self.route = route
        self.socket_class = socket_class
        self.options = options
        self.app = socket_class.as_asgi(**options)
        offered = ["websocket"] if options.get("longpoll") is False else TRANSPORTS
        self._patterns = {name: RoutePattern(route + name, is_endpoint=True) for name in offered}

    def match(self, path: str, transport: str) -> dict[str, Any] | None:
        """What the route captures from ``path`` (without its leading slash), or None."""
        pattern = self._patterns.get(transport)
        found = None if pattern is None else pattern.match(path)
        return None if found is None else found[2]

    def __repr__(self) -> str:
        return f"socket({self.route!r}, {self.socket_class.__name__})"


class MountTable:
    """All mounts of a site; the first that matches wins."""

    def __init__(self, mounts: Iterable[Mount]) -> None:
        self._mounts = list(mounts)
        for mount in self._mounts:
            if not isinstance(mount, Mount):
                raise ImproperlyConfigured(f"sockets should hold socket(route, SocketClass), got {mount!r}.")
        routes = [mount.route for mount in self._mounts]
        for route in routes:
            if routes.count(route) > 1:
                raise ImproperlyConfigured(
                    f"Two sockets are mounted at {route!r}, so nobody would get to the second. Give each a "
                    "route of its own; one socket class may serve many topics."
                )

    def find(self, scope: dict[str, Any]) -> Any:
        """The application for a request, what its route captured put into the scope; None if not ours."""
        path: str = scope["path"]
        transport = path.rpartition("/")[2]
        if scope["type"] not in TRANSPORTS.get(transport, ()):
            return None
        prefix = (django_settings.FORCE_SCRIPT_NAME or scope.get("root_path") or "").rstrip("/")
        path = path.removeprefix(prefix).removeprefix("/")
        for mount in self._mounts:
            captures = mount.match(path, transport)
            if captures is not None:
                if captures:
                    scope["url_route"] = {"args": (), "kwargs": captures}
                return mount.app
        return None
