"""Live views over real servers: GET by HTTP, join by hand, crash, kill and restart."""

from __future__ import annotations

import http.cookiejar
import os
import re
import subprocess
import sys
import urllib.request

import pytest

from tests.support.client import PhoenixClient, Reply
from tests.support.live_client import CONTAINER, CSRF
from tests.support.ports import free_port
from tests.support.servers import ROOT, SERVERS, serve

pytestmark = pytest.mark.servers

APP = "tests.support.live_site.asgi:application"


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.support.live_site.settings",
        "TEST_DATABASE": str(tmp_path_factory.mktemp("live") / "db.sqlite3"),
    }
    # Some of the site's pages are wrong on purpose, and the checks say so.
    migrate = ["migrate", "--skip-checks", "--verbosity", "0", "--pythonpath", str(ROOT)]
    command = [sys.executable, "-m", "django", *migrate]
    subprocess.run(command, env=os.environ | settings, cwd=ROOT, check=True, timeout=60)
    return settings


class Visit:
    """A page got over HTTP, and what its script would send."""

    def __init__(self, server, path: str) -> None:
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.url = server.url + path
        with opener.open(self.url, timeout=10) as response:
            self.html = response.read().decode()
        found = CONTAINER.search(self.html)
        self.topic = f"lv:{found['id']}"
        self.csrf = CSRF.search(self.html)[1]
        self.tokens = {"session": found["session"], "static": found["static"]}

    def client(self) -> PhoenixClient:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)
        return PhoenixClient(self.server.ws("/live"), {"_csrf_token": self.csrf}, headers={"Cookie": cookies})

    def payload(self, **changes):
        params = {"_csrf_token": self.csrf, "_mounts": 0, "_mount_attempts": 0}
        return {"url": self.url, "params": params, "sticky": False, **self.tokens, **changes}

    async def join(self, client):
        return await client.join(self.topic, self.payload())


def click(event, **value):
    return {"type": "click", "event": event, "value": value}


@pytest.fixture(scope="module", params=SERVERS)
def server(request, env):
    with serve(request.param, APP, env=env) as running:
        yield running
        assert "Exception in ASGI application" not in running.log
        assert "never awaited" not in running.log


@pytest.mark.parametrize("path", ["/counter/", "/async-counter/"])
async def test_a_page_comes_to_life(server, path):
    visit = Visit(server, path)
    async with visit.client() as client:
        view = await visit.join(client)
        assert view.response["rendered"]["0"] == "0"
        assert await view.push("event", click("inc", by="3")) == Reply("ok", {"diff": {"0": "3"}})


async def test_a_crash_is_in_the_log_once_and_not_on_the_wire(server):
    visit, neighbour = Visit(server, "/crash/"), Visit(server, "/counter/")
    async with visit.client() as client:
        view = await visit.join(client)
        await view.send("event", click("boom"))
        error = await client.wait_for(lambda frame: frame.event == "phx_error")
        assert "secret" not in str(error)
        again = await visit.join(client)
        assert await again.push("event", click("inc")) == Reply("ok", {"diff": {"0": "1"}})
    async with neighbour.client() as client:
        await neighbour.join(client)
    crashes = re.findall(r"CrashLive on topic \S+ crashed in CrashLive.boom \(event 'boom'\)", server.log)
    assert len(crashes) == 1
    assert server.log.count("RuntimeError: secret in handler") == 1


def test_an_error_page_does_not_tell_about_the_view(server):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{server.url}/layout/Whole/", timeout=10)
    assert caught.value.code == 500
    assert "RegionError" not in caught.value.read().decode()


async def test_the_same_tokens_join_after_the_server_was_killed(env):
    """LV-109"""
    port = free_port()
    with serve("uvicorn", APP, env=env, port=port) as first:
        visit = Visit(first, "/counter/")
        async with visit.client() as client:
            view = await visit.join(client)
            await view.push("event", click("inc"))
            first.kill()
    with serve("uvicorn", APP, env=env, port=port) as second:
        visit.server = second
        async with visit.client() as client:
            view = await visit.join(client)
            assert await view.push("event", click("inc")) == Reply("ok", {"diff": {"0": "1"}})
