"""Finds our sockets in an ASGI application, however deep in middleware and routers they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from channels.routing import URLRouter

from django_phoenix.routing import PhoenixApplication
from django_phoenix.socket import Socket
from django_phoenix.transport.consumer import PhoenixConsumer
from django_phoenix.transport.options import SocketOptions

# Applications are a few layers deep; what holds more than this is no application.
DEPTH = 10
LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class FoundSocket:
    """A socket class where it is mounted: the path that clients are given, without its ends' slashes."""

    path: str
    socket_class: type[Socket]
    options: dict[str, Any]


def find_sockets(application: object) -> list[FoundSocket]:
    """Every socket that the application serves, as far as its attributes tell."""
    return list(_find(application, "", set(), 0))


def _find(part: object, prefix: str, seen: set[int], depth: int) -> Iterator[FoundSocket]:
    if id(part) in seen or depth > DEPTH or len(seen) > LIMIT:
        return
    seen.add(id(part))
    if isinstance(part, PhoenixApplication):
        for mount in part.mounts:
            yield FoundSocket(_path(prefix, mount.route), mount.socket_class, mount.options)
        yield from _find(part.inner.app, prefix, seen, depth + 1)
    elif isinstance(part, URLRouter):
        for route in part.routes:
            yield from _find(route.callback, prefix + str(route.pattern), seen, depth + 1)
    elif isinstance(part, PhoenixConsumer):  # what Socket.as_asgi() returns
        yield FoundSocket(_path(prefix, ""), part.socket_class, _given(part.options))
    else:
        for inner in _inside(part):
            yield from _find(inner, prefix, seen, depth + 1)


def _given(options: SocketOptions) -> dict[str, Any]:
    """The options that are not the defaults."""
    defaults = SocketOptions()
    names = [field.name for field in fields(options)]
    return {name: value for name in names if (value := getattr(options, name)) != getattr(defaults, name)}


def _path(prefix: str, route: str) -> str:
    path = f"/{prefix}{route}".removesuffix("/")
    return path.removesuffix("/websocket").removesuffix("/longpoll") or "/"


def _inside(part: object) -> Iterator[object]:
    """What one layer holds: attributes, items, closures. Plain data and classes end the search."""
    if isinstance(part, dict):
        values = list(part.values())
    elif isinstance(part, list | tuple):
        values = list(part)
    else:
        values = [*getattr(part, "__dict__", {}).values(), *_closure(part)]
    yield from (value for value in values if _may_hold(value))


def _closure(part: object) -> list[object]:
    found = []
    for cell in getattr(part, "__closure__", None) or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # a name that has no value yet
            continue
    return found


def _may_hold(value: object) -> bool:
    return isinstance(value, dict | list | tuple) or (callable(value) and not isinstance(value, type))
