"""A site of one page, in a thread: the page script is tested against answers that no real view gives.

HTTP serves the page and the bundled files; the WebSocket at /live/websocket answers each join as told.
"""

from __future__ import annotations

import http
import json
import mimetypes
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

STATIC = Path(__file__).resolve().parents[2] / "django_phoenix" / "static"
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">
<meta name="csrf-token" content="masked-token">
<link rel="stylesheet" href="/static/django_phoenix/phoenix.css">
{head}
<script defer src="/static/django_phoenix/phoenix.js" data-live-path="/live" {attributes}></script>
{tail}
</head><body><h1>Page</h1>{body}</body></html>"""
VIEW = '<div id="phx-V1" data-phx-main data-phx-session="S" data-phx-static="T"><p>dead</p></div>'

LIVE = {"rendered": {"s": ["<p>live</p>"]}}
STALE = {"reason": "stale"}

Answer = Callable[[int], "dict[str, Any] | None"]


class PageServer:
    """Counts page loads and joins; `answer(n)` is the response to the n-th join, None for no reply at all."""

    def __init__(self, answer: Answer, *, socket: bool = True, body: str = VIEW, **page: str) -> None:
        self.answer = answer
        self.serves_socket = socket
        self.html = PAGE.format(**{"head": "", "tail": "", "attributes": "", "body": body} | page)
        self.scripts: dict[str, str] = {}
        self.script_delay = 0.0
        self.loads: Counter[str] = Counter()
        self.joins: list[dict[str, Any]] = []
        self.connects: list[dict[str, list[str]]] = []
        self.connections: set[ServerConnection] = set()
        self.server: Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = serve(self._socket, "127.0.0.1", self.port, process_request=self._http)
        self.port = self.server.socket.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the listening socket and every connection, as a server that goes down does."""
        if self.server:
            self.server.shutdown()
        for connection in list(self.connections):
            connection.close(1012)
        self.server = None

    def _http(self, connection: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path == "/live/websocket" and self.serves_socket:
            return None
        if path.startswith("/static/"):
            return self._file(path)
        if path in self.scripts:
            time.sleep(self.script_delay)
            return respond(self.scripts[path].encode(), "text/javascript")
        if path.startswith("/live"):
            return respond(b"nothing here", "text/plain", http.HTTPStatus.NOT_FOUND)
        self.loads[path] += 1
        return respond(self.html.encode(), "text/html; charset=utf-8")

    def _file(self, path: str) -> Response:
        file = STATIC / path.removeprefix("/static/")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return respond(file.read_bytes(), kind)

    def _socket(self, connection: ServerConnection) -> None:
        self.connects.append(parse_qs(urlsplit(connection.request.path).query))
        self.connections.add(connection)
        try:
            for frame in connection:
                self._receive(connection, json.loads(frame))
        except ConnectionClosed:
            pass
        finally:
            self.connections.discard(connection)

    def _receive(self, connection: ServerConnection, frame: list[Any]) -> None:
        join_ref, ref, topic, event, payload = frame
        response: dict[str, Any] | None = {}
        if event == "phx_join":
            self.joins.append(payload)
            response = self.answer(len(self.joins))
        if response is not None:
            status = "error" if "reason" in response else "ok"
            reply = [join_ref, ref, topic, "phx_reply", {"status": status, "response": response}]
            connection.send(json.dumps(reply))


def respond(body: bytes, kind: str, status: http.HTTPStatus = http.HTTPStatus.OK) -> Response:
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
    headers["Content-Security-Policy"] = STRICT
    return Response(status.value, status.phrase, headers, body)


@contextmanager
def page_server(answer: Answer, **options: Any) -> Iterator[PageServer]:
    site = PageServer(answer, **options)
    site.start()
    try:
        yield site
    finally:
        site.stop()
