"""A small long-polling client for tests, over real HTTP, which may spread its requests over several servers.

async with PollingClient(f"{server.url}/socket") as client:
    channel = await client.join("room:1")
    assert await channel.push("echo", {"n": 1}) == Reply("ok", {"n": 1})
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from typing import Any

import httpx

from tests.support.client import TIMEOUT, Frame, Reply

NDJSON = {"content-type": "application/x-ndjson"}


class SessionLost(Exception):
    """A poll or a post was answered so."""


class PollingClient:
    """Polls in the background, as the official client does. ``bases`` take turns, request by request."""

    def __init__(self, *bases: str, params: dict[str, str] | None = None, by: str = "query") -> None:
        self._urls = itertools.cycle([f"{base}/longpoll" for base in bases])
        self._params = {**(params or {}), "vsn": "2.0.0"}
        self._by = by
        self._refs = itertools.count(1)
        self.http = httpx.AsyncClient(timeout=20, trust_env=False)
        self.token: str | None = None
        # What the background poller was told at the end; 0: the connection was cut.
        self.lost: asyncio.Future[int] | None = None
        self._frames: asyncio.Queue[Frame] = asyncio.Queue()
        self._unread: list[Frame] = []
        self._poller: asyncio.Task[None] | None = None

    async def __aenter__(self) -> PollingClient:
        await self.open()
        self.lost = asyncio.get_running_loop().create_future()
        self._poller = asyncio.create_task(self._poll())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.wait([self._poller])
        await self.http.aclose()

    async def request(self, method: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        """One request; the JSON of its answer."""
        params, more = dict(self._params), dict(headers or {})
        if self.token is not None and self._by == "query":
            params["token"] = self.token
        elif self.token is not None:
            more["x-phoenix-longpoll-token"] = self.token
        response = await self.http.request(
            method, next(self._urls), params=params, content=body, headers=more
        )
        if not response.content:
            # What a server answers for an application that it has cut short.
            return {"status": 0}
        assert response.headers["cache-control"] == "no-store"
        return response.json()

    async def open(self) -> None:
        """The first request. Raises SessionLost when it is refused."""
        answer = await self.request("GET")
        if answer["status"] != 410:
            raise SessionLost(answer["status"])
        self.token = answer["token"]

    async def post(self, *lines: str) -> int:
        """The status of the answer."""
        status: int = (await self.request("POST", "\n".join(lines).encode(), NDJSON))["status"]
        return status

    async def _poll(self) -> None:
        assert self.lost is not None
        while True:
            try:
                answer = await self.request("GET")
            except httpx.TransportError:
                answer = {"status": 0}
            if answer["status"] not in (200, 204):
                self.lost.set_result(answer["status"])
                return
            for message in answer["messages"]:
                self._frames.put_nowait(Frame(*json.loads(message)))

    async def wait_lost(self, within: float = TIMEOUT) -> int:
        """The status that ended the session."""
        assert self.lost is not None
        return await asyncio.wait_for(asyncio.shield(self.lost), within)

    async def wait_for(self, wanted: Any, within: float = TIMEOUT) -> Frame:
        """The first message for which ``wanted(frame)`` holds; others stay unread."""
        for position, frame in enumerate(self._unread):
            if wanted(frame):
                return self._unread.pop(position)
        async with asyncio.timeout(within):
            while not wanted(frame := await self._frames.get()):
                self._unread.append(frame)
        return frame

    async def receive(self, within: float = TIMEOUT) -> Frame:
        """The next message."""
        return await self.wait_for(lambda frame: True, within)

    async def silent(self, seconds: float = 0.1) -> bool:
        """Nothing comes for so long."""
        with contextlib.suppress(TimeoutError):
            self._unread.append(await self.receive(seconds))
        return not self._unread

    # Channels.

    def next_ref(self) -> str:
        return str(next(self._refs))

    async def join(self, topic: str, payload: Any = None) -> PolledChannel:
        """AssertionError if refused. The reply's response is ``channel.response``."""
        channel = PolledChannel(self, topic, self.next_ref())
        reply = await channel.push("phx_join", payload, ref=channel.join_ref)
        assert reply.status == "ok", f"{topic}: join was answered {reply}"
        channel.response = reply.response
        return channel

    async def reply_to(self, ref: str, within: float = TIMEOUT) -> Reply:
        frame = await self.wait_for(lambda frame: frame.event == "phx_reply" and frame.ref == ref, within)
        return Reply(frame.payload["status"], frame.payload["response"])


class PolledChannel:
    """One joined topic."""

    def __init__(self, client: PollingClient, topic: str, join_ref: str) -> None:
        self.client = client
        self.topic = topic
        self.join_ref = join_ref
        self.response: Any = None

    async def send(self, event: str, payload: Any = None, ref: str | None = None) -> str:
        """Push without waiting for the reply; the push's ref."""
        ref = ref or self.client.next_ref()
        status = await self.client.post(json.dumps([self.join_ref, ref, self.topic, event, payload or {}]))
        if status != 200:
            raise SessionLost(status)
        return ref

    async def push(self, event: str, payload: Any = None, ref: str | None = None) -> Reply:
        """Push, and the reply."""
        return await self.client.reply_to(await self.send(event, payload, ref))

    async def next_event(self, event: str, within: float = TIMEOUT) -> Any:
        """The payload of the next push or broadcast of this name."""
        frame = await self.client.wait_for(
            lambda frame: frame.topic == self.topic and frame.event == event, within
        )
        return frame.payload
