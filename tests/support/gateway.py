"""A TCP proxy that sends its clients now to one server, now to another: the smallest load balancer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Gateway:
    """Listens on ``port``; ``target`` is the port that the next connection goes to, or None."""

    def __init__(self) -> None:
        self.target: int | None = None
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.target is None:
            writer.close()
            return
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.update((back, writer))
            await asyncio.gather(pipe(reader, back), pipe(there, writer))
        writer.close()

    def drop(self) -> None:
        """Cut every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one to the other, and the end."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    it = Gateway()
    server = await asyncio.start_server(it._connect, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        it.drop()
        server.close()
