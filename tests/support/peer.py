"""A client of an ASGI application in the same process: no server, no network.

async with Peer(RoomSocket.as_asgi()) as peer:
    await peer.push("1", "1", "room:1", "phx_join")
    assert await peer.next() == ["1", "1", "room:1", "phx_reply", {"status": "ok", "response": {}}]
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

WITHIN = 30.0


class Refused(Exception):
    """The handshake was answered with this status instead of an upgrade."""

    def __init__(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers or {}
        self.body = body


class Peer:
    """One connection. ``blocked`` makes ``send`` wait, as with a client that does not read."""

    def __init__(
        self,
        app: Any,
        path: str = "/socket/websocket",
        query: str = "vsn=2.0.0",
        *,
        headers: dict[str, str] | None = None,
        scope: dict[str, Any] | None = None,
    ) -> None:
        self.app = app
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
            "subprotocols": [],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
            "extensions": {"websocket.http.response": {}},
            **(scope or {}),
        }
        if "host" not in (headers or {}):
            self.scope["headers"].append((b"host", b"testserver"))
        self.accepted: dict[str, Any] | None = None
        self.close_code: int | None = None
        self.blocked = False
        self._unblocked = asyncio.Event()
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    @property
    def connection(self) -> Any:
        return self.scope["phoenix"]

    async def __aenter__(self) -> Peer:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.unblock()
        await self.disconnect()

    async def open(self) -> None:
        """Raises Refused."""
        self._incoming.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self.app(self.scope, self._incoming.get, self._send))
        event = await self._event()
        if event["type"] == "websocket.accept":
            self.accepted = event
        elif event["type"] == "websocket.close":
            raise Refused(403)
        else:
            body = await self._event()
            headers = {name.decode(): value.decode() for name, value in event["headers"]}
            raise Refused(event["status"], headers, body["body"])

    async def push(
        self, join_ref: str | None, ref: str | None, topic: str, event: str, payload: Any = None
    ) -> None:
        await self.send_raw(json.dumps([join_ref, ref, topic, event, {} if payload is None else payload]))

    async def send_raw(self, frame: str | bytes) -> None:
        kind = "text" if isinstance(frame, str) else "bytes"
        self._incoming.put_nowait({"type": "websocket.receive", kind: frame})

    async def next_raw(self, within: float = WITHIN) -> str | bytes:
        event = await self._event(within)
        assert event["type"] == "websocket.send", f"expected a frame, got {event}"
        frame = event.get("text")
        return event["bytes"] if frame is None else frame

    async def next(self, within: float = WITHIN) -> list[Any]:
        """The next text frame, taken apart."""
        return json.loads(await self.next_raw(within))

    async def silent(self) -> bool:
        """Nothing waits, after the loop has had some turns."""
        await settle()
        return self._outgoing.empty()

    async def closed(self, within: float = WITHIN) -> int:
        """The code that the application closes with; frames before it are skipped."""
        while True:
            event = await self._event(within)
            if event["type"] == "websocket.close":
                self.close_code = event["code"]
                return self.close_code

    async def disconnect(self, code: int = 1005) -> None:
        """The client goes; waits until the application has ended."""
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": code})
        if self._task is not None:
            await asyncio.wait_for(self._task, 10)

    async def join(self, topic: str, payload: Any = None, ref: str = "1") -> Any:
        """Join with ``ref``; the reply's payload."""
        await self.push(ref, ref, topic, "phx_join", payload)
        frame = await self.next()
        assert frame[:4] == [ref, ref, topic, "phx_reply"], frame
        return frame[4]

    def unblock(self) -> None:
        self.blocked = False
        self._unblocked.set()

    async def _send(self, event: dict[str, Any]) -> None:
        if self.blocked:
            self._unblocked.clear()
            await self._unblocked.wait()
        self._outgoing.put_nowait(event)

    async def _event(self, within: float = WITHIN) -> dict[str, Any]:
        assert self._task is not None
        getting = asyncio.ensure_future(self._outgoing.get())
        await asyncio.wait({getting, self._task}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        getting.cancel()
        if self._task.done():
            self._task.result()
            raise AssertionError("the application has ended without a word")
        raise TimeoutError("nothing came")


async def settle(turns: int = 20) -> None:
    """Let everything that is ready on the loop run."""
    for _ in range(turns):
        await asyncio.sleep(0)


def ok(ref: str, topic: str, response: Any = None, join_ref: str | None = "1") -> list[Any]:
    """The frame of an ok reply."""
    return [join_ref, ref, topic, "phx_reply", {"status": "ok", "response": response or {}}]


def error(ref: str, topic: str, reason: str, join_ref: str | None = "1") -> list[Any]:
    """The frame of an error reply."""
    return [join_ref, ref, topic, "phx_reply", {"status": "error", "response": {"reason": reason}}]
