"""Ports for the servers of the tests: each is given out once at a time, whoever else runs tests here.

They lie below those that the system gives to whoever connects. A client that tries again and again to reach
a server which is away meets itself there one day, and the server can't come back to its port.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from functools import cache
from itertools import cycle

# Nobody else's by custom, nor refused by browsers. Each process of tests takes a block of them.
FIRST, LAST, BLOCK = 20_000, 32_000, 500


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on. Raises RuntimeError when there is none."""
    _, ports = _block()
    for _ in range(BLOCK):
        port = next(ports)
        with contextlib.suppress(OSError), _bound(port, socket.SOCK_STREAM):
            return port
    raise RuntimeError(f"all ports of a block of {BLOCK} are taken")


@cache
def _block() -> tuple[socket.socket, Iterator[int]]:
    """The block of this process; by the UDP port that it holds others see that it is taken."""
    for first in range(FIRST, LAST, BLOCK):
        with contextlib.suppress(OSError):
            return _bound(first, socket.SOCK_DGRAM), cycle(range(first + 1, first + BLOCK))
    raise RuntimeError(f"all blocks of ports from {FIRST} to {LAST} are taken by other runs of the tests")


def _bound(port: int, kind: socket.SocketKind) -> socket.socket:
    it = socket.socket(type=kind)
    try:
        # As servers do it: connections of before don't matter.
        it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
        it.bind(("127.0.0.1", port))
    except OSError:
        it.close()
        raise
    return it
