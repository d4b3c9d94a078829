"""A page and its socket, in process: GET by Django's test client, frames through the ASGI application.

async with LiveClient() as browser:
    page = await browser.get("/counter/")
    view = await browser.join(page)
    assert await view.event("inc") == {"diff": {...}}
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from contextlib import suppress
from html import unescape
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.test import Client

from django_phoenix.routing import phoenix_application

TIMEOUT = 30.0
CONTAINER = re.compile(
    r'<(?P<tag>\w+) id="(?P<id>[^"]+)" data-phx-main data-phx-session="(?P<session>[^"]*)"'
    r' data-phx-static="(?P<static>[^"]*)"(?P<attributes>[^>]*)>'
)
CSRF = re.compile(r'<meta name="csrf-token" content="([^"]*)">')


class Reply(NamedTuple):
    status: str
    response: Any


class Page:
    """A live page as the browser got it."""

    def __init__(self, url: str, response: Any) -> None:
        self.url = f"http://testserver{url}"
        self.response = response
        self.html = response.content.decode()
        found = CONTAINER.search(self.html)
        assert found, f"no live view in {response.status_code} {self.html[:2000]}"
        self.tag = found["tag"]
        self.attributes = found["attributes"]
        self.id = found["id"]
        self.session = found["session"]
        self.static = found["static"]
        self.topic = f"lv:{self.id}"
        end = self.html.rindex(f"</{self.tag}>") if self.tag != "main" else self.html.index("</main>")
        self.before = self.html[: found.start()]
        self.inner = self.html[found.end() : self._end(found.end(), end)]
        self.after = self.html[found.end() + len(self.inner) + len(f"</{self.tag}>") :]
        csrf = CSRF.search(self.html)
        self.csrf = unescape(csrf[1]) if csrf else ""

    def _end(self, start: int, fallback: int) -> int:
        depth = 1
        for tag in re.finditer(rf"<(/?){self.tag}\b[^>]*>", self.html[start:]):
            depth += -1 if tag[1] else 1
            if depth == 0:
                return start + tag.start()
        return fallback


class LiveClient:
    """A browser: cookies, pages, one socket. ``client`` is a Django test client, perhaps logged in."""

    # For phoenix_application: what is at /live, if not its own socket.
    mounts: ClassVar[dict[str, Any]] = {}

    def __init__(self, client: Client | None = None, **headers: str) -> None:
        self.client = client or Client()
        self.headers = headers
        self.refs = itertools.count(1)
        self.unread: list[list[Any]] = []
        self.to_server: asyncio.Queue[Any] = asyncio.Queue()
        self.from_server: asyncio.Queue[Any] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> LiveClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    # Pages.

    async def get(self, url: str, **headers: Any) -> Page:
        return Page(url, await self.fetch(url, **headers))

    async def fetch(self, url: str, **headers: Any) -> Any:
        return await sync_to_async(self.client.get)(url, **headers)

    # The socket.

    async def connect(self, csrf: str = "", *, scheme: str = "ws") -> None:
        """Open the socket with the cookies of now."""
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())
        headers = {"host": "testserver", "cookie": cookies, **self.headers}
        query = urlencode({"vsn": "2.0.0", "_csrf_token": csrf})
        scope = {
            "type": "websocket",
            "path": "/live/websocket",
            "raw_path": b"/live/websocket",
            "root_path": "",
            "scheme": scheme,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.7", 1234),
            "server": ("testserver", 80),
            "subprotocols": [],
        }
        self.scope = scope
        app = phoenix_application(_no_application, **self.mounts)
        self.to_server.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(app(scope, self.to_server.get, self.from_server.put))
        accepted = await asyncio.wait_for(self.from_server.get(), TIMEOUT)
        assert accepted["type"] == "websocket.accept", accepted

    async def disconnect(self) -> None:
        if self.task is not None:
            self.to_server.put_nowait({"type": "websocket.disconnect", "code": 1001})
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(self.task, TIMEOUT)
            self.task = None

    async def send(self, join_ref: Any, ref: Any, topic: str, event: str, payload: Any) -> None:
        frame = json.dumps([join_ref, ref, topic, event, payload])
        self.to_server.put_nowait({"type": "websocket.receive", "text": frame})

    async def receive(self, within: float = TIMEOUT) -> list[Any]:
        """The next frame, in order."""
        return self.unread.pop(0) if self.unread else await self._next(within)

    async def silent(self, seconds: float = 0.05) -> bool:
        with suppress(TimeoutError):
            self.unread.append(await self._next(seconds))
        return not self.unread

    async def close_code(self) -> int:
        """The code that the server closes with; frames before it are dropped."""
        while True:
            event = await asyncio.wait_for(self.from_server.get(), TIMEOUT)
            if event["type"] == "websocket.close":
                return event["code"]

    async def reply(self, ref: str) -> Reply:
        frame = await self.frame(lambda frame: frame[3] == "phx_reply" and frame[1] == ref)
        return Reply(frame[4]["status"], frame[4]["response"])

    async def frame(self, wanted: Any) -> list[Any]:
        """The first frame that is wanted; those before it stay unread."""
        for position, frame in enumerate(self.unread):
            if wanted(frame):
                return self.unread.pop(position)
        while True:
            frame = await self._next(TIMEOUT)
            if wanted(frame):
                return frame
            self.unread.append(frame)

    async def _next(self, within: float) -> list[Any]:
        event = await asyncio.wait_for(self.from_server.get(), within)
        assert event["type"] == "websocket.send", event
        return json.loads(event["text"])

    # Joins.

    def payload(self, page: Page, **changes: Any) -> dict[str, Any]:
        params = {"_csrf_token": page.csrf, "_mounts": 0, "_mount_attempts": 0}
        payload = {
            "url": page.url,
            "params": params,
            "session": page.session,
            "static": page.static,
            "sticky": False,
        }
        if "redirect" in changes:
            del payload["url"]
        payload.update(changes)
        return payload

    async def try_join(self, page: Page, *, topic: str | None = None, **changes: Any) -> tuple[View, Reply]:
        """A phx_join with the page's tokens, written by hand where ``changes`` say so."""
        if self.task is None:
            await self.connect(page.csrf)
        ref = str(next(self.refs))
        view = View(self, topic or page.topic, ref)
        await self.send(ref, ref, view.topic, "phx_join", self.payload(page, **changes))
        return view, await self.reply(ref)

    async def join(self, page: Page, **changes: Any) -> View:
        view, reply = await self.try_join(page, **changes)
        assert reply.status == "ok", reply
        view.joined = reply.response
        return view

    async def open(self, url: str) -> View:
        """GET and join."""
        return await self.join(await self.get(url))


class View:
    """One joined view."""

    joined: dict[str, Any]

    def __init__(self, client: LiveClient, topic: str, join_ref: str) -> None:
        self.client = client
        self.topic = topic
        self.join_ref = join_ref

    async def push(self, event: str, payload: Any) -> str:
        ref = str(next(self.client.refs))
        await self.client.send(self.join_ref, ref, self.topic, event, payload)
        return ref

    async def call(self, event: str, payload: Any) -> Any:
        """Push, and the response of its ok reply."""
        reply = await self.client.reply(await self.push(event, payload))
        assert reply.status == "ok", reply
        return reply.response

    async def event(self, name: str, value: Any = None, **more: Any) -> Any:
        return await self.call("event", {"type": "click", "event": name, "value": value or {}, **more})

    async def send_event(self, name: str, value: Any = None) -> str:
        return await self.push("event", {"type": "click", "event": name, "value": value or {}})

    async def pushed(self, event: str) -> Any:
        """The payload of the next push of that name."""
        frame = await self.client.frame(lambda frame: frame[3] == event and frame[2] == self.topic)
        return frame[4]


async def _no_application(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError(f"not ours: {scope['type']}")
