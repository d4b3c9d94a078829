"""Real ASGI server processes for tests.

with serve("hypercorn") as server:
    async with PhoenixClient(server.ws("/socket")) as client: ...
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ("uvicorn", "daphne", "hypercorn", "granian")


class ServerProcess:
    """One running server: where it listens, its log, its process."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes], log_path: Path) -> None:
        self.name = name
        self.port = port
        self.process = process
        self.log_path = log_path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def ws(self, path: str) -> str:
        """The URL of a socket's mount, such as ``/socket``."""
        return f"ws://127.0.0.1:{self.port}{path}"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Until it answers HTTP."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.log}")
            try:
                urllib.request.urlopen(f"{self.url}/__ready__/", timeout=2).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{self.name} does not answer on port {self.port}:\n{self.log}")

    def kill(self) -> None:
        """SIGKILL to it and its workers."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self, seconds: float = 15) -> None:
        """SIGTERM, and SIGKILL if it does not end."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.kill()


def command(server: str, app: str, port: int, workers: int = 1) -> list[str]:
    """How ``server`` is started."""
    python = [sys.executable, "-m"]
    if server == "uvicorn":
        options = ["--port", str(port), "--ws", "websockets-sansio", "--workers", str(workers)]
        return [*python, "uvicorn", app, *options]
    if server == "daphne":
        return [*python, "daphne", "-b", "127.0.0.1", "-p", str(port), app]
    if server == "hypercorn":
        return [*python, "hypercorn", "-b", f"127.0.0.1:{port}", "-w", str(workers), app]
    if server == "granian":
        options = ["--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
        return [*python, "granian", *options, "--workers", str(workers), app]
    if server == "gunicorn":
        # It loads the application before it forks its workers.
        options = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--preload"]
        return [*python, "gunicorn", *options, "--worker-class", "uvicorn_worker.UvicornWorker", app]
    raise ValueError(f"unknown server {server!r}; known: {', '.join(SERVERS)}")


@contextlib.contextmanager
def serve(
    server: str = "uvicorn",
    app: str = "testproject.asgi:application",
    *,
    env: dict[str, str] | None = None,
    workers: int = 1,
    port: int | None = None,
    options: tuple[str, ...] = (),
    cwd: Path = ROOT,
) -> Iterator[ServerProcess]:
    """A server on a free port (or ``port``), stopped at the end; its output is in ``server.log``."""
    port = port or free_port()
    with tempfile.TemporaryDirectory() as folder:
        log_path = Path(folder) / "server.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [*command(server, app, port, workers), *options],
                cwd=cwd,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), **(env or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running = ServerProcess(server, port, process, log_path)
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()
