"""Uploads: what one large file costs the server, over a WebSocket in the official client's chunks."""

from __future__ import annotations

import json
import os
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from websockets.sync.client import connect

from bench.claims import Claim
from bench.phxload import cpu_seconds
from bench.servers import OURS, Server, running

MIB = 1 << 20
SIZE, CHUNK = 100 * MIB, 64_000
# Those that are there when all is served count, not those of the page before.
WARM_UP = 5 * MIB


def measure(quick: bool) -> list[Claim]:
    """The claims: 60 MiB for each second of the server's processor, and no more memory than a few chunks."""
    size = SIZE // 5 if quick else SIZE
    claims = []
    with running(OURS) as server:
        for title, compression in (("", None), (", compressed by the client", "deflate")):
            client = Client(server, compression)
            client.upload(WARM_UP)
            memory, before = peak_memory(server), cpu_seconds([server.pid])
            client.upload(size)
            spent = cpu_seconds([server.pid]) - before
            grown = (peak_memory(server) - memory) / MIB
            detail = f"{size / MIB / spent:.0f} MiB for a second of the server's processor"
            claims.append(
                Claim(f"upload: CPU of a MiB{title}", 16.7, spent / size * MIB * 1000, "ms", detail)
            )
            claims.append(Claim(f"upload of {size // MIB} MiB: memory{title}", 10, grown, "MiB"))
    return claims


def peak_memory(server: Server) -> int:
    """Bytes that the server has had resident at most."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


class Client:
    """One tab."""

    def __init__(self, server: Server, compression: str | None) -> None:
        page_url = f"{server.url}/live/upload"
        with urlopen(page_url) as response:
            html = response.read().decode()
            cookie = response.headers.get("Set-Cookie", "").partition(";")[0]
        found = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', html)}
        view = re.search(r'id="(phx-[^"]+)" data-phx-main', html)
        csrf = re.search(r'csrf-token" content="([^"]*)"', html)
        assert view, html
        assert csrf, html
        self._topic, self._refs, self._files = f"lv:{view[1]}", 0, 0
        self._socket = connect(
            f"ws{server.url.removeprefix('http')}/live/websocket?vsn=2.0.0&_csrf_token={quote(csrf[1])}",
            additional_headers={"Cookie": cookie},
            origin=server.url,  # type: ignore[arg-type]
            compression=compression,
            max_size=None,
        )
        payload = {
            "url": page_url,
            "params": {"_csrf_token": csrf[1]},
            "session": found["data-phx-session"],
            "static": found["data-phx-static"],
        }
        joined = self._call(None, self._topic, "phx_join", payload)
        self._join = joined[0]
        ref = re.search(r"data-phx-upload-ref=..?(phx-[\w-]+)", json.dumps(joined[4]))
        assert ref, joined
        self._upload_ref = ref[1]

    def upload(self, size: int) -> None:
        """One file: chosen, sent, and consumed."""
        entry = str(self._files)
        self._files += 1
        claim = {"ref": entry, "name": "file.bin", "type": "", "size": size, "path": "files"}
        self._view(
            "event",
            {"type": "form", "event": "validate", "value": "", "uploads": {self._upload_ref: [claim]}},
        )
        answer = self._view("allow_upload", {"ref": self._upload_ref, "entries": [claim]})
        topic = f"lvu:{entry}"
        join = self._call(None, topic, "phx_join", {"token": answer["entries"][entry]})[0]
        block, sent, percent = os.urandom(CHUNK), 0, 0
        while sent < size:
            sent += self._chunk(topic, join, block[: size - sent])
            if sent * 100 // size > percent:
                percent = sent * 100 // size
                self._view(
                    "progress",
                    {"event": None, "ref": self._upload_ref, "entry_ref": entry, "progress": percent},
                )
        told = json.dumps(self._view("event", {"type": "form", "event": "save", "value": "", "meta": {}}))
        assert str(size) in told, told

    def _view(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        response: dict[str, Any] = self._call(self._join, self._topic, event, payload)[4]["response"]
        return response

    def _call(self, join: str | None, topic: str, event: str, payload: Any) -> list[Any]:
        self._refs += 1
        ref = str(self._refs)
        self._socket.send(json.dumps([join or ref, ref, topic, event, payload]))
        return self._answer(ref)

    def _chunk(self, topic: str, join: str, data: bytes) -> int:
        self._refs += 1
        head = [join, str(self._refs), topic, "chunk"]
        self._socket.send(bytes([0, *map(len, head)]) + "".join(head).encode() + data)
        self._answer(head[1])
        return len(data)

    def _answer(self, ref: str) -> list[Any]:
        while True:
            frame: list[Any] = json.loads(self._socket.recv(timeout=20))
            if frame[1] == ref:
                assert frame[4].get("status") == "ok", frame
                return frame
