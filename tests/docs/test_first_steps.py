"""What "Your first live view" and "Your first channel" promise, over a real server and a real socket."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.snippets import DOCS, site_of
from tests.support.client import ClientChannel, PhoenixClient, Reply
from tests.support.servers import ROOT, ServerProcess, serve
from tests.support.sites import TemporarySite

pytestmark = pytest.mark.servers

CONTAINER = re.compile(r'id="([^"]+)" data-phx-main data-phx-session="([^"]*)" data-phx-static="([^"]*)"')
CSRF = re.compile(r'<meta name="csrf-token" content="([^"]*)">')


class LivePage(NamedTuple):
    """A page as the browser got it."""

    url: str
    html: str
    cookie: str

    def client(self, server: ServerProcess) -> PhoenixClient:
        return PhoenixClient(server.ws("/live"), {"_csrf_token": self.csrf}, headers={"Cookie": self.cookie})

    @property
    def csrf(self) -> str:
        found = CSRF.search(self.html)
        assert found, self.html
        return unescape(found[1])

    async def join(self, client: PhoenixClient) -> ClientChannel:
        found = CONTAINER.search(self.html)
        assert found, self.html
        view_id, session, static = found.groups()
        params = {"_csrf_token": self.csrf, "_mounts": 0}
        payload = {"url": self.url, "params": params, "session": session, "static": static}
        return await client.join(f"lv:{view_id}", payload)


def get(server: ServerProcess, path: str) -> LivePage:
    with urllib.request.urlopen(server.url + path, timeout=10) as response:
        cookies = SimpleCookie()
        for header in response.headers.get_all("Set-Cookie", []):
            cookies.load(header)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        return LivePage(server.url + path, response.read().decode(), cookie)


async def click(view: ClientChannel, event: str, **value: str) -> Reply:
    return await view.push("event", {"type": "click", "event": event, "value": value})


@contextmanager
def served(page: str, installed: TemporarySite, root: Path) -> Iterator[ServerProcess]:
    site, _ = site_of(DOCS / page, installed, root)
    path = f"{ROOT}:{site.root}"
    environment = {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "mysite.settings"}
    with serve(app="mysite.asgi:application", cwd=site.root, env=environment) as server:
        yield server


async def test_the_first_live_view(installed_site: TemporarySite, tmp_path: Path) -> None:
    with served("introduction/first_live_view.md", installed_site, tmp_path) as server:
        page = get(server, "/counter/")
        assert "<h1>0</h1>" in page.html
        assert "<nav>menu</nav>" in page.html
        async with page.client(server) as client:
            view = await page.join(client)
            reply = await click(view, "inc", by="10")
            assert reply.status == "ok"
            assert "10" in json.dumps(reply.response)
            assert "That is plenty." in json.dumps(reply.response)
            assert await click(view, "inc", by="many") == Reply("ok", {})


async def test_the_shared_counter(installed_site: TemporarySite, tmp_path: Path) -> None:
    with served("introduction/first_live_view.md", installed_site, tmp_path) as server:
        mine, theirs = get(server, "/shared/"), get(server, "/shared/")
        async with mine.client(server) as my_client, theirs.client(server) as their_client:
            my_view, their_view = await mine.join(my_client), await theirs.join(their_client)
            await click(my_view, "inc", by="7")
            assert "7" in json.dumps(await their_view.next_event("diff"))


async def test_the_first_channel(installed_site: TemporarySite, tmp_path: Path) -> None:
    with served("introduction/first_channel.md", installed_site, tmp_path) as server:
        async with PhoenixClient(server.ws("/socket")) as ada, PhoenixClient(server.ws("/socket")) as bob:
            room = await ada.join("room:lobby")
            assert room.response == {"welcome": "lobby"}
            other = await bob.join("room:lobby")
            assert await room.push("new_msg", {"body": "hello"}) == Reply("ok", {"sent": True})
            assert await other.next_event("new_msg") == {"body": "hello", "room": "lobby"}
            _, refused = await ada.try_join("room:cellar")
            assert refused == Reply("error", {"reason": "no such room"})
