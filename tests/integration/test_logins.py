"""Logins end on one process, or where no server runs, and their sockets on all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import PhoenixClient
from tests.support.redis import RedisServer
from tests.support.servers import ServerProcess, serve

pytestmark = [pytest.mark.redis, pytest.mark.servers]

PAIRS = [("uvicorn", "daphne"), ("hypercorn", "granian")]


class Site:
    """Two servers, their database, and what a shell beside them does."""

    def __init__(self, env: dict[str, str], servers: list[ServerProcess]) -> None:
        self.env = env
        self.servers = servers

    async def run(self, code: str) -> None:
        """In a process of its own, as a cron job or `manage.py shell`."""
        setup = "import django; django.setup(); from django.contrib.auth.models import User; "
        await asyncio.to_thread(_python, "-c", setup + code, env=self.env)

    async def get(self, path: str, cookie: str = "", *, server: int = 0) -> str:
        """The session cookie of the answer."""
        request = urllib.request.Request(self.servers[server].url + path, headers={"Cookie": cookie})
        answer = await asyncio.to_thread(urllib.request.urlopen, request, timeout=10)
        cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie", [])))
        return f"sessionid={cookies['sessionid'].value}" if "sessionid" in cookies else ""

    def expire(self, cookie: str) -> None:
        key = cookie.removeprefix("sessionid=")
        with contextlib.closing(sqlite3.connect(self.env["TEST_DATABASE"], timeout=20)) as database:
            database.execute(
                "UPDATE django_session SET expire_date = '2001-01-01' WHERE session_key = ?", [key]
            )
            database.commit()

    @contextlib.asynccontextmanager
    async def clients(self, cookie: str, name: str) -> AsyncIterator[list[PhoenixClient]]:
        """One on each server, joined by ``name``."""
        async with contextlib.AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(
                    PhoenixClient(server.ws("/socket"), headers={"Cookie": cookie})
                )
                for server in self.servers
            ]
            for client in clients:
                assert (await client.join("me")).response == {"name": name}
            yield clients

    async def are_closed(self, clients: list[PhoenixClient]) -> bool:
        codes = [await client.wait_closed() for client in clients]
        return codes == [4001 if server.name == "daphne" else 1001 for server in self.servers]


def _python(*arguments: str, env: dict[str, str]) -> None:
    subprocess.run([sys.executable, *arguments], env={**os.environ, **env}, check=True, timeout=60)


@pytest.fixture(scope="module", params=PAIRS, ids=lambda pair: "+".join(pair))
def site(
    request: pytest.FixtureRequest, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("logins")
    layers: dict[str, Any] = redis_server.layers("pubsub", prefix=f"logins-{request.param[0]}")
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.support.logins.settings",
        "PEER_LAYERS": json.dumps(layers),
        "TEST_DATABASE": str(folder / "db.sqlite3"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    _python("-m", "django", "migrate", "--verbosity", "0", env=env)
    app = "tests.support.logins.asgi:application"
    with serve(request.param[0], app, env=env) as one, serve(request.param[1], app, env=env) as two:
        yield Site(env, [one, two])


async def member(site: Site, name: str) -> str:
    """A new user, and the cookie of a browser after the login."""
    await site.run(f"User.objects.create_user({name!r}, password='x')")
    return await site.get(f"/login/{name}/")


async def test_a_logout_closes_the_browser_s_sockets_on_every_node_and_no_others(site: Site) -> None:
    cookie, other = await member(site, "ada"), await site.get("/login/ada/", server=1)
    async with site.clients(cookie, "ada") as clients, site.clients(other, "ada") as others:
        await site.get("/logout/", cookie)
        assert await site.are_closed(clients)
        for client in others:
            assert (await client.heartbeat()).status == "ok"
    async with site.clients(cookie, ""):
        """They come back as nobody."""


async def test_another_password_closes_them_from_a_process_without_any_server(site: Site) -> None:
    cookie = await member(site, "bob")
    async with site.clients(cookie, "bob") as clients:
        await site.run("user = User.objects.get(username='bob'); user.set_password('y'); user.save()")
        assert await site.are_closed(clients)
    async with site.clients(cookie, ""):
        """They come back as nobody."""


async def test_a_session_that_expires_closes_them_within_the_time_of_the_setting(site: Site) -> None:
    cookie, other = await member(site, "eve"), await site.get("/login/eve/")
    async with site.clients(cookie, "eve") as clients, site.clients(other, "eve") as others:
        site.expire(cookie)
        assert await site.are_closed(clients)
        for client in others:
            assert (await client.heartbeat()).status == "ok"


async def test_one_call_closes_all_sockets_of_a_user(site: Site) -> None:
    cookie = await member(site, "zoe")
    async with site.clients(cookie, "zoe") as clients:
        await site.run(
            "from django_phoenix.socket import disconnect_user; "
            "disconnect_user(User.objects.get(username='zoe'))"
        )
        assert await site.are_closed(clients)
    async with site.clients(cookie, "zoe"):
        """The login still holds."""
