"""nginx and Caddy with the configuration that the documentation gives, on a free port, in front of servers.

with nginx(one, two) as url: ...
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs.snippets import DOCS, snippets_of
from tests.support.ports import free_port
from tests.support.servers import ServerProcess

GUIDE = "howto/deploy.md"

# Debian puts servers where plain users have no path to.
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
NGINX, CADDY = (shutil.which(name, path=PATH) for name in ("nginx", "caddy"))

# What a distribution's own nginx.conf gives to the files that it includes.
NGINX_CONF = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
CADDYFILE = """
{{
    admin off
    auto_https off
}}
{site}
"""


@contextlib.contextmanager
def nginx(
    *servers: ServerProcess, websockets: bool = True, page: str = GUIDE, home: Path | None = None
) -> Iterator[str]:
    """Its URL. ``websockets``: whether it passes them on; ``home``: in the place of a folder below /srv."""
    site = documented("nginx", servers, page)
    if home is not None:
        site = re.sub(r"/srv/\w+", str(home), site)
    if not websockets:
        site = site.replace("proxy_set_header Upgrade $http_upgrade;", "")
        site = site.replace(
            "proxy_set_header Connection $connection_upgrade;", 'proxy_set_header Connection "";'
        )
    with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
        # Its workers would be somebody who may not write there.
        user = "user root;" if os.geteuid() == 0 else ""
        port = free_port()
        file = Path(folder, "nginx.conf")
        site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
        file.write_text(NGINX_CONF.format(user=user, folder=folder, site=site))
        log = Path(folder, "error.log")
        with running([NGINX or "nginx", "-p", folder, "-e", str(log), "-c", str(file)], port, log):
            yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def caddy(*servers: ServerProcess) -> Iterator[str]:
    """Its URL."""
    port = free_port()
    site = documented("caddy", servers).replace("example.com", f"http://127.0.0.1:{port}")
    with tempfile.TemporaryDirectory(prefix="caddy-") as folder:
        file, log = Path(folder, "Caddyfile"), Path(folder, "log")
        file.write_text(CADDYFILE.format(site=site))
        command = [CADDY or "caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
        with running(
            command, port, log, {"XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder, "HOME": folder}
        ):
            yield f"http://127.0.0.1:{port}"


def documented(language: str, servers: tuple[ServerProcess, ...], page: str = GUIDE) -> str:
    """The whole file in a page about deployment, for these servers."""
    snippets = snippets_of(DOCS / page)
    [snippet] = [each for each in snippets if each.language == language and each.title]
    code = snippet.code
    for number, server in enumerate(servers):
        code = code.replace(f"127.0.0.1:{8000 + number}", f"127.0.0.1:{server.port}")
    return code


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path, env: dict[str, str] | None = None) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}
        )
    try:
        wait_until(lambda: answers(port), process, log)
        yield
    finally:
        process.terminate()
        process.wait(10)


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 60
    while not ready():
        if process.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"{process.args!r} does not answer:\n{log.read_text()}")
        time.sleep(0.05)


PROXIES = [
    pytest.param(nginx, marks=pytest.mark.skipif(NGINX is None, reason="nginx is not installed")),
    pytest.param(caddy, marks=pytest.mark.skipif(CADDY is None, reason="Caddy is not installed")),
]
