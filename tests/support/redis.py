"""A Redis of the tests' own: on a free port, in a scratch directory, stopped by its process id."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import free_port

SERVER = shutil.which("redis-server") or "/usr/bin/redis-server"


class RedisServer:
    """One redis-server. ``stop`` and ``start`` again for a Redis that goes away and comes back empty."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For CHANNEL_LAYERS. A host name, so that resolving it is part of what is tested."""
        return f"redis://localhost:{self.port}/0"

    @property
    def pid(self) -> int:
        """While it runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._directory)]
        self._process = subprocess.Popen(
            [*command, "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        give_up = time.monotonic() + 10
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"redis-server did not start on port {self.port}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Kill it: nothing is saved, connections break."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def command(self, *words: str) -> Any:
        """Ask it something, by the synchronous client."""
        import redis

        with redis.Redis(port=self.port) as client:
            return client.execute_command(*words)

    def layers(self, kind: str, **config: Any) -> dict[str, Any]:
        """CHANNEL_LAYERS for ``core`` or ``pubsub``."""
        backend = {
            "core": "channels_redis.core.RedisChannelLayer",
            "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
        }[kind]
        return {"default": {"BACKEND": backend, "CONFIG": {"hosts": [self.url], **config}}}

    def _answers(self) -> bool:
        address = ("127.0.0.1", self.port)
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=1) as it:
            it.sendall(b"PING\r\n")
            return it.recv(7) == b"+PONG\r\n"
        return False


@contextlib.contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A Redis for the time of a block."""
    with tempfile.TemporaryDirectory(prefix="phoenix-redis-") as directory:
        server = RedisServer(Path(directory))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for the whole run; tests that stop it use ``own_redis``."""
    with running_redis() as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis that the test may stop and start."""
    with running_redis() as server:
        yield server
