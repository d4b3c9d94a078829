"""Who holds a TCP port of this machine? Read from /proc, so on Linux only; elsewhere nobody is named."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

LISTEN = "0A"


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def next_free(port: int) -> int | None:
    return next((candidate for candidate in range(port + 1, port + 100) if is_free(candidate)), None)


def listening_inodes(port: int) -> set[str]:
    """Inodes of the sockets that listen on `port`, as /proc/net/tcp tells them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        lines = Path(table).read_text().splitlines()[1:] if Path(table).exists() else []
        for fields in (line.split() for line in lines):
            if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def open_files(process: Path) -> list[str]:
    """What a process (its folder in /proc) has open; nothing where we may not look or it has just ended."""
    found = []
    with contextlib.suppress(OSError):
        for entry in list((process / "fd").iterdir()):
            with contextlib.suppress(OSError):
                found.append(os.readlink(entry))
    return found


def holder(port: int) -> str | None:
    """`pid 123 (command line)` of the process that listens on `port`, if it can be seen."""
    sockets = {f"socket:[{inode}]" for inode in listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        if sockets and not sockets.isdisjoint(open_files(process)):
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            return f"pid {process.name} ({command})"
    return None
