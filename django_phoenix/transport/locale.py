"""The language and time zone that a socket's callbacks run in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

if TYPE_CHECKING:
    from django_phoenix.socket import Socket


def activate(socket: Socket) -> None:
    """Make them the running context's. What is the site's default needs no activation."""
    if socket.language is not None:
        translation.activate(socket.language)
    if socket.time_zone is not None:
        timezone.activate(socket.time_zone)


def call_activated(
    socket: Socket,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> Any:
    """Call ``function`` in the socket's language: for pool threads."""
    activate(socket)
    return function(*args, **kwargs)
