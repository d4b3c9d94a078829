"""Starts one server process on one core, for as long as a measurement takes."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
STOP_SECONDS = 10
SERVER_CORE = 0
CLIENT_CORE = 1


@dataclass(frozen=True)
class Application:
    """What is measured: a name for the report, an ASGI application, and the environment it wants."""

    name: str
    path: str
    environment: dict[str, str] = field(default_factory=dict)


OURS = Application("django_phoenix", "testproject.asgi:application", {"PHX_BENCH": "1", "DEBUG": "0"})
BARE = Application("bare ASGI app", "bench.bare:application")
STOCK = Application("stock Channels", "bench.stock:application")


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    pid: int


@contextmanager
def running(application: Application) -> Iterator[Server]:
    """Uvicorn with `websockets-sansio` and uvloop, on one core. Raises RuntimeError if it does not start."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = os.environ | application.environment | {"DATABASE_PATH": f"{folder}/db.sqlite3"}
        if application is OURS:
            migrate(environment)
        log = Path(folder, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(application, port),
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=become_server,
            )
        try:
            wait_until_it_listens(process, port, log)
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            stop(process)


def command(application: Application, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", application.path),
        *("--host", "127.0.0.1", "--port", str(port), "--backlog", "8192"),
        *("--ws", "websockets-sansio", "--loop", "uvloop"),
        *("--log-level", "warning", "--no-access-log"),
    ]


def become_server() -> None:
    """In the child: one core, and as many sockets as the system allows."""
    os.sched_setaffinity(0, {SERVER_CORE})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def migrate(environment: dict[str, str]) -> None:
    manage = str(ROOT / "testproject" / "manage.py")
    subprocess.run([sys.executable, manage, "migrate", "--verbosity", "0"], env=environment, check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start. Its log:\n{log.read_text(errors='replace')[-4000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
