"""The site that the clients connect to: on one port, with an end and a beginning whenever a test wants it."""

from __future__ import annotations

import asyncio
import urllib.request
from contextlib import ExitStack

from tests.support.ports import free_port
from tests.support.servers import ServerProcess, serve

APPLICATION = "tests.support.clients_site.asgi:application"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.support.clients_site.settings"}


class Site:
    def __init__(self, server: str) -> None:
        self.server = server
        self.port = free_port()
        self.running = ExitStack()
        self.process: ServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ws(self, mount: str) -> str:
        return f"ws://127.0.0.1:{self.port}{mount}"

    async def start(self) -> None:
        """Start and wait until it answers."""
        serving = serve(self.server, APPLICATION, env=SETTINGS, port=self.port)
        self.process = await asyncio.to_thread(self.running.enter_context, serving)

    async def stop(self) -> None:
        """As a deploy ends it: SIGTERM."""
        await asyncio.to_thread(self.running.close)

    def said(self) -> str:
        """The end of the server's log."""
        return "" if self.process is None else self.process.log[-4000:]

    async def disconnect(self, socket_id: str) -> None:
        """Let the server end all sockets of an id."""
        url = f"{self.url}/disconnect/{socket_id}/"
        await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=10).close())
