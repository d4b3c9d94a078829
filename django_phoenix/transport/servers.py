"""How the ASGI servers differ, as far as it touches us: one small table.

A server is recognised by the module of the ``send`` it gave us. Where something stands in between (a
middleware that wraps ``send``), the cautious row at the end counts.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

# Daphne (autobahn) takes 1000 and 3000 to 4999 from an application only; so its 1012 is 4012.
PRIVATE_CODES = 3000


class Server(NamedTuple):
    """One row.

    ``private_codes``: close codes move to 4xxx. ``measure_backlog``: see ``backlog_meter``.
    ``close_waits``: our close goes out only when we wait in ``receive`` no more.
    """

    name: str
    private_codes: bool = False
    measure_backlog: bool = False
    close_waits: bool = False

    def close_code(self, code: int) -> int:
        """The code that this server lets us close with."""
        return code + PRIVATE_CODES if self.private_codes and 1000 < code < 3000 else code


SERVERS = (
    Server("uvicorn"),
    Server("daphne", private_codes=True, measure_backlog=True),
    Server("hypercorn"),
    Server("granian", close_waits=True),
)
UNKNOWN = Server("unknown")


@functools.cache
def _by_module(module: str) -> Server:
    for server in SERVERS:
        if module.split(".")[0] in (server.name, f"_{server.name}"):
            return server
    return UNKNOWN


def server_of(send: Any) -> Server:
    """Which server this ``send`` belongs to."""
    function = send.func if isinstance(send, functools.partial) else send
    owner = getattr(function, "__self__", function)
    return _by_module(type(owner).__module__ or "")


def backlog_meter(send: Any) -> Callable[[], int] | None:
    """How many bytes a client has not taken yet, for a server whose ``send`` never waits (Daphne); else None.

    Reads Twisted's transport, which has no public way to tell; None if it looks otherwise than we know it.
    """
    protocol = send.args[0] if isinstance(send, functools.partial) and send.args else None
    transport: Any = getattr(protocol, "transport", None)
    if not all(hasattr(transport, name) for name in ("dataBuffer", "offset", "_tempDataLen")):
        return None

    def waiting() -> int:
        return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)

    return waiting


class Termination(NamedTuple):
    """How to wait until a server begins to stop, and how many seconds it waits for its clients then."""

    begun: Callable[[], Awaitable[None]]
    seconds: float


def termination_of(send: Any) -> Termination | None:
    """For a server whose workers learn in a way of its own that they are to stop (Hypercorn); else None.

    Reads its connection, which has no public way to tell; None if it looks otherwise than we know it.
    """
    stream = getattr(send, "__self__", None)
    terminated = getattr(getattr(stream, "context", None), "terminated", None)
    seconds = getattr(getattr(stream, "config", None), "graceful_timeout", None)
    if terminated is None or seconds is None:
        return None
    return Termination(terminated.wait, float(seconds))
