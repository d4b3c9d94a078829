"""A small Phoenix client for tests, over ``websockets``: it shows every frame as it came.

async with PhoenixClient(server.ws("/socket")) as client:
    channel = await client.join("room:1")
    reply = await channel.push("echo", {"n": 1})
    assert reply == Reply("ok", {"n": 1})
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

import websockets
from websockets.asyncio.client import ClientConnection, connect

TIMEOUT = 30.0


class Frame(NamedTuple):
    """A text frame, taken apart."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Any


class Reply(NamedTuple):
    status: str
    response: Any


class PhoenixClient:
    """One connection. ``params`` go into the URL; ``headers`` into the handshake."""

    def __init__(
        self,
        url: str,
        params: dict[str, str] | None = None,
        *,
        headers: dict[str, str] | None = None,
        vsn: str | None = "2.0.0",
        **options: Any,
    ) -> None:
        query = urlencode({**(params or {}), **({"vsn": vsn} if vsn is not None else {})})
        self.url = f"{url}/websocket?{query}"
        self.headers = headers or {}
        self.options = options
        self.refs = itertools.count(1)
        # Frames that came while another was waited for.
        self.unread: list[Frame | bytes] = []
        self._ws: ClientConnection | None = None

    async def __aenter__(self) -> PhoenixClient:
        self._ws = await connect(
            self.url, additional_headers=self.headers, compression=None, max_size=None, **self.options
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ws.close()

    @property
    def ws(self) -> ClientConnection:
        assert self._ws is not None, "use it with `async with`"
        return self._ws

    def next_ref(self) -> str:
        return str(next(self.refs))

    # Frames.

    async def send(self, join_ref: str | None, ref: str | None, topic: str, event: str, payload: Any) -> None:
        await self.ws.send(json.dumps([join_ref, ref, topic, event, payload]))

    async def send_raw(self, frame: str | bytes) -> None:
        await self.ws.send(frame)

    async def receive(self, within: float = TIMEOUT) -> Frame | bytes:
        """The next frame: an unread one, else the next to come."""
        return self.unread.pop(0) if self.unread else await self._next(within)

    async def receive_frame(self, within: float = TIMEOUT) -> Frame:
        frame = await self.receive(within)
        assert isinstance(frame, Frame), f"expected a text frame, got {frame!r}"
        return frame

    async def silent(self, seconds: float = 0.1) -> bool:
        """Nothing comes for so long."""
        with contextlib.suppress(TimeoutError):
            self.unread.append(await self._next(seconds))
        return not self.unread

    async def wait_for(self, wanted: Any, within: float = TIMEOUT) -> Frame:
        """The first text frame for which ``wanted(frame)`` holds; others stay unread."""
        for position, frame in enumerate(self.unread):
            if isinstance(frame, Frame) and wanted(frame):
                del self.unread[position]
                return frame
        async with asyncio.timeout(within):
            while True:
                frame = await self._next(within)
                if isinstance(frame, Frame) and wanted(frame):
                    return frame
                self.unread.append(frame)

    async def wait_closed(self, within: float = TIMEOUT) -> int:
        """The close code, once the server has closed; frames before it stay unread."""
        try:
            async with asyncio.timeout(within):
                while True:
                    self.unread.append(_parsed(await self.ws.recv()))
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006

    async def _next(self, within: float) -> Frame | bytes:
        async with asyncio.timeout(within):
            return _parsed(await self.ws.recv())

    # Channels.

    async def heartbeat(self, within: float = TIMEOUT) -> Reply:
        ref = self.next_ref()
        await self.send(None, ref, "phoenix", "heartbeat", {})
        return await self.reply_to(ref, within)

    async def reply_to(self, ref: str, within: float = TIMEOUT) -> Reply:
        frame = await self.wait_for(lambda frame: frame.event == "phx_reply" and frame.ref == ref, within)
        return Reply(frame.payload["status"], frame.payload["response"])

    async def try_join(self, topic: str, payload: Any = None) -> tuple[ClientChannel, Reply]:
        """Join, and what was answered."""
        ref = self.next_ref()
        channel = ClientChannel(self, topic, ref)
        await self.send(ref, ref, topic, "phx_join", {} if payload is None else payload)
        return channel, await self.reply_to(ref)

    async def join(self, topic: str, payload: Any = None) -> ClientChannel:
        """Join; AssertionError if refused. The reply's response is ``channel.response``."""
        channel, reply = await self.try_join(topic, payload)
        assert reply.status == "ok", f"{topic}: join was answered {reply}"
        channel.response = reply.response
        return channel


class ClientChannel:
    """One joined topic."""

    def __init__(self, client: PhoenixClient, topic: str, join_ref: str) -> None:
        self.client = client
        self.topic = topic
        self.join_ref = join_ref
        self.response: Any = None

    async def send(self, event: str, payload: Any = None) -> str:
        """Push without waiting; the push's ref."""
        ref = self.client.next_ref()
        body = {} if payload is None else payload
        await self.client.send(self.join_ref, ref, self.topic, event, body)
        return ref

    async def push(self, event: str, payload: Any = None, within: float = TIMEOUT) -> Reply:
        """Push, and the reply."""
        return await self.client.reply_to(await self.send(event, payload), within)

    async def next_event(self, event: str, within: float = TIMEOUT) -> Any:
        """The payload of the next push or broadcast of this name."""
        frame = await self.client.wait_for(
            lambda frame: frame.topic == self.topic and frame.event == event, within
        )
        return frame.payload

    async def leave(self) -> Reply:
        return await self.push("phx_leave")


def _parsed(frame: str | bytes) -> Frame | bytes:
    if isinstance(frame, bytes):
        return frame
    fields = json.loads(frame)
    assert isinstance(fields, list), f"no V2 frame: {frame!r}"
    assert len(fields) == 5, f"no V2 frame: {frame!r}"
    return Frame(*fields)
