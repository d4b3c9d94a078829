"""A long-polling client of an ASGI application in the same process: no server, no network.

async with PollingPeer(RoomSocket.as_asgi()) as peer:
    await peer.push("1", "1", "room:1", "phx_join")
    assert await peer.next() == ["1", "1", "room:1", "phx_reply", {"status": "ok", "response": {}}]
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any, NamedTuple

WITHIN = 30.0
NDJSON = "application/x-ndjson"


class Answer(NamedTuple):
    """An HTTP response."""

    http: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def status(self) -> int:
        """The true one, in the body."""
        status: int = self.json["status"]
        return status


class Request:
    """One HTTP request under way."""

    def __init__(self, app: Any, scope: dict[str, Any], parts: list[bytes], complete: bool) -> None:
        self.scope = scope
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for number, part in enumerate(parts, 1):
            more = number < len(parts) or not complete
            self._incoming.put_nowait({"type": "http.request", "body": part, "more_body": more})
        self._sent: list[dict[str, Any]] = []
        self.task = asyncio.create_task(app(scope, self._incoming.get, self._send))

    async def _send(self, event: dict[str, Any]) -> None:
        self._sent.append(event)

    def abort(self) -> None:
        """The client hangs up."""
        self._incoming.put_nowait({"type": "http.disconnect"})

    async def answer(self, within: float = WITHIN) -> Answer:
        await asyncio.wait_for(self.task, within)
        assert [event["type"] for event in self._sent] == ["http.response.start", "http.response.body"]
        start, body = self._sent
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], headers, body["body"])

    @property
    def unanswered(self) -> bool:
        return self._sent == []


class PollingPeer:
    """One client. ``by`` says how it sends its token: in the "query" (1.8) or in a "header" (1.9)."""

    def __init__(
        self,
        app: Any,
        path: str = "/socket/longpoll",
        query: str = "vsn=2.0.0",
        *,
        headers: dict[str, str] | None = None,
        by: str = "query",
        scope: dict[str, Any] | None = None,
    ) -> None:
        self.app = app
        self.path = path
        self.query = query
        self.headers = headers or {}
        self.by = by
        self.more_scope = scope or {}
        self.token: str | None = None
        self.scope: dict[str, Any] = {}
        self._messages: deque[str] = deque()

    async def __aenter__(self) -> PollingPeer:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.scope:
            self.connection.close(1001)

    @property
    def connection(self) -> Any:
        return self.scope["phoenix"]

    def request(
        self,
        method: str,
        body: bytes | list[bytes] = b"",
        headers: dict[str, str] | None = None,
        token: str | None = None,
        complete: bool = True,
    ) -> Request:
        """Begin a request. ``token``: another one than the own; ``complete``: the body is at its end."""
        token = self.token if token is None else token
        query, more = self.query, dict(headers or {})
        if token is not None and self.by == "query":
            query = f"{query}&token={token}"
        elif token is not None:
            more["x-phoenix-longpoll-token"] = token
        all_headers = {"host": "testserver", **self.headers, **more}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in all_headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
            **self.more_scope,
        }
        return Request(self.app, scope, body if isinstance(body, list) else [body], complete)

    async def get(self, **options: Any) -> Answer:
        return await self.request("GET", **options).answer()

    async def post(
        self, body: bytes | str | list[bytes], content_type: str = NDJSON, **options: Any
    ) -> Answer:
        data = body.encode() if isinstance(body, str) else body
        headers = {"content-type": content_type, **options.pop("headers", {})}
        return await self.request("POST", data, headers, **options).answer()

    async def open(self) -> Answer:
        """The first request."""
        request = self.request("GET")
        answer = await request.answer()
        if answer.status == 410:
            self.token = answer.json["token"]
            self.scope = request.scope
        return answer

    async def push(
        self, join_ref: str | None, ref: str | None, topic: str, event: str, payload: Any = None
    ) -> None:
        answer = await self.post(
            json.dumps([join_ref, ref, topic, event, {} if payload is None else payload])
        )
        assert answer.status == 200, answer

    async def next(self) -> list[Any]:
        """The next message, taken apart; polls until there is one."""
        while not self._messages:
            answer = await self.get()
            assert answer.status in (200, 204), answer
            self._messages.extend(answer.json["messages"])
        message: list[Any] = json.loads(self._messages.popleft())
        return message

    async def join(self, topic: str, payload: Any = None, ref: str = "1") -> Any:
        """Join with ``ref``; the reply's payload."""
        await self.push(ref, ref, topic, "phx_join", payload)
        frame = await self.next()
        assert frame[:4] == [ref, ref, topic, "phx_reply"], frame
        return frame[4]
