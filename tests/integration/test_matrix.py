"""Servers, channel layers and proxies, each with each: one conversation that needs them all.

Three clients, one of them of the protocol's first version and one polling, meet in a room; Django's views
write to two databases under ATOMIC_REQUESTS and broadcast.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.support.client import TIMEOUT, PhoenixClient
from tests.support.longpoll_client import PollingClient
from tests.support.proxies import PROXIES
from tests.support.redis import RedisServer
from tests.support.servers import SERVERS, ServerProcess, serve

pytestmark = [pytest.mark.redis, pytest.mark.servers]

APP = "tests.support.matrix.asgi:application"
Proxy = Callable[..., AbstractContextManager[str]]
NAMES = {"new", "old", "polling"}
# In memory there is one process; the others are shared by two.
LAYERS = ("memory", "core", "pubsub")


class OldClient:
    """Speaks version 1: objects instead of arrays."""

    def __init__(self, ws: ClientConnection, topic: str) -> None:
        self._ws = ws
        self._topic = topic

    async def join(self) -> None:
        message = {"topic": self._topic, "event": "phx_join", "payload": {}, "ref": "1", "join_ref": "1"}
        await self._ws.send(json.dumps(message))
        assert (await self.next_event("phx_reply"))["status"] == "ok"

    async def next_event(self, event: str) -> Any:
        async with asyncio.timeout(TIMEOUT):
            while True:
                frame = json.loads(await self._ws.recv())
                assert set(frame) == {"topic", "event", "payload", "ref"}
                if frame["event"] == event:
                    return frame["payload"]


@contextlib.asynccontextmanager
async def old_client(base: str, topic: str) -> AsyncIterator[OldClient]:
    url = f"{base.replace('http', 'ws', 1)}/socket/websocket?name=old"
    async with websockets.connect(url, compression=None) as ws:
        client = OldClient(ws, topic)
        await client.join()
        yield client


async def present(room: Any) -> None:
    """Until all three are known to be here."""
    known = set(await room.next_event("presence_state"))
    while known < NAMES:
        known |= set((await room.next_event("presence_diff"))["joins"])
    assert known == NAMES


async def converse(first: str, second: str) -> None:
    """``first`` and ``second``: the site's URL on two processes, or twice the same."""
    topic = f"room:{secrets.token_hex(4)}"
    async with (
        PhoenixClient(f"{first.replace('http', 'ws', 1)}/socket", {"name": "new"}) as new,
        PollingClient(f"{second}/socket", params={"name": "polling"}) as polling,
        old_client(second, topic) as old,
        httpx.AsyncClient(base_url=first, timeout=TIMEOUT, trust_env=False) as http,
    ):
        room, polled = await new.join(topic), await polling.join(topic)
        everybody = (room, polled, old)
        await present(room)
        await present(polled)
        await room.send("tell", {"body": "hello"})
        for each in everybody:
            assert await each.next_event("told") == {"body": "hello"}
        for text, fail in (("lost", "&fail=1"), (topic, "")):
            status = (await http.post(f"/note/{topic}/?text={text}{fail}")).status_code
            assert status == (500 if fail else 200)
        for each in everybody:
            # What was rolled back would have come before.
            assert await each.next_event("noted") == {"text": topic}
        for found in (await http.get("/notes/")).json().values():
            assert found[-1] == topic
            assert "lost" not in found
        await polled.send("close", {"name": "new"})
        assert await new.wait_closed() in (1001, 4001)
        assert set((await polled.next_event("presence_diff"))["leaves"]) == {"new"}


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "tests.support.matrix.settings", "MATRIX_FOLDER": str(folder), **more}


@pytest.fixture(scope="module", params=SERVERS)
def server_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=LAYERS)
def servers(
    request: pytest.FixtureRequest,
    server_name: str,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[ServerProcess]]:
    folder = tmp_path_factory.mktemp("matrix")
    if request.param == "memory":
        with serve(server_name, APP, env=environment(folder)) as only:
            yield [only, only]
        return
    layers = redis_server.layers(request.param, prefix=f"matrix-{server_name}-{request.param}")
    env = environment(folder, MATRIX_LAYERS=json.dumps(layers))
    with serve(server_name, APP, env=env) as one, serve(server_name, APP, env=env) as two:
        yield [one, two]


@pytest.mark.parametrize("proxy", [pytest.param(None, id="direct"), *PROXIES])
async def test_clients_of_every_kind_meet(servers: list[ServerProcess], proxy: Proxy | None) -> None:
    if proxy is None:
        await converse(servers[0].url, servers[1].url)
        return
    with proxy(*servers) as url:
        await converse(url, url)


async def test_a_site_below_a_path_is_found_there(server_name: str, tmp_path: Path) -> None:
    with serve(server_name, APP, env=environment(tmp_path, MATRIX_SCRIPT_NAME="/shop")) as server:
        await converse(f"{server.url}/shop", f"{server.url}/shop")


@pytest.mark.parametrize("name", [name for name in SERVERS if name != "daphne"])
async def test_several_workers_of_one_server_are_one_site(
    name: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    layers = redis_server.layers("pubsub", prefix=f"workers-{name}")
    env = environment(tmp_path, MATRIX_LAYERS=json.dumps(layers))
    with serve(name, APP, env=env, workers=2) as server:
        await converse(server.url, server.url)


async def test_workers_forked_from_a_process_that_has_loaded_the_site_are_one_site(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    layers = redis_server.layers("pubsub", prefix="prefork")
    with serve("gunicorn", APP, env=environment(tmp_path, MATRIX_LAYERS=json.dumps(layers)), workers=2) as it:
        pids = set()
        give_up = time.monotonic() + TIMEOUT
        while len(pids) < 2:
            assert time.monotonic() < give_up, f"both workers should be met, met {pids}"
            async with PhoenixClient(it.ws("/socket"), {"name": "somebody"}) as client:
                pids.add((await client.join("room:pids")).response["pid"])
        assert it.pid not in pids
        await converse(it.url, it.url)
